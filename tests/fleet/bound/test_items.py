"""Guests as items, and the steps of the grid."""

from __future__ import annotations

from dataclasses import replace as replaced

from msgspec.structs import replace

from placer.fleet.bound.items import Item, Units, alike, below_a_step, items_of, items_of_type, units_of
from placer.fleet.problem.loads import Load, Split
from placer.fleet.problem.problem import lower_fleet
from tests.support.fleets import GIB, fleet_of


def load(*parts: tuple[int, int], distinct: bool = False) -> Load:
    return Load((Split(parts, distinct),), 1)


def test_on_one_pnode_only_whole_guests_fit() -> None:
    items = items_of([(0, load((2, 4), (1, 2))), (1, load((2, 4), (2, 4), distinct=True))], 1, limited=True)
    assert (items.single, items.pair, items.exact) == ((Item(0, 3, 6),), (), True)


def test_on_two_pnodes_equal_halves_are_pairs() -> None:
    items = items_of([(0, load((2, 4), (2, 4))), (1, load((1, 8), (1, 8), distinct=True))], 2, limited=True)
    assert items.single == (Item(0, 4, 8),)
    assert items.pair == (Item(0, 2, 4), Item(1, 1, 8))
    assert items.exact


def test_other_parts_are_pieces_whose_prices_add_up_to_the_guest() -> None:
    items = items_of([(0, load((2, 4), (1, 2), distinct=True))], 2, limited=True)
    assert items.single == (Item(0, 2, 4, 4, 6), Item(0, 1, 2, 2, 6))
    assert not items.exact
    assert [sum(item.price(price) for item in items.single) >= price for price in range(20)] == [True] * 20
    assert [item.price(10) for item in items.single] == [7, 4]


def test_without_a_limit_parts_have_no_vcpus_and_without_memory_vcpus_share_the_price() -> None:
    assert items_of([(0, load((2, 4)))], 1, limited=False).single == (Item(0, 0, 4),)
    pieces = items_of([(0, load((3, 0), (1, 0), distinct=True))], 3, limited=True).single
    assert pieces == (Item(0, 3, 0, 3, 4), Item(0, 1, 0, 1, 4))


def test_steps_are_the_largest_that_divide_every_load() -> None:
    problem = lower_fleet(fleet_of([[(8, 64)]], [[(2, 4)], [(4, 10)]]))
    assert units_of(problem) == Units(vcpus=2, kib=2 * GIB, exact=True)
    assert units_of(problem).room((5, 9 * GIB), limited=True) == (2, 4)
    assert units_of(problem).room((5, 9 * GIB), limited=False) == (0, 4)
    items = items_of_type(problem, problem.types[0])
    assert [(item.vcpus, item.kib) for item in items.single] == [(2, 4 * GIB), (4, 10 * GIB)]


def test_odd_loads_get_coarser_steps_that_round_down_for_bounds_and_up_for_fillings() -> None:
    fleet = fleet_of([[(8, 64)]], [[(1, 4)], [(1, 4)]])
    odd = fleet.guests[0].guest
    guest = replace(odd, vnodes=[replace(odd.vnodes[0], memory_kib=4 * GIB + 1)])
    problem = lower_fleet(replace(fleet, guests=[replace(fleet.guests[0], guest=guest), fleet.guests[1]]))
    units = units_of(problem)
    assert not units.exact
    assert (64 * GIB // units.kib + 1) * 9 <= 200_000
    low, high = (units.load((1, 4 * GIB + 1), up=up)[1] * units.kib for up in (False, True))
    assert low <= 4 * GIB + 1 <= high
    assert units.room((8, 64 * GIB), limited=True)[1] * units.kib <= 64 * GIB


def test_parts_smaller_than_a_step_are_held_as_often_as_memory_and_demand_allow() -> None:
    problem = lower_fleet(fleet_of([[(4, 1), (4, 2), (4, 4)]], [[(1, 3), (0, 1)]] * 9, one_to_one=True))
    items = items_of_type(problem, problem.types[0])
    coarse = Units(vcpus=1, kib=2 * GIB, exact=False)
    small = Item(0, 0, GIB, GIB, 4 * GIB)
    assert list(below_a_step(problem, problem.types[0], coarse, items)) == [(small, 7)]
    few = replaced(problem, demand=(1,))
    assert list(below_a_step(few, few.types[0], coarse, items)) == [(small, 1)]
    assert list(below_a_step(problem, problem.types[0], units_of(problem), items)) == []


def test_types_with_the_same_guests_and_number_of_pnodes_share_their_tables() -> None:
    fleet = fleet_of([[(4, 8)], [(2, 8)], [(4, 8)] * 2, [(1, 8)]], [[(1, 2)], [(1, 3)]])
    listed = replace(fleet, guests=[replace(fleet.guests[0], hosts=["h0", "h1", "h2"]), fleet.guests[1]])
    problem = lower_fleet(listed)
    assert [[problem.types[t].hosts for t in types] for types in alike(problem)] == [
        [("h0",), ("h1",)],
        [("h2",)],
        [("h3",)],
    ]
