"""Costs per tier, hard rules and what is derived from a Problem; figures worked by hand."""

from __future__ import annotations

import numpy as np

from placer.assignment import (
    ConvexLoad,
    Flow,
    IntArray,
    Linear,
    Problem,
    ResidualCapacity,
    Resource,
    SetOnSite,
)


def ints(*rows: object) -> IntArray:
    return np.array(rows, dtype=np.int64)


def a_problem(
    m: int = 2,
    n: int = 2,
    *,
    tiers: tuple[tuple[Linear | Flow | ConvexLoad | ResidualCapacity | SetOnSite, ...], ...] = (),
    resources: tuple[Resource, ...] = (),
    groups: tuple[IntArray, ...] | None = None,
    incompatible: IntArray | None = None,
) -> Problem:
    return Problem(
        allowed=np.ones((n, m), dtype=bool),
        resources=resources,
        groups=groups if groups is not None else (np.arange(n),),
        incompatible=np.zeros((m, m), dtype=bool) if incompatible is None else incompatible.astype(bool),
        tiers=tiers,
    )


def test_each_tier_costs_the_sum_of_its_terms() -> None:
    low, high = Linear(name="a", cost=ints([1, 2], [3, 4])), Linear(name="b", cost=ints([10, 20], [30, 40]))
    problem = a_problem(tiers=((), (high, low), (low,)))
    assert problem.evaluate(ints([0, 1], [1, 0])).tolist() == [[0, 10 + 40 + 1 + 4, 5], [0, 20 + 30 + 2 + 3, 5]]


def test_an_assignment_is_feasible_within_masks_capacities_and_compatible_sites() -> None:
    problem = Problem(
        allowed=np.array([[True, True, True], [True, True, False], [True, True, True]]),
        resources=(Resource(weight=ints(3, 2, 1), capacity=ints(5, 3, 6)),),
        groups=(ints(0, 1), ints(2)),
        incompatible=ints([0, 1, 0], [1, 0, 0], [0, 0, 0]).astype(bool),
        tiers=(),
    )
    verdicts = {
        (0, 0, 1): True,
        (0, 0, 0): False,  # 6 on a site of 5
        (2, 2, 0): False,  # item 1 may not use site 2
        (0, 1, 2): False,  # the group of items 0 and 1 on incompatible sites
        (2, 0, 1): True,  # items of different groups may use them
        (2, 1, 1): True,  # exactly full
    }
    rows = ints(*verdicts)
    assert problem.feasible(rows).tolist() == list(verdicts.values())


def test_sites_too_far_apart_for_a_group_bar_nothing_for_items_that_are_alone() -> None:
    apart = ints([0, 1], [1, 0])
    assert a_problem(groups=(ints(0), ints(1)), incompatible=apart).all_conflicts == ()
    (conflict,) = a_problem(incompatible=apart).all_conflicts
    assert conflict.items.tolist() == [[False, True], [True, False]]


def test_without_items_there_is_one_assignment_and_it_costs_nothing() -> None:
    problem = a_problem(n=0, groups=(), tiers=((ResidualCapacity(name="t", weight=ints(), room=ints(5, 5), unit=1),),))
    nothing = np.zeros((1, 0), dtype=np.int64)
    assert problem.feasible(nothing).tolist() == [True]
    assert problem.evaluate(nothing).tolist() == [[0]]
