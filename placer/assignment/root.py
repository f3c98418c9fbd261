"""
Root node: tabu search and all bounds that need no solver, before a model is built.

As at the root node of a branch and cut solver; if the costs meet the bounds, nothing is left to prove.
"""

from __future__ import annotations

import math

import numpy as np

from placer.assignment import IntArray, Problem, Solution, Status
from placer.assignment.bounds.capacity import overfull
from placer.assignment.bounds.elementary import forced_sites, lower_bounds, residual_capacity_bound
from placer.assignment.bounds.gilmore_lawler import gilmore_lawler_bound
from placer.assignment.bounds.levels import level_bound, levels_apply
from placer.assignment.bounds.rank_one import rank_one_form, residual_capacity_below
from placer.assignment.bounds.rank_one_boxes import bound_by_boxes
from placer.assignment.context import SearchContext
from placer.assignment.exact.site_partition import with_site_sets
from placer.assignment.group_relaxation import group_bounds
from placer.assignment.heuristics.annealing import PROVABLE, anneal, annealed_tier
from placer.assignment.heuristics.tabu_search import tabu_search
from placer.assignment.structure.symmetry import item_classes
from placer.assignment.structure.term_index import TermIndex

PATIENCE = 300
"""Moves of tabu search without gain before it ends, at most. Chosen, not tuned: longer searches delay the bounds."""
ALONE_PATIENCE, CELLS = 1500, 128
"""
The same for a lone group with more allowed pairs of an item and a site than ``CELLS``.

Good assignments of a lone group may lie far apart on a mesh; chosen on the rows of benchmarks/speed.
"""
ANNEALING_SHARE, ANNEALING_ROUNDS = 0.2, 4
"""
Part of the time left that annealing may take before the bounds, and its rounds; one where CP-SAT may prove the rest.

Chosen on the rows of benchmarks/speed: four rounds take 2 s for 32 items on 64 sites.
"""
TOTALS_SHARE, BOXES = 0.9, 10
"""
Part of the time left that the bound by boxes may take, and its boxes for each squared number of allowed pairs.

Chosen, not tuned: a tenth of the time remains for CP-SAT, and small Problems, which get few boxes, go there soon.
"""

LEVELS_SHARE, GROUPS_LEVELS_SHARE = 0.9, 0.2
"""
Part of the time left that the level bound may take: of a lone group, or of several, which CP-SAT may prove.

Measured: 1 to 3 s for 32 items on 64 sites; what is left of a few seconds goes to the search.
"""


def solve_root(
    problem: Problem, context: SearchContext, start: IntArray | None = None, patience: int | None = None
) -> Solution:
    """
    Search by tabu search, bound every tier, and compare.

    Parameters
    ----------
    start
        ``[n]``, an assignment to start from; it may break rules.
    patience
        Moves of tabu search without gain before it ends; None for items times sites, up to :data:`PATIENCE`, or for
        :data:`ALONE_PATIENCE` with a large lone group.

    Returns
    -------
    Solution
        OPTIMAL if the bounds equal the costs, else FEASIBLE; INFEASIBLE if no capacity takes some items, UNKNOWN
        if tabu search found no assignment. With bounds unless it is INFEASIBLE.
    """
    if overfull(problem):
        return Solution(status=Status.INFEASIBLE, wall_time_s=context.elapsed_s())
    index = TermIndex(problem)
    bounds = lower_bounds(index)
    context.prove(problem, bounds)
    annealed = _is_annealed(index)
    first, bounds = _first(index, context, start, bounds, forced=not annealed)
    start = start if first is None else first
    if patience is None:
        alone = len(problem.groups) == 1 and int(problem.allowed.sum()) > CELLS
        patience = ALONE_PATIENCE if alone else min(PATIENCE, problem.n * problem.m)
    if annealed and first is not None:
        start, patience = _annealed(index, context, first, bounds), min(patience, PATIENCE)
    found = tabu_search(
        index, context, time_limit_s=context.left_s() / 5, start=start, patience=patience, bounds=bounds
    )
    if found is None:
        tried = "local search found no placement"
        return Solution(status=Status.UNKNOWN, bounds=bounds, wall_time_s=context.elapsed_s(), attempts=tried)
    costs = _costs(problem, found)
    if costs != bounds and (first is None or costs != _costs(problem, first)):
        known = bounds if first is not None else group_bounds(index, context, bounds)
        bounds = known if annealed else with_forced_sites(index, costs, known)
        context.prove(problem, bounds)
    found, bounds = with_site_sets(index, found, bounds, context)
    costs = _costs(problem, found)
    if costs != bounds:
        bounds = _with_flows(index, found, costs, bounds, context)
    if annealed and costs != bounds:  # it takes half a second: the flows come first
        bounds = with_forced_sites(index, costs, bounds)
        context.prove(problem, bounds)
    context.log(f"bounds: {bounds}")
    return Solution(
        status=Solution.status_for(costs, bounds),
        site_of=np.asarray(found),
        costs=costs,
        bounds=bounds,
        wall_time_s=context.elapsed_s(),
        attempts="local search",
    )


