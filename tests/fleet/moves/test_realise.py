"""Moves by name from what hosts hold in the end: of equal guests those without rules leave."""

from __future__ import annotations

from collections import Counter
from typing import Any

from placer.fleet.moves.goal import FleetGoal
from placer.fleet.moves.realise import realised
from placer.fleet.moves.running import Running
from tests.support.fleet_moves import running_fleet
from tests.support.fleets import GIB

HOSTS = [[(4, 8)]] * 2
TAKES = ((0, 1, 2 * GIB),)


def running(**more: Any) -> Running:
    guests, at = [[(1, 2)]] * 3, [(0, (0,)), (0, (0,)), (1, (0,))]
    return Running(running_fleet(HOSTS, guests, at, **more), FleetGoal(), "libvirt")


def test_the_guest_without_rules_leaves() -> None:
    state = realised(
        running(rules=[{"apart": ["g0", "g2"]}]), {0: Counter({(0, TAKES): 1}), 1: Counter({(0, TAKES): 2})}
    )
    assert state is not None
    assert list(state.moved()) == [1]


def test_none_is_given_where_rules_do_not_allow_it() -> None:
    rules = [{"apart": ["g0", "g2"]}, {"apart": ["g1", "g2"]}]
    assert realised(running(rules=rules), {0: Counter({(0, TAKES): 1}), 1: Counter({(0, TAKES): 2})}) is None
