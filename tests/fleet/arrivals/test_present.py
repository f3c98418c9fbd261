"""The fleet as it is after guests came and left."""

from __future__ import annotations

from msgspec.structs import replace

from placer.fleet.arrivals.online import OnlineFleet
from placer.fleet.files.fleet_json import dump_fleet, read_fleet
from placer.fleet.model.fleet import Placed
from placer.fleet.model.rules import FleetRule
from placer.formats.text.files import Text
from placer.instance import Rule
from tests.support.fleets import fleet_of, guest_of


def online() -> OnlineFleet:
    plain = fleet_of([[(4, 8), (4, 8)]] * 2, [[(1, 1)]] * 3, pnode_rules=[Rule(apart=["g1", "g2"])])
    several = replace(plain.guests[0], count=3)
    return OnlineFleet(
        replace(
            plain,
            guests=[several, *plain.guests[1:]],
            rules=[FleetRule(apart=["g0"])],
            placed=[Placed(guest="g0-1", host="h1", pnodes=[0]), Placed(guest="g1", host="h1")],
        )
    )


def test_what_came_is_placed_and_what_left_is_no_more() -> None:
    found = online()
    found.add(guest_of([(2, 4)], "new"), like="g0")
    found.remove("g0-1")
    now = found.fleet
    assert [entry.each for entry in now.guests] == [("g0-0", "g0-2"), ("g1",), ("g2",), ("new",)]
    assert {each.guest: each.host for each in now.placed} == {"g1": "h1", "new": "h0"}
    assert all(each.pnodes is not None for each in now.placed)
    assert now.rules == (FleetRule(apart=["g0", "new"]),)
    assert now.pnode_rules == (Rule(apart=["g1", "g2"]),)


def test_a_rule_of_pnodes_without_two_members_is_gone() -> None:
    found = online()
    found.remove("g1")
    assert found.fleet.pnode_rules == ()


def test_the_fleet_can_be_written_and_read() -> None:
    found = online()
    found.add(guest_of([(2, 4)], "new"))
    now = found.fleet
    assert read_fleet(Text(dump_fleet(now))) == now