def _first(
    index: TermIndex, context: SearchContext, start: IntArray | None, bounds: tuple[int, ...], *, forced: bool
) -> tuple[IntArray | None, tuple[int, ...]]:
    """Give a first assignment, and the bounds of groups alone and, if asked, of the sites that are forced."""
    if index.problem.has_intergroup_flow:  # the first assignment is too far from the best for good bounds
        return None, bounds
    first = tabu_search(index, context, time_limit_s=context.left_s() / 5, start=start, patience=0, bounds=bounds)
    if first is not None and _costs(index.problem, first) != bounds:
        bounds = group_bounds(index, context, bounds)
        bounds = with_forced_sites(index, _costs(index.problem, first), bounds) if forced else bounds
        context.prove(index.problem, bounds)
    return first, bounds


def _is_annealed(index: TermIndex) -> bool:
    """Whether a lone group is annealed: one of several kinds of items, on many sites."""
    lone = len(index.problem.groups) == 1 and int(index.problem.allowed.sum()) > CELLS
    return lone and annealed_tier(index) is not None and len(item_classes(index)) > 1


def _annealed(index: TermIndex, context: SearchContext, start: IntArray, bounds: tuple[int, ...]) -> IntArray:
    """Anneal for a part of the time; with a deterministic limit rounds alone end it."""
    seconds = context.left_s() * (ANNEALING_SHARE if context.deterministic_limit is None else 1.0)
    rounds = ANNEALING_ROUNDS if int(index.problem.allowed.sum()) > PROVABLE else 1
    return anneal(index, context, start, time_limit_s=seconds, rounds=rounds, bounds=bounds)


def _costs(problem: Problem, site_of: IntArray) -> tuple[int, ...]:
    return tuple(problem.evaluate(site_of[None, :])[0].tolist())


def _with_flows(
    index: TermIndex, site_of: IntArray, costs: tuple[int, ...], bounds: tuple[int, ...], context: SearchContext
) -> tuple[int, ...]:
    """Raise the bounds of tiers with flows, the quickest way first."""
    bounds = with_gilmore_lawler(index, costs, bounds)
    context.prove(index.problem, bounds)
    bounds = with_rank_one(index, site_of, costs, bounds, context)
    context.prove(index.problem, bounds)
    bounds = with_levels(index, costs, bounds, context)
    context.prove(index.problem, bounds)
    return bounds


def with_forced_sites(index: TermIndex, costs: tuple[int, ...], bounds: tuple[int, ...]) -> tuple[int, ...]:
    """
    Raise the bounds of tiers with a residual capacity by the sites that the higher tiers force.

    By kind, as only that term is known to grow with the sites in use.
    """
    raised = list(bounds)
    for t, term in index.residual_capacities:
        if costs[t] > raised[t]:
            raised[t] = max(raised[t], residual_capacity_bound(index, term, forced_sites(index, costs, t)))
    return tuple(raised)


def with_gilmore_lawler(index: TermIndex, costs: tuple[int, ...], bounds: tuple[int, ...]) -> tuple[int, ...]:
    """Raise ``bounds`` of tiers with flows by Gilmore-Lawler, where they are below ``costs``; both ``[tiers]``."""
    raised = list(bounds)
    for t in sorted({flow.tier for flow in index.flows}):
        if costs[t] > raised[t]:
            raised[t] = max(raised[t], gilmore_lawler_bound(index, t))
    return tuple(raised)


def with_levels(
    index: TermIndex, costs: tuple[int, ...], bounds: tuple[int, ...], context: SearchContext
) -> tuple[int, ...]:
    """Raise ``bounds`` of tiers with a flow over nested distances by levels, as :func:`with_gilmore_lawler`."""
    lone = len(index.problem.groups) == 1 or index.problem.has_intergroup_flow
    until_s = context.elapsed_s() + (LEVELS_SHARE if lone else GROUPS_LEVELS_SHARE) * context.left_s()
    timed = context.deterministic_limit is None
    raised = list(bounds)
    for t in sorted({flow.tier for flow in index.flows}):
        # flows of rank one have a bound of their own, which is exact in the end
        if costs[t] > raised[t] and levels_apply(index, t) and rank_one_form(index, t) is None:
            bound = level_bound(
                index,
                t,
                going=lambda: context.left_s() > 0 and not (timed and context.elapsed_s() > until_s),
                left_s=lambda: until_s - context.elapsed_s() if timed else math.inf,
            )
            context.log(f"level bound of tier {t + 1}: {bound}")
            raised[t] = max(raised[t], bound)
    return tuple(raised)


def with_rank_one(
    index: TermIndex, site_of: IntArray, costs: tuple[int, ...], bounds: tuple[int, ...], context: SearchContext
) -> tuple[int, ...]:
    """
    Raise the bound of each tier whose flow has rank one, and of the residual capacity below it, by boxes.

    Parameters
    ----------
    site_of
        ``[n]``, the best known assignment.
    costs, bounds
        ``[tiers]``, its costs, and the lower bounds so far.
    """
    raised = list(bounds)
    for t in sorted({flow.tier for flow in index.flows}):
        form = rank_one_form(index, t) if costs[t] > raised[t] else None
        if form is None:
            continue
        lower = residual_capacity_below(index, t)
        room = 0 if lower is None else int(lower[1].evaluate(site_of[None, :])[0])
        seconds, boxes = context.left_s() * TOTALS_SHARE, BOXES * int(index.problem.allowed.sum()) ** 2
        bound, left = bound_by_boxes(form, context, cost=costs[t], room=room, time_limit_s=seconds, limit=boxes)
        raised[t] = max(raised[t], bound)
        if lower is not None and bound == costs[t]:
            raised[lower[0]] = max(raised[lower[0]], left)
    return tuple(raised)
