"""Patterns of pnodes: every way to fill one that leaves no room, worked by hand."""

from __future__ import annotations

from placer.fleet.bound.items import units_of
from placer.fleet.bound.patterns import MOST_STEPS, fullest, offers, patterns_of
from placer.fleet.problem.problem import lower_fleet
from tests.support.fleets import fleet_of


def test_the_fullest_of_a_room_leave_no_room_for_a_part_more() -> None:
    """5 vcpus and 6 GiB hold two parts of 2 and 2, or two of 1 and 3, or one of each: no more."""
    two, none = fullest((5, 6), ((2, 2), (1, 3))), fullest((1, 1), ((2, 2),))
    assert two is not None
    assert none is not None
    assert sorted(map(tuple, two.tolist())) == [(0, 2), (1, 1), (2, 0)]
    assert none.tolist() == [[0]]


def test_rooms_with_too_many_patterns_are_left_to_others() -> None:
    parts = tuple((1, n) for n in range(1, 9))
    assert fullest((64, MOST_STEPS), parts) is None
    problem = lower_fleet(fleet_of([[(64, 500)] * 4], [[(1, n)] for n in range(1, 9)]))
    assert patterns_of(units_of(problem), problem.types[0], parts) is None


def test_guests_of_unequal_parts_have_no_patterns() -> None:
    problem = lower_fleet(fleet_of([[(4, 8)] * 2], [[(1, 2), (2, 3)]], one_to_one=True))
    assert offers(problem, units_of(problem), problem.types[0]) is None


def test_pnodes_of_one_size_share_their_patterns() -> None:
    problem = lower_fleet(fleet_of([[(2, 4), (2, 4), (1, 2)]], [[(1, 2)] * 2], one_to_one=True))
    units = units_of(problem)
    (offer,) = offers(problem, units, problem.types[0]) or ()
    assert (offer.parts, offer.distinct) == (2, True)
    found = patterns_of(units, problem.types[0], (offer.part,))
    assert found is not None
    assert sorted((patterns.tolist(), count) for patterns, count in found) == [([[1]], 1), ([[2]], 2)]
