"""Branch and bound: exact, also in how it gives up."""

from __future__ import annotations

from itertools import product
from threading import Event

import numpy as np
import pytest
from building import GIB, OPTERON_6272, a_guest, a_host, an_instance, tree_slit
from oracle import best
from random_instances import random_instance

from placer.budget import Budget
from placer.problem import Problem, Progress, Status
from placer.solving import solve
from placer.strategies.enumeration import enumerate_all
from placer.translate import translate


def brute_force(problem: Problem) -> tuple[int, ...] | None:
    rows = np.array(list(product(range(problem.m), repeat=problem.n)), dtype=np.int64)
    rows = rows[problem.feasible(rows)]
    return min(map(tuple, problem.price(rows).tolist()), default=None)


@pytest.mark.parametrize(
    "slit", [tree_slit((2, 4, 8), (10, 16, 19, 21)), OPTERON_6272], ids=["hierarchical", "irregular"]
)
@pytest.mark.parametrize("memory_gib", [5, 3], ids=["two on a pnode", "one on a pnode"])
def test_five_equal_vnodes_on_eight_pnodes_cost_what_brute_force_finds(
    slit: tuple[tuple[int, ...], ...], memory_gib: int
) -> None:
    host = a_host(*(memory_gib * GIB,) * 8, slit=slit)
    problem = translate(an_instance(host, a_guest(*(2 * GIB,) * 5)))
    solution = enumerate_all(problem, Budget())
    assert solution.status is Status.OPTIMAL
    assert solution.costs == solution.bounds == brute_force(problem)


def test_the_opterons_best_three_dies_are_not_a_socket_and_its_neighbour() -> None:
    # the xenopsd sources say it: {0, 1, 4} beats {0, 1, 2}, as 1 and 2 are two hops apart
    host = a_host(*(2 * GIB,) * 8, slit=OPTERON_6272)
    answer = solve(an_instance(host, a_guest(*(2 * GIB,) * 3)), strategy="enumerate")
    # three dies that are all 16 apart: 3 x 333 x (10 + 2 x 16)
    assert answer.tiers[2].cost == 3 * 333 * (10 + 2 * 16)


def test_a_proof_that_nothing_fits() -> None:
    instance = an_instance(a_host(3 * GIB, 3 * GIB), a_guest(2 * GIB, 2 * GIB), a_guest(2 * GIB, name="b"))
    answer = solve(instance, strategy="enumerate")
    assert (answer.status, answer.placement) == (Status.INFEASIBLE, None)


def test_past_its_state_limit_it_keeps_the_best_and_a_true_bound() -> None:
    for seed in range(60):
        instance = random_instance(seed)
        answer = best(instance)
        solution = enumerate_all(translate(instance), Budget(), state_limit=3)
        if solution.status is Status.INFEASIBLE:
            assert answer is None
        elif solution.site_of is not None:
            assert answer is not None
            assert solution.costs >= answer[0]
            assert solution.status is (Status.OPTIMAL if solution.costs == solution.bounds else Status.FEASIBLE)
            assert all(low <= cost for low, cost in zip(solution.bounds, answer[0], strict=True))
        else:
            assert solution.status is Status.UNKNOWN
            assert solution.tried.startswith("enumeration looked at ")


@pytest.mark.parametrize("how", ["no time", "stopped"])
def test_without_time_it_returns_what_it_has(how: str) -> None:
    host = a_host(*(3 * GIB,) * 8, slit=OPTERON_6272)
    problem = translate(an_instance(host, a_guest(*(2 * GIB,) * 7)))
    budget = Budget(time_limit_s=0 if how == "no time" else 60)
    if how == "stopped":
        budget.stop.set()
    solution = enumerate_all(problem, budget)
    assert solution.status is Status.FEASIBLE
    assert problem.feasible(np.array([solution.site_of])).all()
    assert solution.wall_time_s < 5


def test_it_tells_how_far_it_is() -> None:
    told: list[Progress] = []
    host = a_host(*(3 * GIB,) * 8, slit=OPTERON_6272)
    budget = Budget(stop=Event(), on_progress=told.append)
    solution = enumerate_all(translate(an_instance(host, a_guest(*(2 * GIB,) * 4))), budget)
    assert {progress.step for progress in told} == {"local search", "enumeration"}
    assert told[-1].costs == solution.costs
