"""The judge of moves finds what is wrong with a plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from placer.assignment import Status
from placer.fleet.moves.goal import FleetGoal
from placer.fleet.moves.judge import end_faults, faults, first_places, offers_of
from placer.fleet.moves.plan import FleetMoves, FleetStep
from tests.support.fleet_moves import running_fleet
from tests.support.fleets import GIB

FLEET = running_fleet(
    [[(4, 8)], [(4, 8)], [(4, 8)]],
    [[(1, 5)], [(1, 5)], [(1, 2)], [(1, 1)]],
    [(0, (0,)), (1, (0,)), (0, (0,)), None],
    rules=[{"apart": ["g0", "g1"]}],
)


def step(guest: str, source: int, target: int, **more: Any) -> FleetStep:
    named: dict[str, Any] = {"way": "migrate", "before": (0,), "after": (0,), "kib": 2 * GIB} | more
    return FleetStep(guest=guest, source=f"h{source}", target=f"h{target}", **named)


def plan_of(*stages: tuple[FleetStep, ...], goal: FleetGoal = FleetGoal(), **placed: int) -> FleetMoves:  # noqa: B008 - frozen
    end = {guest: host for guest, (host, _) in first_places(FLEET).items()}
    end |= {step.guest: step.target for stage in stages for step in stage}
    end |= {guest: f"h{host}" for guest, host in placed.items()}
    return FleetMoves(
        status=Status.FEASIBLE,
        fleet=FLEET,
        goal=goal,
        aim="moves",
        now=0,
        value=1,
        bound=0,
        stages=stages,
        placed={guest: (host, (0,)) for guest, host in end.items()},
    )


def test_a_safe_plan_has_no_fault() -> None:
    assert faults(plan_of((step("g0", 0, 2),), (step("g1", 1, 0),))) == []
    assert faults(plan_of((step("g2", 0, 1),), goal=FleetGoal(make_room=("g3",)), g3=2)) == []


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (plan_of((step("g0", 0, 1),)), 'stage 1: with guest "g0" pnode 0 of host h1 holds too many KiB'),
        (plan_of((step("g0", 0, 1), step("g1", 1, 0))), 'stage 1: with guest "g'),
        (plan_of((step("g2", 1, 2),)), 'stage 1, guest "g2": the step expects it on host h1'),
        (plan_of((step("g2", 0, 2),), goal=FleetGoal(stay=("g2",))), 'stage 1, guest "g2": it shall stay'),
        (plan_of((step("g2", 0, 2),), goal=FleetGoal(moves=0)), "1 moves, of at most 0"),
        (plan_of((step("g2", 0, 2),), goal=FleetGoal(kib=GIB)), f"{2 * GIB} KiB, of at most {GIB}"),
        (plan_of((step("g2", 0, 2, way="restart"),)), "1 restarts, of at most 0"),
        (plan_of((step("g2", 0, 2),), goal=FleetGoal(empty=("h0",))), 'guest "g0" is on host h0, which shall be empty'),
        (plan_of((step("g2", 0, 2),), goal=FleetGoal(make_room=("g3",))), 'guest "g3" has no place in the end'),
        (plan_of((step("g2", 0, 2),), g2=1), 'at the end guest "g2" is not where the plan says'),
        (replace(plan_of((step("g2", 0, 2),)), value=None), "it has stages, and no end state"),
        (plan_of((step("g9", 0, 2),)), 'no guest "g9" in the fleet'),
        (plan_of((step("g2", 0, 9),)), 'no host "h9" in the fleet'),
    ],
)
def test_each_fault_is_told(plan: FleetMoves, words: str) -> None:
    told = faults(plan)
    assert any(each.startswith(words) for each in told), told


def test_rules_hold_at_every_moment_and_not_only_at_the_end() -> None:
    roomy = running_fleet(
        [[(4, 9)], [(4, 9)]], [[(1, 2)], [(1, 2)]], [(0, (0,)), (1, (0,))], rules=[{"apart": ["g0", "g1"]}]
    )
    swap = replace(plan_of((step("g0", 0, 1), step("g1", 1, 0))), fleet=roomy)
    told = faults(replace(swap, placed={"g0": ("h1", (0,)), "g1": ("h0", (0,))}))
    assert any(each.endswith("rules[0] is broken") for each in told)


def test_an_end_state_is_judged_on_the_hosts_that_are_asked_for() -> None:
    crowded: dict[str, tuple[str, tuple[int, ...]]] = {"g0": ("h0", (0,)), "g1": ("h0", (0,))}
    assert len(end_faults(FLEET, crowded)) == 2  # memory, and the rule
    assert end_faults(FLEET, crowded, {"h1"}) == []


def test_a_host_offers_its_memory_and_vcpus_by_its_limit() -> None:
    assert offers_of(FLEET, "h0") == {(0, "KiB"): 8 * GIB, (0, "vcpus"): 4}
