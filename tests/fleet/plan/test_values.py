"""What a plan costs, worked by hand."""

from __future__ import annotations

from placer.fleet.model.fleet import Placed
from placer.fleet.plan.plan import HostPlan
from placer.fleet.plan.values import tier_values
from placer.fleet.problem.problem import lower_fleet
from placer.instance import Instance, Placement
from tests.support.fleets import GIB, fleet_of, guest_of, host_of


def test_tiers_are_counted_from_their_definitions() -> None:
    placed = [Placed(guest="g0", host="h1", pnodes=[0])]
    fleet = fleet_of([[(4, 8), (4, 8)]] * 3, [[(1, 3)], [(1, 3)], [(2, 5)]], aim="spread", placed=placed)
    model = Instance(host=host_of([(4, 8), (4, 8)], ""), guests=[guest_of([(1, 3)], "a")])
    places = Placement(pnode_of={"a": (1,)})
    plan = HostPlan(name="h0", model=model, places=places, names={"a": "g1"}, proved=True, distance=10.0)
    assert tier_values(fleet, lower_fleet(fleet), {"h0": plan}, ["g2"]) == {
        "unplaced_guests": 1,
        "unplaced": 5 * GIB + 2 * 1024,
        "hosts": 2,  # h1 is in use
        "spread": 375,
    }
