"""Whether a Problem has an assignment at all, by the quickest of several ways."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from placer.assignment import Problem, Solution, Status
from placer.assignment.context import SearchContext
from placer.assignment.in_time import in_time
from placer.assignment.portfolio import optimal
from placer.assignment.registry import STRATEGIES


def any_assignment(problem: Problem, context: SearchContext) -> Solution:
    """
    Find an assignment, or prove that there is none; costs do not count.

    The portfolio looks for what costs least and keeps a time limit by its steps; on a large Problem a look at each item
    alone, and first fit, answer in a fraction of the time.

    Returns
    -------
    Solution
        OPTIMAL, INFEASIBLE, or as of the portfolio.
    """
    if has_stuck_item(problem):
        return Solution(status=Status.INFEASIBLE)
    free = replace(problem, tiers=((),))
    quick = STRATEGIES["first-fit-decreasing"].run(free, context)
    if quick.site_of is not None:
        return replace(quick, status=Status.OPTIMAL, bounds=quick.costs)
    return in_time(optimal, free, context)


def has_stuck_item(problem: Problem) -> bool:
    """Tell whether no site takes some item even alone: by what it may use and what each resource offers."""
    fits = problem.allowed.copy()
    for resource in problem.resources:
        fits &= np.asarray(resource.weight)[:, None] <= np.asarray(resource.capacity)
    return not bool(fits.any(axis=1).all())
