"""What is tried before a model is built: local search, and bounds that need no solver. Often that is a proof."""

from __future__ import annotations

import numpy as np

from placer.assignment import IntArray, Problem, Solution, Status
from placer.assignment.bounds.elementary import floors, needed_sites, room_floor
from placer.assignment.bounds.gilmore_lawler import star_floor
from placer.assignment.bounds.rank_one import room_below, totals_of
from placer.assignment.bounds.rank_one_boxes import bound_by_boxes
from placer.assignment.context import Budget
from placer.assignment.group_relaxation import grouped_floors
from placer.assignment.heuristics.tabu_search import improve
from placer.assignment.structure.term_index import Tables

PATIENCE = 300
"""Moves of local search without gain before it ends, at most;"""
ALONE_PATIENCE, CELLS = 1500, 128
"""where there is but one group, with more pairs of an item and a site it may use than that, it may be more."""
TOTALS_SHARE, BOXES = 0.9, 10
"""Part of the time left that the bound from the totals of the sites may take, and boxes for each pair squared."""


def open_search(
    problem: Problem, budget: Budget, start: IntArray | None = None, patience: int | None = None
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
    if overfull(problem):
        return Solution(status=Status.INFEASIBLE, wall_time_s=budget.elapsed_s())
    tables = Tables(problem)
    bounds = floors(tables)
    first = None
    if not problem.entangled:  # else the first assignment is far from the best, and its bounds say little
        first = improve(tables, budget, time_limit_s=budget.left_s() / 5, start=start, patience=0, floor=bounds)
    if first is not None and _costs(problem, first) != bounds:
        bounds = with_needed_sites(tables, _costs(problem, first), grouped_floors(tables, budget, bounds))
    start = start if first is None else first
    if patience is None:
        alone = len(problem.groups) == 1 and int(problem.allowed.sum()) > CELLS
        patience = ALONE_PATIENCE if alone else min(PATIENCE, problem.n * problem.m)
    found = improve(tables, budget, time_limit_s=budget.left_s() / 5, start=start, patience=patience, floor=bounds)
    if found is None:
        tried = "local search found no placement"
        return Solution(status=Status.UNKNOWN, bounds=bounds, wall_time_s=budget.elapsed_s(), tried=tried)
    costs = _costs(problem, found)
    if costs != bounds and (first is None or costs != _costs(problem, first)):
        known = bounds if first is not None else grouped_floors(tables, budget, bounds)
        bounds = with_needed_sites(tables, costs, known)
    if costs != bounds:
        bounds = with_stars(tables, costs, bounds)
        bounds = with_totals(tables, found, costs, bounds, budget)
    budget.log(f"bounds: {bounds}")
    return Solution(
        status=Solution.of(costs, bounds),
        site_of=np.asarray(found),
        costs=costs,
        bounds=bounds,
        wall_time_s=budget.elapsed_s(),
        tried="local search",
    )


def _costs(problem: Problem, site_of: IntArray) -> tuple[int, ...]:
    return tuple(problem.price(site_of[None, :])[0].tolist())


def overfull(problem: Problem) -> bool:
    """Whether the items weigh more than all sites that one of them may use can hold."""
    used = problem.allowed.any(axis=0)
    return any(int(r.weight.sum()) > int(r.capacity[used].sum()) for r in problem.resources)


def with_needed_sites(tables: Tables, costs: tuple[int, ...], bounds: tuple[int, ...]) -> tuple[int, ...]:
    """Raise the bound of each tier that prices room by the sites that the higher tiers cannot do without."""
    raised = list(bounds)
    for t, room in tables.rooms:
        if costs[t] > raised[t]:
            raised[t] = max(raised[t], room_floor(tables, room, needed_sites(tables, costs, t)))
    return tuple(raised)


def with_stars(tables: Tables, costs: tuple[int, ...], bounds: tuple[int, ...]) -> tuple[int, ...]:
    """Raise the bound of each tier by what every item sees of the others."""
    raised = list(bounds)
    for t in sorted({flow.tier for flow in tables.flows}):
        if costs[t] > raised[t]:
            raised[t] = max(raised[t], star_floor(tables, t))
    return tuple(raised)


def with_totals(
    tables: Tables, site_of: IntArray, costs: tuple[int, ...], bounds: tuple[int, ...], budget: Budget
) -> tuple[int, ...]:
    """Raise the bound of each tier whose flows are an outer product by what the totals of the sites say."""
    raised = list(bounds)
    for t in sorted({flow.tier for flow in tables.flows}):
        totals = totals_of(tables, t) if costs[t] > raised[t] else None
        if totals is None:
            continue
        lower = room_below(tables, t)
        room = 0 if lower is None else int(lower[1].price(site_of[None, :])[0])
        seconds, boxes = budget.left_s() * TOTALS_SHARE, BOXES * int(tables.problem.allowed.sum()) ** 2
        bound, left = bound_by_boxes(totals, budget, cost=costs[t], room=room, time_limit_s=seconds, limit=boxes)
        raised[t] = max(raised[t], bound)
        if lower is not None and bound == costs[t]:
            raised[lower[0]] = max(raised[lower[0]], left)
    return tuple(raised)
