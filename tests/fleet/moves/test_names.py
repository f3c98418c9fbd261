"""What a plan names and the fleet does not have is said, a sentence each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from placer.fleet.moves.goal import FleetGoal
from placer.fleet.moves.names import unknown
from placer.fleet.moves.planning import plan_moves
from tests.support.fleet_moves import running_fleet

PLAN = plan_moves(running_fleet([[(4, 8)]] * 2, [[(1, 2)], [(1, 2)]], [(0, (0,)), None]), FleetGoal(empty=("h0",)))


def test_a_plan_of_the_fleet_names_nothing_else() -> None:
    assert PLAN.moves == 1
    assert list(unknown(PLAN)) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"guest": "x"}, 'no guest "x" in the fleet'),
        ({"target": "h9"}, 'no host "h9" in the fleet'),
        ({"source": "h9"}, 'no host "h9" in the fleet'),
        ({"after": (7,)}, 'guest "g0": no such pnodes on host "h1"'),
        ({"before": (0, 0)}, 'guest "g0": 2 pnodes, expected one a vnode'),
        ({"guest": "g1"}, 'guest "g1" moves, and does not run'),
    ],
)
def test_a_step_of_what_is_not_there_is_told(changes: dict[str, Any], words: str) -> None:
    step = replace(PLAN.steps[0], **changes)
    assert words in list(unknown(replace(PLAN, stages=((step,),))))


def test_an_end_state_of_what_is_not_there_is_told() -> None:
    assert list(unknown(replace(PLAN, placed={"g0": ("h9", (0,))}))) == ['no host "h9" in the fleet']
