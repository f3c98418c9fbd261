"""Plans of moves as text."""

from __future__ import annotations

import re

from placer.fleet.moves.goal import FleetGoal, Shape
from placer.fleet.moves.planning import plan_moves
from placer.report.fleet_moves import render_moves
from tests.support.fleet_moves import running_fleet
from tests.support.fleets import GIB

HOSTS = [[(4, 8)]] * 2
FLEET = running_fleet(HOSTS, [[(1, 2)], [(1, 3)]], [(0, (0,)), (1, (0,))], rules=[{"at_most": ["g0", "g1"], "most": 2}])


def text(goal: FleetGoal) -> str:
    return re.sub(r"\(\d+\.\d\d s\)", "(S)", render_moves(plan_moves(FLEET, goal)))


def test_the_fewest_moves_are_told_with_their_proof() -> None:
    assert text(FleetGoal(empty=("h0",))).splitlines() == [
        "OPTIMAL: 1 move of 2 GiB in 1 stage",
        "h0 without guests: proved the fewest moves",
        "left out of the bound: 1 rule between guests on hosts",
        "",
        *text(FleetGoal(empty=("h0",))).splitlines()[4:-1],
        "(S)",
    ]
    assert "g0" in text(FleetGoal(empty=("h0",)))
    assert "h1, pnode 0" in text(FleetGoal(empty=("h0",)))


def test_what_fits_and_distances_are_told_with_what_they_were() -> None:
    fits = text(FleetGoal(fragments=Shape(vcpus=4, kib=GIB)))
    assert fits.splitlines()[1] == "guests of 4 vcpus and 1 GiB that fit: 1, 0 before; proved the most"
    far = text(FleetGoal(moves=1))
    assert far.splitlines()[:2] == [
        "OPTIMAL: 0 moves of 0 KiB in 0 stages",
        "distances of all memory accesses: 20000, 20000 before; proved the least",
    ]


def test_the_reason_is_told_where_there_is_no_plan() -> None:
    assert text(FleetGoal(empty=("h0",), moves=0)).splitlines()[:2] == [
        "INFEASIBLE: no plan",
        "1 move needed at least, and 0 may be made",
    ]
    assert "shall be mended" not in text(FleetGoal(mend=True))
    assert "no host over what it offers, all rules kept: proved the fewest moves" in text(FleetGoal(mend=True))
