"""A fleet that runs, as arrays: what is free, which guests are alike, and where they may come."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from placer.errors import InputError
from placer.fleet.model.fleet import Placed
from placer.fleet.moves.goal import FleetGoal
from placer.fleet.moves.running import Running
from tests.support.fleet_moves import running_fleet
from tests.support.fleets import GIB, fleet_of

HOSTS = [[(4, 8), (4, 8)], [(4, 6)]]
GUESTS = [[(1, 2)], [(1, 2)], [(1, 1), (1, 1)], [(2, 3)]]
FLEET = running_fleet(HOSTS, GUESTS, [(0, (0,)), (1, (0,)), (0, (0, 1)), None])


def test_what_is_free_is_what_hosts_offer_less_what_guests_take() -> None:
    running = Running(FLEET, FleetGoal(make_room=("g3",)), "libvirt")
    assert running.free[:-1].tolist() == [[2, 5 * GIB], [3, 7 * GIB], [3, 4 * GIB]]
    assert running.guests == ["g0", "g1", "g2", "g3"]
    assert list(running.running) == [0, 1, 2]
    assert running.class_of[0] == running.class_of[1] != running.class_of[2]


def test_guests_come_to_hosts_that_they_may_use_and_that_are_not_emptied() -> None:
    running = Running(FLEET, FleetGoal(empty=("h0",)), "libvirt")
    assert running.allowed(running.class_of[0]).tolist() == [False, True]
    listed = replace(FLEET, guests=[replace(FLEET.guests[0], hosts=["h0"]), *FLEET.guests[1:]])
    running = Running(listed, FleetGoal(), "libvirt")
    assert running.allowed(running.class_of[0]).tolist() == [True, False]
    places = running.places(running.class_of[0])
    assert places.hosts.tolist() == [0, 0]
    assert places.pnodes.tolist() == [[0], [1]]
    assert [place[1].pnodes for place in map(places.place, range(2))] == [(0,), (1,)]


def test_ways_follow_the_toolstack_and_what_is_asked() -> None:
    xen = replace(FLEET, hosts=[replace(entry, format="xl") for entry in FLEET.hosts])
    assert [Running(FLEET, FleetGoal(), "libvirt").way_of(g) for g in range(3)] == ["migrate"] * 3
    assert [Running(xen, FleetGoal(), "libvirt").way_of(g) for g in range(3)] == ["stay"] * 3
    assert [Running(xen, FleetGoal(restarts=1), "libvirt").way_of(g) for g in range(3)] == ["restart"] * 3
    flexible = replace(FLEET.guests[0].guest, vnodes=(), flexible=_flexible())
    whole = replace(xen, guests=[replace(FLEET.guests[0], guest=flexible), *FLEET.guests[1:]])
    assert Running(whole, FleetGoal(), "libvirt").way_of(0) == "migrate"
    assert Running(FLEET, FleetGoal(stay=("g1",)), "libvirt").way_of(1) == "stay"


def _flexible() -> object:
    from placer.instance import Flexible

    return Flexible(memory_kib=2 * GIB, vcpu_count=1)


def test_a_guest_whose_pnodes_are_not_given_is_refused_on_a_host_of_several() -> None:
    fleet = fleet_of(HOSTS, GUESTS, placed=[Placed(guest="g0", host="h0")])
    with pytest.raises(InputError, match=r'placed\[0\]: the pnodes of guest "g0" are not given'):
        Running(fleet, FleetGoal(), "libvirt")
    alone = fleet_of(HOSTS, GUESTS, placed=[Placed(guest="g0", host="h1")])
    spot = Running(alone, FleetGoal(), "libvirt").spot_of[0]
    assert spot is not None
    assert spot.pnodes == (0,)


def test_hosts_that_are_closed_take_no_guest() -> None:
    running = Running(FLEET, FleetGoal(), "libvirt")
    assert len(running.places(0).hosts) == 3
    running.closed = np.array([True, False])
    running.forget()
    assert running.places(0).hosts.tolist() == [1]
