"""Fillings by patterns of pnodes: as good as any filling there is, with the parts of a guest on pnodes of their own."""

from __future__ import annotations

import numpy as np
import pytest

from placer.fleet.bound.enumeration import all_fillings
from placer.fleet.bound.items import units_of
from placer.fleet.bound.patterns import MOST_STEPS, PatternProgram, fullest, offers, patterns_of
from placer.fleet.problem.problem import FleetProblem, lower_fleet
from tests.support.fleets import fleet_of


def filled(problem: FleetProblem, prices: list[float]) -> list[int] | None:
    """Fill a host of the first type by its patterns."""
    offered = offers(problem, units_of(problem), problem.types[0])
    assert offered
    rooms = patterns_of(units_of(problem), problem.types[0], tuple(each.part for each in offered))
    assert rooms is not None
    column = PatternProgram(offered, rooms).solved(np.array(prices), problem.demand, time_limit_s=10.0)
    return None if column is None else column.tolist()


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


def test_parts_of_one_guest_share_no_pnode_where_they_must_not() -> None:
    """
    Two pnodes hold 9 vcpus and 8 and 2 GiB, and a guest has two parts of 1 and 1.

    Apart, the small pnode holds a part each of two guests, which the large one holds too; together ten parts fit.
    """
    for one_to_one, most in ((True, 2), (False, 5)):
        problem = lower_fleet(fleet_of([[(9, 8), (9, 2)]], [[(1, 1), (1, 1)]] * 9, one_to_one=one_to_one))
        assert filled(problem, [1.0]) == [most]


def test_without_guests_that_are_worth_something_there_is_no_filling() -> None:
    assert filled(lower_fleet(fleet_of([[(4, 8)]], [[(1, 2)]])), [0.0]) is None


@pytest.mark.parametrize("seed", range(12))
def test_a_filling_is_the_best_of_all(seed: int) -> None:
    """Hosts of equal and of different pnodes, guests of one to four equal parts that stay apart."""
    draw = np.random.default_rng(seed)
    sizes = draw.integers(2, 7, (2, 2)).tolist()
    hosts = [[sizes[int(i)] for i in draw.integers(0, 2, 4)]]
    guests = []
    for _ in range(3):
        part = tuple(draw.integers(1, 4, 2).tolist())
        guests += [[part] * int(draw.integers(1, 5))] * int(draw.integers(1, 4))
    problem = lower_fleet(fleet_of(hosts, guests, one_to_one=True))
    prices = draw.integers(1, 9, len(problem.classes)).astype(float).tolist()
    fillings = all_fillings(problem)
    assert fillings is not None
    best = max((float(column @ prices) for _, column in fillings), default=0.0)
    found = filled(problem, prices) if problem.types[0].classes else None
    assert (0.0 if found is None else float(np.dot(found, prices))) == best
