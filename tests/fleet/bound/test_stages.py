"""Stages, and what guests and hosts cost in each tier."""

from __future__ import annotations

from placer.fleet.bound.stages import Stage, guest_costs, host_costs
from placer.fleet.model.fleet import Placed
from placer.fleet.problem.problem import lower_fleet
from tests.support.fleets import GIB, fleet_of

PROBLEM = lower_fleet(
    fleet_of([[(4, 8)]] * 2, [[(1, 2)], [(2, 3)]], placed=[Placed(guest="g0", host="h0", pnodes=[0])])
)


def test_a_guest_costs_itself_or_its_resources_and_a_host_in_use_nothing() -> None:
    assert guest_costs(PROBLEM, "unplaced_guests") == (1,)
    assert guest_costs(PROBLEM, "unplaced") == (3 * GIB + 2 * 1024,)
    assert guest_costs(PROBLEM, "hosts") == (0,)
    by_host = dict(zip([each.hosts for each in PROBLEM.types], host_costs(PROBLEM, "hosts"), strict=True))
    assert by_host == {("h0",): 0, ("h1",): 1}
    assert host_costs(PROBLEM, "unplaced") == (0, 0)


def test_nothing_may_be_left_out_where_that_is_held_at_none() -> None:
    assert Stage("hosts", (("unplaced_guests", 0),)).everything
    assert Stage("hosts", (("unplaced_guests", 0),)).limits == ()
    some = Stage("hosts", (("unplaced_guests", 2), ("unplaced", 5)))
    assert (some.everything, some.limits) == (False, some.held)
