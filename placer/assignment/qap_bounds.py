"""Bounds of quadratic assignment problems that are too large to be proved by search, each for a part of the time."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from placer.assignment import Problem
from placer.assignment.bounds.elementary import lower_bounds
from placer.assignment.bounds.gilmore_lawler import gilmore_lawler_bound, load_bound
from placer.assignment.bounds.permutation import gilmore_lawler_prices, gilmore_lawler_root
from placer.assignment.bounds.projection import projection_bound
from placer.assignment.bounds.reformulation import CELLS, STEPS, Multipliers, PairProblem, reformulation_bound
from placer.assignment.context import SearchContext
from placer.assignment.structure.term_index import TermIndex

PROJECTION_SHARE, REFORMULATION_SHARE = 0.15, 0.25
"""
Part of the time left that each bound may take.

Chosen on QAPLIB and Cordeau's instances: in 60 s the bounds end sooner, and 10 s leave enough for the search.
"""
PROJECTION_S, REFORMULATION_S = 2e-7, 2e-7
"""
Seconds that a bound needs at least, for each cubed site and for each squared pair of an item and a site.

Measured: of projection, what looks at no clock takes half as long; of the reformulation a tenth, and the rest is enough
for some 80 steps, with fewer of which it gains nothing.
"""
CLOSED = 0.4
"""Part of the gap of Gilmore-Lawler that RLT closes, of dense flows at most; measured on QAPLIB: 0.2 to 0.5."""


def root_bound(problem: Problem) -> int:
    """Bound a quadratic assignment with one item a site by Gilmore-Lawler; the best of three forms of it."""
    index = TermIndex(problem)
    flow = index.flows[0]
    bound = gilmore_lawler_root(index.linear[0], flow.flow, flow.distance)
    return max(lower_bounds(index)[0], gilmore_lawler_bound(index, 0), bound)


def permutation_bound(problem: Problem, context: SearchContext, cost: int, bound: int) -> int:
    """
    Bound a quadratic assignment with one item a site, by projection and, where that may help, RLT.

    Parameters
    ----------
    cost
        Of the best known assignment.
    bound
        The best known bound.
    """
    index = TermIndex(problem)
    linear, flow, distance = index.linear[0], index.flows[0].flow, index.flows[0].distance
    lawler = root_bound(problem)
    bound = max(bound, lawler)
    clock, seconds = _clock(context, PROJECTION_SHARE)
    if bound < cost and seconds > PROJECTION_S * problem.m**3:
        projected = projection_bound(linear, flow, distance, clock=clock, goal=cost)
        context.log(f"projection bound: {projected}")
        bound = bound if projected is None else max(bound, projected)
        context.prove(problem, (bound,))
    if cost - bound <= (1 - CLOSED) * (cost - lawler):
        return bound
    ones = np.ones((1, problem.m), dtype=np.int64)
    pairs = PairProblem(
        linear=linear,
        flows=((flow, distance),),
        fits=problem.allowed,
        weight=ones[:, : problem.n],
        capacity=ones,
    )
    return max(bound, _reformulated(context, pairs, lambda: gilmore_lawler_prices(linear, flow, distance), cost))


def assignment_bound(problem: Problem, context: SearchContext, cost: float) -> int:
    """Bound a quadratic assignment of one tier by RLT; 0 where it is too large or the time too short."""
    index = TermIndex(problem)
    fits = problem.allowed & (index.weight[:, :, None] <= index.capacity[:, None, :]).all(axis=0)
    if not fits.any(axis=1).all():
        return 0
    free = not len(index.weight)
    pairs = PairProblem(
        linear=index.linear[0],
        flows=tuple((flow.flow, flow.distance) for flow in index.flows),
        fits=fits,
        weight=np.zeros((1, problem.n), dtype=np.int64) if free else index.weight,
        capacity=np.zeros((1, problem.m), dtype=np.int64) if free else index.capacity,
    )
    loads = load_bound(index, 0)
    return loads + _reformulated(context, pairs, lambda: None, cost - loads)


def _reformulated(
    context: SearchContext, pairs: PairProblem, start: Callable[[], Multipliers | None], cost: float
) -> int:
    clock, seconds = _clock(context, REFORMULATION_SHARE)
    if pairs.linear.size > CELLS or seconds < REFORMULATION_S * pairs.linear.size**2:
        return 0
    steps = STEPS if context.deterministic_limit is None else STEPS // 10
    bound = reformulation_bound(pairs, start(), steps=steps, clock=clock, goal=cost)
    context.log(f"bound of the reformulation: {bound}")
    return bound


def _clock(context: SearchContext, share: float) -> tuple[Callable[[], float], float]:
    """Give a clock for a share of the time left, and its seconds; with a deterministic limit it stands still."""
    begun, seconds = context.elapsed_s(), share * context.left_s()
    timed = context.deterministic_limit is None

    def clock() -> float:
        if context.left_s() <= 0:
            return 1.0
        return (context.elapsed_s() - begun) / seconds if timed else 0.0

    return clock, seconds if timed else math.inf
