"""
Dynamic program over counts for items that are alike but for their homes, sites that cost a price to leave.

If h items have their home on a site and k items stand there, at least max(h - k, 0) have left: a convex price of load.
So counts decide the costs, and the items of each site are chosen afterwards. Own.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from placer.assignment import ConvexLoad, IntArray, Linear, Problem, Solution
from placer.assignment.context import SearchContext
from placer.assignment.exact.count_dp import solve_by_counts
from placer.assignment.method import Applies, GaveUp


def homes_apply(problem: Problem) -> Applies:
    """Say whether a tier charges one price for every item off its home, with homes that differ."""
    if _homes(problem) is None:
        return Applies(False, "no tier has one price for every item off its home, with homes that differ")
    return Applies(True, f"the {problem.n} items are alike but for their homes")


def solve_by_home_counts(problem: Problem, context: SearchContext) -> Solution | GaveUp:
    """Find and prove the best assignment of items that are alike but for their homes; give up if they are not."""
    found = _homes(problem)
    if found is None:
        return GaveUp(homes_apply(problem).reason)
    t, homes, price = found
    at_home = (homes[:, None] == np.arange(problem.m)).sum(axis=0)
    left = np.maximum(at_home[:, None] - np.arange(problem.n + 1), 0)
    leaving = ConvexLoad(
        name=problem.tiers[t][0].name,
        weight=np.ones(problem.n, dtype=np.int64),
        pool_of=np.arange(problem.m),
        table=price * left,
    )
    tiers = (*problem.tiers[:t], (leaving,), *problem.tiers[t + 1 :])
    solution = solve_by_counts(replace(problem, tiers=tiers), context)
    if isinstance(solution, GaveUp) or solution.site_of is None:
        return solution
    return replace(solution, site_of=_settled(homes, solution.site_of))


def _homes(problem: Problem) -> tuple[int, IntArray, int] | None:
    """
    Find a tier with one price for every item off its home, where homes differ.

    Returns
    -------
    tier, homes ``[n]``, price
        Home -1 for an item that pays nowhere. None if there is no such tier.
    """
    for t, terms in enumerate(problem.tiers):
        if len(terms) != 1 or not isinstance(terms[0], Linear) or not terms[0].cost.any():
            continue
        cost, price = terms[0].cost, int(terms[0].cost.max())
        homes = np.where(cost.any(axis=1), cost.argmin(axis=1), -1)
        alike = (homes == homes[0]).all()
        if not alike and (cost == price * ((homes[:, None] >= 0) & (homes[:, None] != np.arange(problem.m)))).all():
            return t, homes, price
    return None


def _settled(homes: IntArray, site_of: IntArray) -> IntArray:
    """Assign the occupied sites to the items anew: homes first, then the rest in order."""
    free = np.bincount(site_of, minlength=int(homes.max(initial=0)) + 1)
    settled = np.full(len(homes), -1, dtype=np.int64)
    for v, home in enumerate(homes.tolist()):
        if home >= 0 and free[home] > 0:
            settled[v], free[home] = home, free[home] - 1
    settled[settled < 0] = np.repeat(np.arange(len(free)), free)
    return settled
