"""All assignments of few items: against the oracle, by hand, and Problems with too many."""

from __future__ import annotations

from functools import partial

import pytest
from msgspec.structs import replace

from placer.assignment import Problem, Solution, Status
from placer.assignment.context import SearchContext
from placer.assignment.exact.enumeration import (
    MOST_ROWS_WITH_SLOTS,
    enumeration_applies,
    every_assignment,
    solve_by_enumeration,
)
from placer.assignment.method import GaveUp
from placer.instance import Instance, Placement
from placer.lowering.lower import lower
from tests.support.building import GIB, a_guest, a_host, an_instance
from tests.support.oracle_agreement import agreements
from tests.support.random_instances import random_instance


def enumerated(problem: Problem) -> Solution:
    solution = solve_by_enumeration(problem, SearchContext())
    assert isinstance(solution, Solution)
    return solution


def solved(instance: Instance, *, allow_unplaced: bool = False) -> Solution | None:
    problem = lower(instance, allow_unplaced=allow_unplaced).problem
    return enumerated(problem) if enumeration_applies(problem) else None


@pytest.mark.parametrize("allow_unplaced", [False, True])
def test_answers_are_those_of_the_oracle(allow_unplaced: bool) -> None:
    asked = [instance for instance in map(random_instance, range(150)) if not instance.flexible]
    done, placed = agreements(asked, partial(solved, allow_unplaced=allow_unplaced), allow_unplaced)
    assert done >= 60
    assert 0 < placed <= done


def test_assignments_vary_the_last_item_fastest_over_the_sites_that_it_may_use() -> None:
    guest = a_guest(1, 1, vcpus=(1, 1), hard_affinity=((0, 4), (4, 8)))  # pnodes 0 and 1, 1 and 2
    problem = lower(an_instance(a_host(GIB, GIB, GIB), guest)).problem
    assert every_assignment(problem).tolist() == [[0, 1], [0, 2], [1, 1], [1, 2]]
    assert enumeration_applies(problem).reason == "4 assignments, all evaluated at once"


def test_of_equal_assignments_the_first_is_taken() -> None:
    problem = lower(an_instance(a_host(GIB, GIB), a_guest(GIB // 2))).problem
    solution = enumerated(problem)
    assert solution.site_of is not None
    assert (solution.status, solution.site_of.tolist()) == (Status.OPTIMAL, [0])


def test_of_equal_assignments_the_nearest_to_the_hint_is_taken() -> None:
    instance = an_instance(a_host(GIB, GIB, GIB), a_guest(GIB // 2))
    problem = lower(instance, hint=Placement(pnode_of={"db": (2,)})).problem
    solution = enumerated(problem)
    assert solution.site_of is not None
    assert solution.site_of.tolist() == [2]


def test_without_time_it_gives_up() -> None:
    problem = lower(an_instance(a_host(GIB, GIB), a_guest(GIB // 2))).problem
    found = solve_by_enumeration(problem, SearchContext(time_limit_s=0))
    assert isinstance(found, GaveUp)
    assert found.reason == "no time is left"


def test_many_assignments_are_left_to_others() -> None:
    guest = a_guest(1, 1, 1)
    for pnodes, applies in ((16, True), (17, False)):
        problem = lower(an_instance(a_host(*(GIB,) * pnodes), guest)).problem
        assert bool(enumeration_applies(problem)) is applies
    dedicated = lower(an_instance(a_host(*(GIB,) * 8), replace(guest, cpu_policy="dedicated"))).problem
    assert enumeration_applies(dedicated).reason == f"more than {MOST_ROWS_WITH_SLOTS} assignments"
