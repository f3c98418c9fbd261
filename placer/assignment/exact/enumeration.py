"""All assignments of a few items at once, in arrays."""

from __future__ import annotations

from math import prod

import numpy as np

from placer.assignment import IntArray, Problem, Solution, Status
from placer.assignment.context import SearchContext
from placer.assignment.method import Applies, GaveUp

MOST_ROWS, MOST_ROWS_WITH_SLOTS = 4096, 256
"""
Assignments up to which all are evaluated at once; fewer where slots are matched, which takes 0.1 ms each.

4,096 are 4 vnodes on 8 pnodes: a solve of one guest on a host whose distances do not nest takes a quarter of the time
that it takes with branch and bound, and on one whose distances nest as long as with the dynamic program over subsets.
"""


def enumeration_applies(problem: Problem) -> Applies:
    """Whether the assignments, allowed item by item, are few."""
    most = MOST_ROWS if problem.slot_matching is None else MOST_ROWS_WITH_SLOTS
    rows = prod(problem.allowed.sum(axis=1).tolist())
    if rows > most:
        return Applies(False, f"more than {most} assignments")
    return Applies(True, f"{rows} assignments, all evaluated at once")


def solve_by_enumeration(problem: Problem, context: SearchContext) -> Solution | GaveUp:
    """
    Evaluate every assignment, and take the best of those that keep all rules.

    Of equal ones that with most items where the hint has them is taken, and of those the first, by the site of the
    first item, then of the second.

    Returns
    -------
    Solution
        OPTIMAL or INFEASIBLE.
    GaveUp
        If no time is left.
    """
    if context.left_s() <= 0:
        return GaveUp("no time is left")
    rows = every_assignment(problem)
    rows = rows[problem.feasible(rows)]
    if not len(rows):
        return Solution(status=Status.INFEASIBLE, wall_time_s=context.elapsed_s())
    least: list[int] = []
    for terms in problem.tiers:  # each only of the rows that are the best in the tiers above it
        costs = np.sum([term.evaluate(rows) for term in terms], axis=0) if terms else np.zeros(len(rows), np.int64)
        rows = rows[costs == costs.min()]
        least.append(int(costs.min()))
    found = tuple(least)
    context.tell("enumeration", costs=found)
    kept = 0 if problem.hint is None else int((rows == problem.hint).sum(axis=1).argmax())
    return Solution(
        status=Status.OPTIMAL, site_of=rows[kept], costs=found, bounds=found, wall_time_s=context.elapsed_s()
    )


def every_assignment(problem: Problem) -> IntArray:
    """Give every assignment that is allowed item by item, ``[rows, n]``, the last item varying fastest."""
    sites = [np.flatnonzero(row) for row in problem.allowed]
    grids = np.meshgrid(*sites, indexing="ij")
    return np.stack([grid.ravel() for grid in grids], axis=1) if grids else np.zeros((1, 0), dtype=np.int64)
