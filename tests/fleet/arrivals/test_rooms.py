"""What is left of hosts, as guests come and go."""

from __future__ import annotations

from placer.fleet.arrivals.rooms import HostRooms
from tests.support.fleets import GIB, fleet_of

FLEET = fleet_of([[(2, 8), (4, 16)], [(2, 8), (4, 16)], [(1, 4)]], [])


def test_hosts_with_as_many_pnodes_are_a_family_and_offer_their_vcpus_and_memory() -> None:
    rooms = HostRooms(FLEET)
    assert [family.names for family in rooms.families] == [("h0", "h1"), ("h2",)]
    assert rooms.families[0].free[1].tolist() == [[2, 8 * GIB], [4, 16 * GIB]]


def test_room_that_is_taken_and_given_back_is_as_before_and_so_is_the_state() -> None:
    rooms = HostRooms(FLEET)
    (family, _), before = rooms.families, rooms.families[0].state.copy()
    rooms.take("h1", [(1, 3, GIB)])
    assert family.free[1].tolist() == [[2, 8 * GIB], [1, 15 * GIB]]
    assert family.offered[1].tolist() == [[2, 8 * GIB], [4, 16 * GIB]]
    assert family.state[1] not in before
    rooms.give("h1", [(1, 3, GIB)])
    assert (family.state == before).all()


def test_equal_hosts_of_one_entry_are_one_state_and_others_are_not() -> None:
    from msgspec.structs import replace

    two = replace(FLEET, hosts=[replace(FLEET.hosts[0], count=3), FLEET.hosts[1]])
    (family,) = HostRooms(two).families
    assert family.state.tolist() == [0, 0, 0, 1]
    assert family.equals(1).tolist() == [0, 1, 2]
    family.change(1, [(0, 1, 0)], -1)
    assert family.state.tolist() == [0, 2, 0, 1]
    assert family.equals(0).tolist() == [0, 2]


def test_vcpus_take_nothing_where_they_are_not_limited() -> None:
    rooms = HostRooms(fleet_of([[(2, 8)]], [], aim="spread"))
    rooms.take("h0", [(0, 5, GIB)])
    assert rooms.families[0].free.tolist() == [[[0, 7 * GIB]]]
