"""Branch and bound: exact, also in how it gives up."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from random import Random
from threading import Event

import numpy as np
import pytest

from placer.assignment import Problem, Progress, Status
from placer.assignment.context import SearchContext
from placer.assignment.exact.branch_and_bound import BranchAndBound, branch_and_bound
from placer.assignment.structure.term_index import TermIndex
from placer.instance import Instance
from placer.lowering.lower import lower
from placer.solving.pipeline import solve
from tests.support.building import GIB, MIB, OPTERON_6272, a_guest, a_host, an_instance, tree_slit
from tests.support.oracle import best
from tests.support.random_instances import random_instance


def brute_force(problem: Problem) -> tuple[int, ...] | None:
    rows = np.array(list(product(range(problem.m), repeat=problem.n)), dtype=np.int64)
    rows = rows[problem.feasible(rows)]
    return min(map(tuple, problem.evaluate(rows).tolist()), default=None)


@pytest.mark.parametrize(
    "slit", [tree_slit((2, 4, 8), (10, 16, 19, 21)), OPTERON_6272], ids=["hierarchical", "irregular"]
)
@pytest.mark.parametrize("memory_gib", [5, 3], ids=["two on a pnode", "one on a pnode"])
def test_five_equal_vnodes_on_eight_pnodes_cost_what_brute_force_finds(
    slit: tuple[tuple[int, ...], ...], memory_gib: int
) -> None:
    host = a_host(*(memory_gib * GIB,) * 8, slit=slit)
    problem = lower(an_instance(host, a_guest(*(2 * GIB,) * 5))).problem
    solution = branch_and_bound(problem, SearchContext())
    assert solution.status is Status.OPTIMAL
    assert solution.costs == solution.bounds == brute_force(problem)


@pytest.mark.parametrize("allow_unplaced", [False, True])
def test_it_needs_no_incumbent_to_find_the_optimum(allow_unplaced: bool) -> None:
    for seed in range(60):
        instance = random_instance(seed)
        index = TermIndex(lower(instance, allow_unplaced=allow_unplaced).problem)
        solution = BranchAndBound(index, SearchContext(time_limit_s=60)).run(None)
        expected = best(instance, allow_unplaced)
        assert solution.status is (Status.OPTIMAL if expected else Status.INFEASIBLE), seed
        assert solution.costs == (expected[0] if expected else ()), seed


def rugged(seed: int) -> Instance:
    """Six unequal vnodes with traffic of their own on six unequal pnodes, any distances: greedy dives go astray."""
    random = Random(seed)
    sizes = [random.randint(2, 6) * GIB for _ in range(6)]
    slit = tuple(tuple(10 if p == q else random.randint(11, 40) for q in range(6)) for p in range(6))
    traffic = tuple(tuple(random.choice((0, 0, 1, 5)) + (v == w) for w in range(6)) for v in range(6))
    host = a_host(*(random.randint(4, 7) * GIB for _ in range(6)), slit=slit)
    return an_instance(host, a_guest(*sizes, traffic=traffic))


def tied(seed: int) -> Instance:
    """Six guests of one vnode that are local wherever they stand: only the MiB left over differ."""
    random = Random(seed)
    host = a_host(*(random.randint(8 * MIB, 12 * MIB) for _ in range(4)))
    guests = [a_guest(random.randint(MIB, 5 * MIB), name=f"g{i}") for i in range(6)]
    return an_instance(host, *guests, price=0)


@pytest.mark.parametrize("make", [rugged, tied])
def test_it_needs_no_good_start_where_many_placements_are_close(make: Callable[[int], Instance]) -> None:
    """Two partial assignments at a time, so nearly depth first: bounds are compared with incumbents early."""
    placed = 0
    for seed in range(25):
        instance = make(seed)
        expected = best(instance)
        index = TermIndex(lower(instance).problem)
        solution = BranchAndBound(index, SearchContext(time_limit_s=60), chunk=2).run(None)
        assert solution.costs == (expected[0] if expected else ()), seed
        placed += expected is not None
    assert placed > 15


def test_the_opterons_best_three_dies_are_not_a_socket_and_its_neighbour() -> None:
    # the xenopsd sources say it: {0, 1, 4} beats {0, 1, 2}, as 1 and 2 are two hops apart
    host = a_host(*(2 * GIB,) * 8, slit=OPTERON_6272)
    answer = solve(an_instance(host, a_guest(*(2 * GIB,) * 3)), strategy="branch-and-bound")
    # three dies that are all 16 apart: 3 x 333 x (10 + 2 x 16)
    assert answer.tiers[2].cost == 3 * 333 * (10 + 2 * 16)


def test_a_proof_that_nothing_fits() -> None:
    instance = an_instance(a_host(3 * GIB, 3 * GIB), a_guest(2 * GIB, 2 * GIB), a_guest(2 * GIB, name="b"))
    answer = solve(instance, strategy="branch-and-bound")
    assert (answer.status, answer.placement) == (Status.INFEASIBLE, None)


def test_past_its_state_limit_it_keeps_the_best_and_a_true_bound() -> None:
    for seed in range(60):
        instance = random_instance(seed)
        answer = best(instance)
        solution = branch_and_bound(lower(instance).problem, SearchContext(), state_limit=3)
        if solution.status is Status.INFEASIBLE:
            assert answer is None
        elif solution.site_of is not None:
            assert answer is not None
            assert solution.costs >= answer[0]
            assert solution.status is (Status.OPTIMAL if solution.costs == solution.bounds else Status.FEASIBLE)
            assert all(low <= cost for low, cost in zip(solution.bounds, answer[0], strict=True))
        else:
            assert solution.status is Status.UNKNOWN
            assert solution.attempts.startswith("branch and bound looked at ")


@pytest.mark.parametrize("how", ["no time", "stopped"])
def test_without_time_it_returns_what_it_has(how: str) -> None:
    host = a_host(*(3 * GIB,) * 8, slit=OPTERON_6272)
    problem = lower(an_instance(host, a_guest(*(2 * GIB,) * 7))).problem
    context = SearchContext(time_limit_s=0 if how == "no time" else 60)
    if how == "stopped":
        context.stop.set()
    solution = branch_and_bound(problem, context)
    assert solution.status is Status.FEASIBLE
    assert problem.feasible(np.array([solution.site_of])).all()
    assert solution.wall_time_s < 5


def test_it_tells_how_far_it_is() -> None:
    told: list[Progress] = []
    host = a_host(*(3 * GIB,) * 8, slit=OPTERON_6272)
    context = SearchContext(stop=Event(), on_progress=told.append)
    solution = branch_and_bound(lower(an_instance(host, a_guest(*(2 * GIB,) * 4))).problem, context)
    assert {progress.step for progress in told} == {"local search", "branch and bound"}
    assert told[-1].costs == solution.costs
