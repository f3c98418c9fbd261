"""Requests join the classes of a fleet, or make classes of their own."""

from __future__ import annotations

from placer.fleet.problem.asked import with_requests
from placer.fleet.problem.problem import lower_fleet
from tests.support.fleets import fleet_of, guest_of


def test_the_first_requests_are_added_to_what_takes_the_same() -> None:
    problem = lower_fleet(fleet_of([[(4, 8)]], [[(1, 2)]] * 2))
    shapes = [guest_of([(2, 2)], "large"), guest_of([(1, 2)], "small")]
    asked = with_requests(problem, shapes, [0, 1, 1, 0, 1], 3)
    assert [each.name for each in asked.classes] == ["g0", "large"]
    assert (asked.demand, asked.types[0].classes) == ((4, 1), (0, 1))
    assert problem.demand == (2,)


def test_a_class_that_may_use_some_hosts_only_is_not_joined() -> None:
    from msgspec.structs import replace

    fleet = fleet_of([[(4, 8)]] * 2, [[(1, 2)]])
    bound_to_one = replace(fleet, guests=[replace(fleet.guests[0], hosts=["h0"])])
    asked = with_requests(lower_fleet(bound_to_one), [guest_of([(1, 2)], "new")], [0], 1)
    assert (asked.demand, [each.classes for each in asked.types]) == ((1, 1), [(0, 1), (1,)])
