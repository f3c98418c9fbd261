"""Prices learn from what came, and hosts are ranked by what they lose."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from placer.fleet.arrivals.bids import BidPrices
from placer.fleet.arrivals.rooms import HostRooms
from placer.fleet.arrivals.shapes import Mix, Shape
from placer.fleet.model.fleet import Fleet
from placer.fleet.problem.loads import load_of
from placer.instance import Guest
from tests.support.fleets import GIB, fleet_of, guest_of

SMALL, TALL = guest_of([(1, 2)], "small"), guest_of([(4, 8)], "tall")


def shape(guest: Guest, *labels: str) -> Shape:
    return Shape(load_of(guest, limited=True), frozenset(labels))


def priced(fleet: Fleet, *seen: Shape) -> BidPrices:
    bids, mix = BidPrices(fleet, HostRooms(fleet)), Mix()
    for each in seen:
        mix.saw(each)
    bids.learn(mix)
    return bids


def first(bids: BidPrices, guest: Guest, *, slack: float = 0.0, tight: float = 0.0) -> list[str]:
    usable = [np.arange(len(family.names)) for family in bids.rooms.families]
    ranked = bids.rank(load_of(guest, limited=True), usable, slack=slack, tight=tight)
    return [bids.rooms.families[i].names[row] for i, row, _ in ranked]


def test_a_host_that_holds_a_tall_guest_is_kept_for_it_where_such_guests_come() -> None:
    fleet = fleet_of([[(4, 8)], [(3, 6)]], [])
    assert first(priced(fleet, shape(SMALL), shape(TALL)), SMALL) == ["h1", "h0"]


def test_prices_average_to_one_guest_and_one_that_is_unknown_costs_that() -> None:
    bids = priced(fleet_of([[(8, 16)]] * 3, []), shape(SMALL), shape(TALL), shape(TALL))
    assert (bids.price(shape(SMALL)) + 2 * bids.price(shape(TALL))) / 3 == pytest.approx(1)
    assert bids.price(shape(TALL)) == pytest.approx(4 * bids.price(shape(SMALL)))
    assert bids.price(shape(guest_of([(2, 2)]))) == 1.0


def test_before_anything_came_the_least_room_decides() -> None:
    fleet = fleet_of([[(4, 9)], [(4, 8)]], [])
    bids = BidPrices(fleet, HostRooms(fleet))
    assert first(bids, SMALL, tight=0.1) == ["h1", "h0"]
    assert first(bids, SMALL, tight=-0.1) == ["h0", "h1"]


def test_slack_makes_losses_equal_so_that_less_room_is_left() -> None:
    fleet = fleet_of([[(7, 14)], [(4, 8)]], [])
    bids = priced(fleet, shape(SMALL), shape(TALL))
    assert first(bids, SMALL, tight=0.001)[0] == "h0"  # 7 hold one tall guest and small ones, and so do 6
    assert first(bids, SMALL, slack=10.0, tight=0.001)[0] == "h1"


def test_a_change_of_room_changes_what_a_host_loses() -> None:
    fleet = fleet_of([[(4, 8)], [(3, 6)]], [])
    bids = priced(fleet, shape(SMALL), shape(TALL))
    assert first(bids, SMALL) == ["h1", "h0"]
    bids.rooms.take("h0", [(0, 1, 2 * GIB)])  # no room for a tall guest any more
    bids.rooms.take("h1", [(0, 3, 6 * GIB)])
    assert first(bids, SMALL) == ["h0"]
    bids.rooms.give("h0", [(0, 1, 2 * GIB)])
    bids.rooms.give("h1", [(0, 3, 6 * GIB)])
    assert first(bids, SMALL) == ["h1", "h0"]


def test_a_host_without_a_label_is_worth_nothing_to_guests_that_ask_for_it() -> None:
    plain = fleet_of([[(4, 8)], [(4, 8)]], [])
    fleet = replace(plain, hosts=[replace(plain.hosts[0], labels=["ssd"]), plain.hosts[1]])
    assert first(priced(fleet, shape(SMALL), shape(TALL, "ssd")), SMALL) == ["h1", "h0"]


def test_equal_hosts_are_ranked_once() -> None:
    fleet = fleet_of([[(4, 8)]], [])
    many = replace(fleet, hosts=[replace(fleet.hosts[0], count=50)])
    assert first(priced(many, shape(SMALL)), SMALL) == ["h0-0"]
