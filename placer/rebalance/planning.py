"""rebalance(): the best end state, the order of the moves to it, and the curve of cost by moves."""

from __future__ import annotations

import dataclasses

from placer.assignment import Status
from placer.assignment.context import SearchContext
from placer.errors import Defect
from placer.instance import Guest
from placer.rebalance.end_state import EndState, best_end_state, state_now
from placer.rebalance.goal import Goal, check_goal
from placer.rebalance.judge import faults
from placer.rebalance.plan import Plan, Point
from placer.rebalance.reason import why_none, why_stuck
from placer.rebalance.running import RunningHost
from placer.rebalance.steps import steps_to

MOST_VNODES = 4
"""Most vnodes of a new guest that leaves their number open. Chosen: more than placer takes for most guests anyway."""
SHARE = 0.6
"""Share of the time for the end state that is asked; the curve has the rest. Chosen, not tuned."""


def plan_rebalance(
    running: RunningHost, goal: Goal, context: SearchContext, *, curve: bool = True, live: bool = False
) -> Plan:
    """
    Plan the moves of a goal.

    Parameters
    ----------
    curve
        Whether to find the least cost after each smaller number of moves too, where no fewest moves are asked.
    live
        Whether no guest is saved and restored.

    Raises
    ------
    InputError
        If the goal means nothing on this host.
    Defect
        If an independent check contradicts the plan.
    """
    check_goal(goal, running)
    for number in _numbers(goal):
        new = tuple(guest.split_into(_within_range(guest, number)) for guest in goal.make_room)
        plan = _plan(running, dataclasses.replace(goal, make_room=new), context, curve=curve, live=live)
        if plan.status is not Status.INFEASIBLE or context.left_s() <= 0:
            break
    return plan


def _numbers(goal: Goal) -> range:
    """Give the numbers of vnodes that are tried for new guests which leave that open."""
    ranges = [guest.flexible.counts for guest in goal.make_room if guest.flexible]
    return range(1, min(MOST_VNODES, max((counts[-1] for counts in ranges), default=1)) + 1)


def _within_range(guest: Guest, number: int) -> int:
    return number if guest.flexible is None else max(guest.flexible.least, min(number, guest.flexible.counts[-1]))


def _plan(running: RunningHost, goal: Goal, context: SearchContext, *, curve: bool, live: bool) -> Plan:
    curve = curve and not goal.fewest
    found = best_end_state(running, goal, context.with_share(SHARE if curve else 1.0))
    plan = Plan(status=found.status, running=running, goal=goal, now=state_now(running), notes=running.notes)
    if found.instance is None or found.placement is None:
        reason = why_none(running, goal, found.status, context)
        return dataclasses.replace(plan, reason=reason, wall_time_s=context.elapsed_s())
    steps = steps_to(running, goal, found.instance, found.placement, live=live)
    if steps.stuck:
        reason = why_stuck(running, steps.stuck, found.instance, found.placement)
        return dataclasses.replace(plan, status=Status.UNKNOWN, reason=reason, wall_time_s=context.elapsed_s())
    plan = dataclasses.replace(
        plan,
        after=found.state,
        instance=found.instance,
        placement=found.placement,
        repins=steps.repins,
        stages=steps.stages,
        stage_bound=steps.stage_bound,
        order_proved=steps.proved,
    )
    wrong = faults(plan, seed=context.seed)
    if wrong:
        raise Defect("the plan fails its replay: " + "; ".join(wrong))
    points = _curve(plan, found, context) if curve else ()
    return dataclasses.replace(plan, curve=points, wall_time_s=context.elapsed_s())


def _curve(plan: Plan, found: EndState, context: SearchContext) -> tuple[Point, ...]:
    """Solve for each smaller number of moves, as long as there is time."""
    last = plan.moves
    points = [Point(moves=0, status=Status.OPTIMAL, state=plan.now)]
    start = None
    for moves in range(1, last):
        if context.left_s() <= 0:
            break
        less = dataclasses.replace(plan.goal, moves=moves)
        end = best_end_state(plan.running, less, context.with_share(1 / (last - moves)), start=start)
        start = end.site_of
        points.append(Point(moves=moves, status=end.status, state=end.state))
    return (*points, Point(moves=last, status=found.status, state=found.state)) if last else tuple(points)
