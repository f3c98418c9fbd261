"""Smaller pnodes, worked by hand."""

from __future__ import annotations

from placer.fleet.bound.spread import least_spread, spread_over
from placer.fleet.model.fleet import Placed
from placer.fleet.problem.problem import lower_fleet
from tests.support.fleets import GIB, fleet_of


def test_every_pnode_offers_its_share_less_what_is_placed_there() -> None:
    fleet = fleet_of([[(4, 8), (4, 10)]], [[(1, 3)]], placed=[Placed(guest="g0", host="h0", pnodes=[0])])
    problem = lower_fleet(fleet)
    assert least_spread(problem) == 375
    assert sorted(spread_over(problem, 500).types[0].pnodes) == [(3, GIB), (4, 5 * GIB)]
    assert sorted(spread_over(problem, 100).types[0].pnodes) == [(3, 0), (4, GIB)]


def test_a_fleet_without_memory_has_no_fullest_pnode() -> None:
    assert least_spread(lower_fleet(fleet_of([[(4, 0)]], []))) == 0
