"""What couples items, one cause at a time, by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from placer.assignment import (
    Conflict,
    ConvexLoad,
    FlooredLinear,
    Flow,
    Linear,
    MaxUtilization,
    Problem,
    ReducedSlotsLoad,
    ResidualCapacity,
    Resource,
    SetOnSite,
    SlotDemand,
    SlotMatching,
    Term,
)
from placer.assignment.structure.components import components

ONES = np.ones(3, dtype=np.int64)
SQUARES = np.array([[0, 1, 4, 9]] * 3)
LOAD = ConvexLoad(name="load", weight=ONES, pool_of=np.arange(3), table=SQUARES)
PAIR = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]], dtype=bool)


def three_items(**more: Any) -> Problem:
    """Items 0 and 1 may share site 0; the other sites are open to one item each."""
    bare = Problem(
        allowed=np.array([[1, 1, 0], [1, 0, 0], [0, 0, 1]], dtype=bool),
        resources=(Resource(weight=ONES, capacity=2 * ONES),),
        groups=tuple(np.array([v]) for v in range(3)),
        incompatible=np.zeros((3, 3), dtype=bool),
        tiers=((Linear(name="price", cost=np.arange(9).reshape(3, 3)),),),
    )
    return replace(bare, **more)


def parts(problem: Problem) -> list[list[int]]:
    return [items.tolist() for items in components(problem)]


def test_a_site_with_room_for_all_couples_no_items() -> None:
    assert parts(three_items()) == [[0], [1], [2]]


def test_a_site_that_cannot_hold_all_couples_those_that_may_stand_there() -> None:
    assert parts(three_items(resources=(Resource(weight=ONES, capacity=ONES),))) == [[0, 1], [2]]
    assert parts(three_items(resources=(Resource(weight=np.array([0, 9, 1]), capacity=ONES),))) == [[0], [1], [2]]


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (LOAD, [[0, 1], [2]]),
        (replace(LOAD, table=0 * SQUARES + 5), [[0], [1], [2]]),
        (replace(LOAD, weight=np.array([1, 0, 1])), [[0], [1], [2]]),
        (replace(LOAD, pool_of=np.array([-1, 0, 0])), [[0, 2], [1]]),
        (ResidualCapacity(name="room", weight=ONES, room=9 * ONES, unit=1), [[0, 1], [2]]),
        (ResidualCapacity(name="room", weight=ONES, room=-ONES, unit=1), [[0], [1], [2]]),
        (SetOnSite(name="set", sets=(np.arange(3),), site=0), [[0, 1], [2]]),
        (SetOnSite(name="set", sets=(np.arange(3),), site=1), [[0], [1], [2]]),
        (
            FlooredLinear(name="floor", items=np.array([0, 2]), cost=np.ones((2, 3), dtype=int), divisor=2),
            [[0, 2], [1]],
        ),
        (MaxUtilization(name="full", weight=ONES, room=9 * ONES), [[0, 1, 2]]),
        (Flow(name="flow", items=np.array([1, 2]), flow=np.array([[1, 0], [1, 1]]), distance=SQUARES), [[0], [1, 2]]),
        (Flow(name="flow", items=np.array([1, 2]), flow=np.eye(2, dtype=int), distance=SQUARES), [[0], [1], [2]]),
        (
            ReducedSlotsLoad(
                name="slots",
                convex_load=replace(LOAD, weight=np.array([1, 0, 0])),
                slots_claimed=np.array([0, 1, 1]),
                start=0 * ONES,
                slots=ONES,
                per_slot=1,
                scale=1,
            ),
            [[0, 1], [2]],
        ),
    ],
)
def test_a_term_couples_the_items_that_it_prices_together(term: Term, expected: list[list[int]]) -> None:
    assert parts(three_items(tiers=((), (term,)))) == expected


def test_a_conflict_couples_where_both_may_use_its_sites() -> None:
    same = np.eye(3, dtype=bool)
    assert parts(three_items(relations=(Conflict(items=PAIR, sites=same),))) == [[0, 1], [2]]
    elsewhere = np.diag([False, True, True])
    assert parts(three_items(relations=(Conflict(items=PAIR, sites=elsewhere),))) == [[0], [1], [2]]


def test_sites_that_cannot_reach_each_other_couple_the_items_of_a_group() -> None:
    apart = np.zeros((3, 3), dtype=bool)
    apart[1, 2] = apart[2, 1] = True
    group = (np.array([0, 2]), np.array([1]))
    assert parts(three_items(incompatible=apart)) == [[0], [1], [2]]
    assert parts(three_items(incompatible=apart, groups=group)) == [[0, 2], [1]]


def test_slots_of_a_site_couple_the_items_that_ask_for_them() -> None:
    asks, nothing = SlotDemand(own=(frozenset({1, 2}),)), SlotDemand()
    groups = (((1, 2),), ((3,),), None)
    assert parts(three_items(slot_matching=SlotMatching(demands=(asks,) * 3, slot_groups=groups))) == [[0, 1], [2]]
    one = SlotMatching(demands=(asks, nothing, asks), slot_groups=groups)
    assert parts(three_items(slot_matching=one)) == [[0], [1], [2]]


def test_an_item_without_a_site_and_one_that_decides_for_others_keep_all_together() -> None:
    nowhere = three_items().allowed.copy()
    nowhere[2] = False
    assert parts(three_items(allowed=nowhere)) == [[0, 1, 2]]
    assert parts(three_items(selectors=np.array([2]))) == [[0, 1, 2]]
