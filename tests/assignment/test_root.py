"""The root node: its assignments keep the rules, its bounds are true, and it proves an optimum only if they meet."""

from __future__ import annotations

from placer.assignment import Status
from placer.assignment.context import SearchContext
from placer.assignment.root import solve_root
from placer.lowering.lower import lower
from tests.support.building import GIB, OPTERON_6272, a_guest, a_host, an_instance
from tests.support.oracle import best
from tests.support.random_instances import random_instance


def test_its_bounds_are_true_and_its_answers_are_proved_only_where_they_meet() -> None:
    proved = 0
    for seed in range(60):
        instance, allow_unplaced = random_instance(seed), seed % 2 == 0
        expected = best(instance, allow_unplaced)
        solution = solve_root(lower(instance, allow_unplaced=allow_unplaced).problem, SearchContext())
        if expected is None:
            assert solution.status in (Status.UNKNOWN, Status.INFEASIBLE), seed
            continue
        assert solution.status is not Status.INFEASIBLE, seed
        assert not solution.costs or solution.costs >= expected[0], seed
        # its bound of a lower tier holds where the higher ones are no worse than its own costs
        known = True
        for bound, cost, least in zip(solution.bounds, solution.costs, expected[0], strict=False):
            assert not known or bound <= least, seed
            known &= least <= cost
        if solution.status is Status.OPTIMAL:
            assert solution.costs == expected[0], seed
            proved += 1
    assert proved > 0


def test_no_time_leaves_true_bounds() -> None:
    instance = an_instance(a_host(*(3 * GIB,) * 8, slit=OPTERON_6272), a_guest(*(2 * GIB,) * 5))
    solution = solve_root(lower(instance).problem, SearchContext(time_limit_s=0))
    assert solution.status in (Status.FEASIBLE, Status.OPTIMAL)
    # all five apart and no two closer than 16
    assert solution.bounds[2] >= 5 * 200 * (10 + 4 * 16)
    assert solution.costs[2] >= solution.bounds[2]


def test_items_that_all_sites_together_cannot_hold_are_refused_without_a_search() -> None:
    guests = [a_guest(2 * GIB, name=f"g{i}") for i in range(3)]
    short = an_instance(a_host(3 * GIB, 3 * GIB - 1), *guests)
    assert solve_root(lower(short).problem, SearchContext()).status is Status.INFEASIBLE
    # the sum fits, the parts do not: that takes a search
    assert (
        solve_root(lower(an_instance(a_host(3 * GIB, 3 * GIB), *guests)).problem, SearchContext()).status
        is Status.UNKNOWN
    )
