"""What is tried before a model is built: local search, and bounds that need no solver. Often that is a proof."""

from __future__ import annotations

import numpy as np

from placer.assignment import IntArray, Problem, Solution, Status
from placer.assignment.bounds.elementary import forced_sites, lower_bounds, residual_capacity_bound
from placer.assignment.bounds.gilmore_lawler import gilmore_lawler_bound
from placer.assignment.bounds.rank_one import rank_one_form, residual_capacity_below
from placer.assignment.bounds.rank_one_boxes import bound_by_boxes
from placer.assignment.context import SearchContext
from placer.assignment.group_relaxation import group_bounds
from placer.assignment.heuristics.tabu_search import tabu_search
from placer.assignment.structure.term_index import TermIndex

PATIENCE = 300
"""Moves of local search without gain before it ends, at most;"""
ALONE_PATIENCE, CELLS = 1500, 128
"""where there is but one group, with more pairs of an item and a site it may use than that, it may be more."""
TOTALS_SHARE, BOXES = 0.9, 10
"""Part of the time left that the bound from the totals of the sites may take, and boxes for each pair squared."""


def solve_root(
    problem: Problem, context: SearchContext, start: IntArray | None = None, patience: int | None = None
) -> Solution:
    """
    Search locally, bound every tier, and see whether the two meet.

    Parameters
    ----------
    start
        ``[n]``, an assignment to begin with; it may break rules.
    patience
        Moves of local search without gain before it ends; None for as many as there are items times sites, up to
        :data:`PATIENCE`, and more for a lone group.

    Returns
    -------
    Solution
        OPTIMAL, FEASIBLE, INFEASIBLE where all sites together are too small, or UNKNOWN where local search found no
        assignment; with the bounds where the sites are large enough.
    """
    if exceeds_capacity(problem):
        return Solution(status=Status.INFEASIBLE, wall_time_s=context.elapsed_s())
    index = TermIndex(problem)
    bounds = lower_bounds(index)
    first = None
    if not problem.has_intergroup_flow:  # else the first assignment is far from the best, and its bounds say little
        first = tabu_search(index, context, time_limit_s=context.left_s() / 5, start=start, patience=0, bounds=bounds)
    if first is not None and _costs(problem, first) != bounds:
        bounds = with_forced_sites(index, _costs(problem, first), group_bounds(index, context, bounds))
    start = start if first is None else first
    if patience is None:
        alone = len(problem.groups) == 1 and int(problem.allowed.sum()) > CELLS
        patience = ALONE_PATIENCE if alone else min(PATIENCE, problem.n * problem.m)
    found = tabu_search(
        index, context, time_limit_s=context.left_s() / 5, start=start, patience=patience, bounds=bounds
    )
    if found is None:
        tried = "local search found no placement"
        return Solution(status=Status.UNKNOWN, bounds=bounds, wall_time_s=context.elapsed_s(), attempts=tried)
    costs = _costs(problem, found)
    if costs != bounds and (first is None or costs != _costs(problem, first)):
        known = bounds if first is not None else group_bounds(index, context, bounds)
        bounds = with_forced_sites(index, costs, known)
    if costs != bounds:
        bounds = with_gilmore_lawler(index, costs, bounds)
        bounds = with_rank_one(index, found, costs, bounds, context)
    context.log(f"bounds: {bounds}")
    return Solution(
        status=Solution.status_for(costs, bounds),
        site_of=np.asarray(found),
        costs=costs,
        bounds=bounds,
        wall_time_s=context.elapsed_s(),
        attempts="local search",
    )


def _costs(problem: Problem, site_of: IntArray) -> tuple[int, ...]:
    return tuple(problem.evaluate(site_of[None, :])[0].tolist())


def exceeds_capacity(problem: Problem) -> bool:
    """Whether the items weigh more than all sites that one of them may use can hold."""
    used = problem.allowed.any(axis=0)
    return any(int(r.weight.sum()) > int(r.capacity[used].sum()) for r in problem.resources)


def with_forced_sites(index: TermIndex, costs: tuple[int, ...], bounds: tuple[int, ...]) -> tuple[int, ...]:
    """Raise the bound of each tier that prices room by the sites that the higher tiers cannot do without."""
    raised = list(bounds)
    for t, room in index.residual_capacities:
        if costs[t] > raised[t]:
            raised[t] = max(raised[t], residual_capacity_bound(index, room, forced_sites(index, costs, t)))
    return tuple(raised)


def with_gilmore_lawler(index: TermIndex, costs: tuple[int, ...], bounds: tuple[int, ...]) -> tuple[int, ...]:
    """Raise the bound of each tier by what every item sees of the others."""
    raised = list(bounds)
    for t in sorted({flow.tier for flow in index.flows}):
        if costs[t] > raised[t]:
            raised[t] = max(raised[t], gilmore_lawler_bound(index, t))
    return tuple(raised)


def with_rank_one(
    index: TermIndex, site_of: IntArray, costs: tuple[int, ...], bounds: tuple[int, ...], context: SearchContext
) -> tuple[int, ...]:
    """Raise the bound of each tier whose flows are an outer product by what the totals of the sites say."""
    raised = list(bounds)
    for t in sorted({flow.tier for flow in index.flows}):
        totals = rank_one_form(index, t) if costs[t] > raised[t] else None
        if totals is None:
            continue
        lower = residual_capacity_below(index, t)
        room = 0 if lower is None else int(lower[1].evaluate(site_of[None, :])[0])
        seconds, boxes = context.left_s() * TOTALS_SHARE, BOXES * int(index.problem.allowed.sum()) ** 2
        bound, left = bound_by_boxes(totals, context, cost=costs[t], room=room, time_limit_s=seconds, limit=boxes)
        raised[t] = max(raised[t], bound)
        if lower is not None and bound == costs[t]:
            raised[lower[0]] = max(raised[lower[0]], left)
    return tuple(raised)
