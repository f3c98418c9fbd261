"""The hosts that a guest may use."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from placer.fleet.arrivals.rooms import HostRooms
from placer.fleet.arrivals.usable import Usable
from placer.fleet.model.entries import FleetGuest
from tests.support.fleets import fleet_of, guest_of

PLAIN = fleet_of([[(4, 8)], [(2, 8)]], [])
FLEET = replace(PLAIN, hosts=[replace(PLAIN.hosts[0], count=3, labels=["ssd", "new"]), PLAIN.hosts[1]])


@pytest.mark.parametrize(
    ("more", "hosts"),
    [
        ({}, ["h0-0", "h0-1", "h0-2", "h1"]),
        ({"labels": ["ssd"]}, ["h0-0", "h0-1", "h0-2"]),
        ({"labels": ["ssd", "old"]}, []),
        ({"hosts": ["h0-2", "h1"]}, ["h0-2", "h1"]),
        ({"hosts": ["h0"]}, ["h0-0", "h0-1", "h0-2"]),
        ({"hosts": ["h0-2", "h1"], "labels": ["new"]}, ["h0-2"]),
    ],
)
def test_labels_and_lists_leave_these_hosts(more: dict[str, Any], hosts: list[str]) -> None:
    rooms = HostRooms(FLEET)
    (rows,) = Usable(FLEET, rooms).of(FleetGuest(guest=guest_of([(1, 1)]), **more))
    assert [rooms.families[0].names[row] for row in rows] == hosts


def test_a_guest_that_names_pcpus_may_use_hosts_that_have_them() -> None:
    rooms = HostRooms(FLEET)
    bound = replace(guest_of([(1, 1)]), hard_affinity=((3,),))
    usable = Usable(FLEET, rooms)
    (rows,) = usable.of(FleetGuest(guest=bound))
    assert rows.tolist() == [0, 1, 2]
    assert usable.faults(FleetGuest(guest=bound), 1) == "no pcpus, pnodes, devices, cpupool or page size as it names"
