"""
Plans within fewer moves than are allowed: a far end state may have no order of moves, where a nearer one has.

So that a larger budget never ends worse than a smaller one, budgets below it are tried where the bound is not met. Own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Event
from time import perf_counter

from placer.assignment import Status
from placer.fleet.moves.plan import FleetMoves

BUDGETS = (2, 3, 5, 8, 13, 21, 34, 55, 89, 144)
"""Budgets that are tried, few moves first. Chosen, not tuned."""


def within_fewer(plan: FleetMoves, until: float, stop: Event, solved: Callable[[int, float], FleetMoves]) -> FleetMoves:
    """
    Give the best of a plan and of those within fewer moves.

    Parameters
    ----------
    plan
        For the most guests that fit or the least distance; its bound holds for all.
    until
        When to end, as of ``perf_counter()``.
    stop
        Ends it with the best so far.
    solved
        Plans within a number of moves, until a time.
    """
    if plan.goal.fewest:
        return plan
    began, best, most = perf_counter(), plan, plan.goal.moves
    budgets = [moves for moves in BUDGETS if most is None or moves < most]
    for i, moves in enumerate(budgets):
        if best.status is not Status.FEASIBLE or perf_counter() > until or stop.is_set():
            break
        other = solved(moves, perf_counter() + (until - perf_counter()) / (len(budgets) - i))
        if _is_better(other, best):
            status = Status.OPTIMAL if other.value == plan.bound else Status.FEASIBLE
            best = replace(other, goal=plan.goal, bound=plan.bound, status=status)
    return replace(best, wall_time_s=plan.wall_time_s + perf_counter() - began)


def _is_better(one: FleetMoves, other: FleetMoves) -> bool:
    if one.value is None or other.value is None:
        return one.value is not None
    return one.value > other.value if one.aim == "fits" else one.value < other.value
