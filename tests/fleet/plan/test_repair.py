"""Guests without a place are put where there is room."""

from __future__ import annotations

from placer.fleet.model.fleet import Fleet
from placer.fleet.plan.assigning import Assignment
from placer.fleet.plan.repair import Rooms, put_back
from placer.fleet.plan.rulebook import Rulebook
from placer.fleet.problem.problem import lower_fleet
from tests.support.fleets import fleet_of


def prepared(fleet: Fleet, guests_on: dict[str, list[str]]) -> tuple[Assignment, Rooms]:
    assignment = Assignment({}, Rulebook(fleet))
    rooms = Rooms(fleet, lower_fleet(fleet))
    for host, guests in guests_on.items():
        for guest in guests:
            assignment.put(guest, host)
        rooms.fill(host, guests)
    return assignment, rooms


def test_hosts_in_use_come_before_others_and_large_guests_first() -> None:
    fleet = fleet_of([[(4, 8)]] * 3, [[(1, 5)], [(1, 3)], [(1, 4)], [(1, 9)]])
    assignment, rooms = prepared(fleet, {"h1": ["g0"]})
    changed, left = put_back(assignment, rooms, ["g1", "g2", "g3"])
    assert assignment.guests_on == {"h1": ["g0", "g1"], "h0": ["g2"]}
    assert (changed, left) == ({"h0", "h1"}, ["g3"])


def test_rules_and_lists_of_hosts_are_kept() -> None:
    from msgspec.structs import replace

    fleet = fleet_of([[(4, 8)]] * 3, [[(1, 1)]] * 3, rules=[{"apart": ["g0", "g1"]}])
    listed = replace(fleet, guests=[*fleet.guests[:2], replace(fleet.guests[2], hosts=["h2"])])
    assignment, rooms = prepared(listed, {"h0": ["g0"]})
    assert put_back(assignment, rooms, ["g1", "g2"])[1] == []
    assert assignment.guests_on == {"h0": ["g0"], "h1": ["g1"], "h2": ["g2"]}


def test_a_host_whose_guests_are_placed_more_cleverly_has_no_room() -> None:
    fleet = fleet_of([[(9, 6), (9, 6)]], [[(1, 4)], [(1, 3)], [(1, 3)], [(1, 2)]])
    _, rooms = prepared(fleet, {"h0": ["g0", "g1", "g2", "g3"]})
    assert not rooms.take(["g3"], "h0")


def test_guests_that_stay_together_go_to_one_host_or_nowhere() -> None:
    fleet = fleet_of([[(4, 6)], [(4, 8)]], [[(1, 4)]] * 2 + [[(1, 2)]] * 2, rules=[{"together": ["g0", "g1"]}])
    assignment, rooms = prepared(fleet, {})
    assert put_back(assignment, rooms, ["g0", "g1", "g2", "g3"])[1] == []
    assert assignment.guests_on == {"h1": ["g0", "g1"], "h0": ["g2", "g3"]}
    small = fleet_of([[(4, 6)]] * 2, [[(1, 4)]] * 2, rules=[{"together": ["g0", "g1"]}])
    assignment, rooms = prepared(small, {})
    assert put_back(assignment, rooms, ["g0", "g1"]) == (set(), ["g0", "g1"])
