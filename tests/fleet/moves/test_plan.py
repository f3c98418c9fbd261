"""What a plan says of itself, and what it refuses to hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from placer.assignment import Status
from placer.errors import InputError
from placer.fleet.moves.goal import FleetGoal
from placer.fleet.moves.plan import FleetMoves, FleetStep
from tests.support.fleet_moves import running_fleet

FLEET = running_fleet([[(4, 8)]] * 2, [[(1, 2)]] * 2, [(0, (0,)), (0, (0,))])


def step(guest: str, way: str = "migrate") -> FleetStep:
    return FleetStep(guest=guest, way=way, source="h0", target="h1", before=(0,), after=(0,), kib=5)  # type: ignore[arg-type]


def test_steps_memory_restarts_and_gap_are_summed() -> None:
    plan = FleetMoves(
        status=Status.FEASIBLE,
        fleet=FLEET,
        goal=FleetGoal(),
        aim="moves",
        now=0,
        value=4,
        bound=3,
        stages=((step("g0"),), (step("g1", "restart"),)),
    )
    assert ([each.guest for each in plan.steps], plan.moves, plan.moved_kib, plan.restarts) == (["g0", "g1"], 2, 10, 1)
    assert plan.gap == 0.25
    none = FleetMoves(
        status=Status.UNKNOWN, fleet=FLEET, goal=FleetGoal(), aim="moves", now=0, value=None, bound=0, reason="why"
    )
    assert none.gap is None


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"stages": None}, "stages: expected a list, got None"),
        ({"stages": (step("g0"),)}, "stages[0]: expected a list, got placer.FleetStep"),
        ({"stages": (("g0",),)}, "stages[0]: expected placer.FleetStep, got str"),
        ({"placed": None}, "placed: expected dict, got None"),
    ],
)
def test_stages_are_lists_of_steps_and_a_plan_without_moves_has_none(wrong: dict[str, Any], words: str) -> None:
    plan = FleetMoves(status=Status.OPTIMAL, fleet=FLEET, goal=FleetGoal(), aim="moves", now=0, value=0, bound=0)
    assert plan.stages == ()
    with pytest.raises(InputError) as told:
        replace(plan, **wrong)
    assert str(told.value) == words
