"""rebalance(): the best end state, the order of the moves to it, and the curve of cost by moves."""

from __future__ import annotations

import dataclasses

from placer.assignment import Status
from placer.assignment.context import SearchContext
from placer.errors import Defect
from placer.instance import format_size
from placer.rebalance.end_state import EndState, best_end_state, state_now
from placer.rebalance.goal import Goal, check_goal
from placer.rebalance.judge import faults
from placer.rebalance.new_guests import form_notes, forms
from placer.rebalance.plan import Plan, Point
from placer.rebalance.reason import why_none, why_stuck, why_unsure
from placer.rebalance.running import CONTROL_DOMAIN, STRAY_KIB, RunningHost
from placer.rebalance.steps import steps_to

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
    running = _never_saved(running) if live else running
    for new in forms(goal):
        plan = _plan(running, dataclasses.replace(goal, make_room=new), context, curve=curve, live=live)
        if plan.status is not Status.INFEASIBLE or context.left_s() <= 0:
            break
    return dataclasses.replace(plan, notes=(*plan.notes, *form_notes(plan, goal)))


def _plan(running: RunningHost, goal: Goal, context: SearchContext, *, curve: bool, live: bool) -> Plan:
    curve = curve and not goal.fewest
    now, notes = state_now(running), _notes(running, goal)
    plan = Plan(status=Status.UNKNOWN, running=running, goal=goal, now=now, notes=notes)
    if unsure := why_unsure(running, goal):
        return dataclasses.replace(plan, reason=unsure, wall_time_s=context.elapsed_s())
    found = best_end_state(running, goal, context.with_share(SHARE if curve else 1.0))
    plan = dataclasses.replace(plan, status=found.status)
    if found.instance is None or found.placement is None:
        reason = why_none(running, goal, found.status, context)
        return dataclasses.replace(plan, reason=reason, wall_time_s=context.elapsed_s())
    steps = steps_to(running, goal, found.instance, found.placement, live=live)
    if steps.stuck and (instead := _while_they_stay(running, goal, steps.stuck, context, live=live)) is not None:
        return instead
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


def _never_saved(running: RunningHost) -> RunningHost:
    """Let no guest be saved; one that takes no other move stays."""
    residents = []
    for each in running.residents:
        kinds = tuple(kind for kind in each.kinds if kind != "save")
        stuck = each.stuck if kinds or not each.kinds else "it can only be saved and restored, which --live rules out"
        residents.append(dataclasses.replace(each, kinds=kinds, stuck=stuck))
    return dataclasses.replace(running, residents=tuple(residents))


def _while_they_stay(
    running: RunningHost, goal: Goal, stuck: tuple[str, ...], context: SearchContext, *, live: bool
) -> Plan | None:
    """Plan without guests for whose moves no order was found, which proves nothing of plans that move them."""
    plan = _plan(running, dataclasses.replace(goal, stay=(*goal.stay, *stuck)), context, curve=False, live=live)
    if plan.after is None:
        return None
    note = f"no order was found for moves of {', '.join(stuck)}, which wait for each other's memory: they stay"
    after = dataclasses.replace(plan.after, bounds=())
    return dataclasses.replace(plan, status=Status.FEASIBLE, goal=goal, after=after, notes=(*plan.notes, note))


def _notes(running: RunningHost, goal: Goal) -> tuple[str, ...]:
    """Give the notes on the host, and what stays on a pnode to be emptied."""
    held = running.others.get(CONTROL_DOMAIN, {})
    staying = [(pnode, held[pnode]) for pnode in goal.empty if held.get(pnode, 0) > STRAY_KIB]
    said = (f"{CONTROL_DOMAIN} keeps {format_size(kib)} on pnode {pnode}: no move frees that" for pnode, kib in staying)
    return (*running.notes, *said)


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
