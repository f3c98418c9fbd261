"""A larger budget of moves ends no worse than a smaller one."""

from __future__ import annotations

from dataclasses import replace
from threading import Event
from time import perf_counter

from placer.assignment import Status
from placer.fleet.moves.fewer import within_fewer
from placer.fleet.moves.goal import FleetGoal, Shape
from placer.fleet.moves.plan import FleetMoves
from placer.fleet.moves.planning import plan_moves
from tests.support.fleet_moves import running_fleet
from tests.support.fleets import GIB

FLEET = running_fleet([[(4, 8)], [(4, 8)]], [[(1, 2)]] * 2, [(0, (0,)), (1, (0,))])
GOAL = FleetGoal(fragments=Shape(vcpus=4, kib=8 * GIB))
BEST = plan_moves(FLEET, GOAL)
"""One of the two moves, and an empty host holds a guest of 4 vcpus and 8 GiB."""


def poor(goal: FleetGoal = GOAL) -> FleetMoves:
    """Give a plan without moves, which is not proved."""
    return replace(BEST, status=Status.FEASIBLE, goal=goal, value=0, stages=())


def test_a_better_plan_of_fewer_moves_is_taken_with_the_goal_and_the_bound_that_were_asked() -> None:
    asked: list[int] = []

    def solved(moves: int, end: float) -> FleetMoves:
        asked.append(moves)
        return replace(BEST, goal=replace(GOAL, moves=moves))

    plan = within_fewer(poor(), perf_counter() + 60, Event(), solved)
    assert asked == [2]  # proved: no other is tried
    assert (plan.value, plan.status, plan.goal) == (1, Status.OPTIMAL, GOAL)


def test_budgets_from_the_one_that_was_asked_on_are_not_tried() -> None:
    asked: list[int] = []

    def solved(moves: int, end: float) -> FleetMoves:
        asked.append(moves)
        return poor()

    plan = within_fewer(poor(replace(GOAL, moves=8)), perf_counter() + 60, Event(), solved)
    assert asked == [2, 3, 5]
    assert (plan.value, plan.status) == (0, Status.FEASIBLE)
    stopped = Event()
    stopped.set()
    within_fewer(poor(), perf_counter() + 60, stopped, solved)
    within_fewer(poor(), perf_counter() - 1, Event(), solved)
    within_fewer(BEST, perf_counter() + 60, Event(), solved)
    within_fewer(poor(FleetGoal(empty=("h0",))), perf_counter() + 60, Event(), solved)
    assert asked == [2, 3, 5]
