"""Guests find places, and others make room for them; strictly only in ways that have an order."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from msgspec.structs import replace

from placer.fleet.model.entries import FleetGuest
from placer.fleet.model.rules import FleetRule
from placer.fleet.moves.goal import FleetGoal
from placer.fleet.moves.insertion import Inserter
from placer.fleet.moves.running import Running
from placer.fleet.moves.state import State
from tests.support.fleet_moves import running_fleet
from tests.support.fleets import guest_of


def inserter(hosts: Any, guests: Any, at: Any, new: str, *, strict: bool = True, **more: Any) -> Inserter:
    running = Running(running_fleet(hosts, guests, at, **more), FleetGoal(make_room=(new,)), "libvirt")
    return Inserter(State(running), {}, perf_counter() + 60, strict=strict)


def test_the_tightest_place_is_taken() -> None:
    each = inserter([[(4, 8)], [(4, 4)]], [[(1, 3)]], [None], "g0")
    assert each.insert([(0,)], 0)
    assert each.came[0][0] == 1


def test_one_guest_makes_room_and_goes_elsewhere() -> None:
    hosts, guests, at = [[(4, 8)], [(4, 4)]], [[(1, 3)], [(1, 8)]], [(0, (0,)), None]
    each = inserter(hosts, guests, at, "g1")
    assert not each.insert([(1,)], 0)
    assert each.came == {}
    assert each.insert([(1,)], 1)
    assert {g: place[0] for g, place in each.came.items()} == {1: 0, 0: 1}


def test_a_swap_has_no_order_and_is_found_only_where_none_is_asked() -> None:
    """Guest 0 fills one host and may go where guest 1 is; guest 1 fits where guest 0 was, and nowhere else."""
    hosts = [[(4, 6)], [(4, 5)]]
    guests, at = [[(1, 5)], [(1, 4)], [(1, 2)]], [(0, (0,)), (1, (0,)), None]
    assert not any(inserter(hosts, guests, at, "g2").insert([(2,)], extra) for extra in range(3))
    loose = inserter(hosts, guests, at, "g2", strict=False)
    assert loose.insert([(2,)], 2)
    assert {g: place[0] for g, place in loose.came.items()} == {2: 0, 1: 0, 0: 1}


def test_a_bundle_comes_to_one_host_or_not_at_all() -> None:
    rules = [FleetRule(together=["pair"])]
    fleet = running_fleet([[(4, 3)], [(4, 4)]], [[(1, 2)]], [None], rules=[])
    two = replace(fleet, guests=[FleetGuest(guest=guest_of([(1, 2)], "pair"), count=2)])
    for hosts, host in ((two.hosts, 1), (two.hosts[:1], None)):
        ruled = replace(two, hosts=hosts, rules=rules)
        running = Running(ruled, FleetGoal(make_room=("pair",)), "libvirt")
        each = Inserter(State(running), {}, perf_counter() + 60, strict=True)
        assert each.direct((0, 1)) == (host is not None)
        assert {place[0] for place in each.came.values()} == ({host} if host is not None else set())
