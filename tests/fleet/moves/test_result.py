"""Aims, bounds in whole numbers, and the reasons why there is no plan."""

from __future__ import annotations

import pytest

from placer.assignment import Status
from placer.fleet.moves.fewest import Fewest
from placer.fleet.moves.goal import FleetGoal, Shape
from placer.fleet.moves.result import Missing, aim_of, as_plan, no_plan
from placer.fleet.moves.running import Running
from placer.fleet.moves.state import State
from placer.fleet.moves.steps import Staged
from tests.support.fleet_moves import running_fleet

FLEET = running_fleet([[(4, 8)]] * 2, [[(3, 2)]] * 2, [(0, (0,)), (1, (0,))])


def test_each_goal_has_its_aim() -> None:
    goals = (FleetGoal(mend=True), FleetGoal(), FleetGoal(fragments=Shape(vcpus=1, kib=0)))
    assert [aim_of(goal) for goal in goals] == ["moves", "distance", "fits"]


def test_without_a_proof_the_bound_is_what_no_plan_can_pass() -> None:
    running = Running(FLEET, FleetGoal(fragments=Shape(vcpus=2, kib=0)), "libvirt")
    plan = as_plan(running, State(running), Staged((), ()), float("-inf"), 0.5)
    assert (plan.value, plan.now, plan.bound, plan.status) == (0, 0, 1, Status.FEASIBLE)
    far = as_plan(Running(FLEET, FleetGoal(), "libvirt"), State(running), Staged((), ()), float("-inf"), 0.5)
    assert (far.value, far.bound) == (60_000, 0)


FOUND = Fewest(state=None, bound=3)
STUCK = Fewest(state=None, bound=1, stuck=("h0",))


@pytest.mark.parametrize(
    ("missing", "moves", "status", "words"),
    [
        (
            Missing(Fewest(state=None, bound=1, stuck=("h0",)), 1, ended=False, impossible=False),
            None,
            "INFEASIBLE",
            "h0: ",
        ),
        (Missing(FOUND, 3, ended=False, impossible=False), 2, "INFEASIBLE", "3 moves needed at least, and 2 may"),
        (
            Missing(FOUND, 3, ended=False, impossible=True),
            None,
            "INFEASIBLE",
            "no end state is within 0 restarts, the hosts that guests may use",
        ),
        (Missing(FOUND, 3, ended=True, impossible=False), None, "UNKNOWN", "the search ended"),
        (Missing(FOUND, 3, ended=False, impossible=False), None, "UNKNOWN", "no order of moves was found"),
        (
            Missing(Fewest(state=None, bound=0, homeless=("g1",)), 0, ended=False, impossible=False),
            None,
            "UNKNOWN",
            "no place was found for g1",
        ),
    ],
)
def test_the_reason_is_given(missing: Missing, moves: int | None, status: str, words: str) -> None:
    plan = no_plan(Running(FLEET, FleetGoal(empty=("h0",), moves=moves), "libvirt"), missing, 1.0)
    assert (str(plan.status), plan.value) == (status, None)
    assert plan.reason is not None
    assert plan.reason.startswith(words)
