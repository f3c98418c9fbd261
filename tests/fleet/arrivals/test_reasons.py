"""Why a guest fits nowhere, in words."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from placer.fleet.arrivals.reasons import MOST_TOLD, Reasons, count_full, count_unusable
from placer.fleet.arrivals.rooms import HostRooms
from placer.fleet.arrivals.usable import Usable
from placer.fleet.model.entries import FleetGuest
from placer.fleet.problem.loads import load_of
from tests.support.fleets import fleet_of, guest_of

FLEET = fleet_of([[(4, 8), (2, 16)]] * 3, [])


def test_reasons_of_most_hosts_come_first_and_few_are_told() -> None:
    reasons = Reasons()
    for i in range(MOST_TOLD + 2):
        reasons.add(f"reason {i}", i + 1)
    assert len(reasons.words()) == MOST_TOLD
    assert reasons.words()[0] == f"{MOST_TOLD + 2} hosts: reason {MOST_TOLD + 1}"


def test_hosts_without_room_are_told_with_what_is_free() -> None:
    reasons = Reasons()
    load = load_of(guest_of([(3, 12)] * 2, one_to_one=True), limited=True)
    count_full(reasons, load, HostRooms(FLEET), [np.arange(3)])
    assert reasons.words() == (
        "3 hosts: no room for 3 vcpus and 12 GiB in each of 2 parts; the most that a pnode has free is 4 vcpus and "
        "16 GiB, maybe not together",
    )
    count_full(reasons, load, HostRooms(FLEET), [np.arange(0)])
    assert len(reasons.words()) == 1


def test_hosts_that_it_may_not_use_are_told() -> None:
    labelled = replace(FLEET, hosts=[replace(FLEET.hosts[0], labels=["ssd"]), *FLEET.hosts[1:]])
    reasons = Reasons()
    guest = FleetGuest(guest=guest_of([(1, 1)]), labels=["ssd"], hosts=["h1"])
    count_unusable(reasons, guest, Usable(labelled, HostRooms(labelled)))
    assert reasons.words() == ("2 hosts: no label ssd", "1 host: not in its list of hosts")
