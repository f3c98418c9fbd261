"""The default: enumeration where it ends, CP-SAT else, the same answer from both."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from placer.assignment import IntArray, Problem, Solution, Status
from placer.assignment import cpsat as cpsat_package
from placer.assignment import portfolio as optimal_module
from placer.assignment.context import SearchContext
from placer.assignment.exact.branch_and_bound import branch_and_bound
from placer.assignment.portfolio import ENUMERATED_ITEMS, optimal
from placer.lowering.lower import lower
from placer.solving.pipeline import solve
from tests.support.building import GIB, MIB, OPTERON_6272, a_guest, a_host, an_instance, tree_slit


def refused(problem: Problem, context: SearchContext, *, start: IntArray | None = None) -> Solution:
    raise AssertionError("it was called")


@pytest.mark.parametrize(
    ("vnodes", "free", "pnodes"),
    [((2048, 4096), (4096, 2048), (1, 0)), ((2048, 3072, 3072), (4096, 5120), (1, 0, 1))],
    ids=["vector C", "vector D"],
)
def test_it_places_what_the_greedy_of_2013_leaves_out(
    vnodes: tuple[int, ...], free: tuple[int, ...], pnodes: tuple[int, ...]
) -> None:
    instance = an_instance(a_host(*(size * MIB for size in free)), a_guest(*(size * MIB for size in vnodes)))
    answer = solve(instance)
    assert answer.status is Status.OPTIMAL
    assert answer.placement is not None
    chosen = answer.placement.pnode_of["db"]
    assert Counter(chosen) == Counter(pnodes)  # equal vnodes may change places
    assert answer.tiers[4].cost == sum(free) - sum(vnodes)


def test_a_small_instance_is_proved_without_cpsat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpsat_package, "cpsat", refused)
    host = a_host(*(3 * GIB,) * 8, slit=OPTERON_6272)
    assert solve(an_instance(host, a_guest(*(2 * GIB,) * 5))).status is Status.OPTIMAL
    assert solve(an_instance(host, a_guest(*(4 * GIB,) * 5))).status is Status.INFEASIBLE


def test_where_enumeration_gives_up_cpsat_goes_on_from_its_best(monkeypatch: pytest.MonkeyPatch) -> None:
    openings: list[Solution] = []

    def watched(problem: Problem, context: SearchContext, *, opening: Solution) -> Solution:
        openings.append(opening)
        return Solution(status=Status.UNKNOWN)

    monkeypatch.setattr(cpsat_package, "cpsat", watched)
    monkeypatch.setattr(optimal_module, "STATE_LIMIT", 3)
    problem = lower(an_instance(a_host(*(3 * GIB,) * 8, slit=OPTERON_6272), a_guest(*(2 * GIB,) * 7))).problem
    optimal(problem, SearchContext())
    assert [opening.status for opening in openings] == [Status.FEASIBLE]


def test_many_vnodes_go_to_cpsat_and_cost_what_enumeration_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(optimal_module, "branch_and_bound", refused)
    guests = [a_guest(GIB // 2, name=f"g{i}", vcpus=(1 + i % 2,)) for i in range(ENUMERATED_ITEMS + 1)]
    problem = lower(an_instance(a_host(8 * GIB, 9 * GIB), *guests)).problem
    solutions = optimal(problem, SearchContext(workers=1)), branch_and_bound(problem, SearchContext())
    assert [solution.status for solution in solutions] == [Status.OPTIMAL] * 2
    assert solutions[0].costs == solutions[1].costs


def test_many_vnodes_with_traffic_of_their_own_are_searched_and_bounded_without_a_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cpsat_package, "cpsat", refused)
    random = np.random.default_rng(2)
    traffic = tuple(map(tuple, random.integers(0, 9, (32, 32)).tolist()))
    host = a_host(*(random.integers(12, 60, 64) * GIB).tolist(), slit=tree_slit((4, 16, 64), (10, 16, 19, 21)))
    guest = a_guest(*(random.integers(8, 21, 32) * GIB).tolist(), traffic=traffic)
    answer = solve(an_instance(host, guest), time_limit_s=2)
    assert answer.status is Status.FEASIBLE
    cost, bound = answer.tiers[2].cost, answer.tiers[2].bound
    assert bound is not None
    assert 0.8 * cost < bound < cost
    assert bound > 32_000 * 13  # with every access local it would be 10
