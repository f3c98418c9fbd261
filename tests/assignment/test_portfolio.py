"""The default portfolio: which method answers, and that all answer the same."""

from __future__ import annotations

from collections import Counter
from threading import Event

import numpy as np
import pytest

from placer.assignment import Status
from placer.assignment.context import SearchContext
from placer.assignment.exact.branch_and_bound import branch_and_bound
from placer.assignment.method import walk
from placer.assignment.portfolio import BRANCHED_ITEMS, METHODS, branch_and_bound_within, optimal
from placer.lowering.lower import lower
from placer.solving.pipeline import solve
from tests.support.building import GIB, MIB, OPTERON_6272, a_guest, a_host, an_instance, tree_slit
from tests.support.oracle import best


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


def test_a_small_instance_is_proved_without_cpsat() -> None:
    host = a_host(*(3 * GIB,) * 8, slit=OPTERON_6272)
    instance = an_instance(host, a_guest(*(2 * GIB,) * 5))
    answer, expected = solve(instance), best(instance, False)
    assert expected is not None
    assert answer.status is Status.OPTIMAL
    assert tuple(tier.cost for tier in answer.tiers) == expected[0]
    assert [decision.method for decision in answer.decisions] == ["branch_and_bound"]
    few = solve(an_instance(host, a_guest(*(2 * GIB,) * 4)))
    assert [decision.method for decision in few.decisions] == ["enumeration"]
    none = solve(an_instance(host, a_guest(*(4 * GIB,) * 4)))
    assert none.status is Status.INFEASIBLE
    assert [decision.method for decision in none.decisions] == ["capacity"]


def test_where_branch_and_bound_gives_up_the_next_methods_start_from_its_best() -> None:
    instance = an_instance(a_host(*(3 * GIB,) * 8, slit=OPTERON_6272), a_guest(*(2 * GIB,) * 5))
    problem, expected = lower(instance).problem, best(instance, False)
    methods = [branch_and_bound_within(3) if m.name == "branch_and_bound" else m for m in METHODS]
    solution = walk(methods, problem, SearchContext(workers=1))
    assert expected is not None
    assert solution.costs == expected[0]
    (decision,) = solution.decisions
    assert decision.method in ("root", "cpsat")
    assert dict(decision.passed_over)["branch_and_bound"] == "gave up: more than 3 partial placements"


def test_many_vnodes_are_not_branched_and_cost_what_branch_and_bound_finds() -> None:
    guests = [a_guest(GIB // 2, name=f"g{i}", vcpus=(1 + i % 2,)) for i in range(BRANCHED_ITEMS + 1)]
    problem = lower(an_instance(a_host(8 * GIB, 9 * GIB), *guests)).problem
    solutions = optimal(problem, SearchContext(workers=1)), branch_and_bound(problem, SearchContext())
    assert [solution.status for solution in solutions] == [Status.OPTIMAL] * 2
    assert solutions[0].costs == solutions[1].costs
    assert dict(solutions[0].decisions[0].passed_over)["branch_and_bound"] == "24 items at most are tried, it has 25"


def test_many_vnodes_with_traffic_of_their_own_are_searched_and_bounded_without_a_model() -> None:
    random = np.random.default_rng(2)
    traffic = tuple(map(tuple, random.integers(0, 9, (32, 32)).tolist()))
    host = a_host(*(random.integers(12, 60, 64) * GIB).tolist(), slit=tree_slit((4, 16, 64), (10, 16, 19, 21)))
    guest = a_guest(*(random.integers(8, 21, 32) * GIB).tolist(), traffic=traffic)
    stop = Event()

    def bounded(line: str) -> None:
        if "  bounds: " in line:
            stop.set()  # so that the limit may leave a busy machine time for them

    answer = solve(an_instance(host, guest), time_limit_s=20, stop=stop, on_log=bounded)
    assert answer.status is Status.FEASIBLE
    assert [decision.method for decision in answer.decisions] in (["annealing"], ["root"])
    cost, bound = answer.tiers[2].cost, answer.tiers[2].bound
    assert bound is not None
    assert 0.8 * cost < bound < cost
    assert bound > 32_000 * 13  # with every access local it would be 10


def test_the_levels_of_nested_distances_prove_a_ring_without_branching_or_a_model() -> None:
    """Twenty vnodes, five on each of four pnodes: 16 links within pnodes, 2 within pairs of pnodes, 2 between these."""
    count = 20
    links = tuple(tuple(int((v - w) % count in (1, count - 1)) for w in range(count)) for v in range(count))
    guest = a_guest(*(GIB,) * count, traffic=links)
    host = a_host(*(5 * GIB,) * 4, pcpus=count, slit=tree_slit((2, 4), (10, 16, 21)))
    answer = solve(an_instance(host, guest, price=0), trade=False)
    assert answer.status is Status.OPTIMAL
    # 20 vcpus read 1000 each, half of it from either neighbour
    assert answer.tiers[2].cost == 2 * 500 * (16 * 10 + 2 * 16 + 2 * 21)
    (decision,) = answer.decisions
    assert decision.method == "root"
    assert "levels of distances" in dict(decision.passed_over)["branch_and_bound"]
