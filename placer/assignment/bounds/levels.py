"""
Level bound: where distances nest, each level of clusters keeps only so much flow inside.

Distances that do not nest are replaced by the largest ones that do, and are nowhere larger. The cost of the flows is
that of all pairs at the largest distance, less what each level saves: the step to the next distance times the flow
inside its clusters. Each level alone divides the items among clusters of limited capacity. A price of load is split as
for groups alone: up to a price of a unit the load is spread evenly, and what is left is a capacity of each cluster,
exceeded by k units in all at the least price of k. Own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter

import numpy as np

from placer.assignment import ConvexLoad, IntArray, ReducedSlotsLoad
from placer.assignment.bounds.level_clusters import LevelLoad, levels_of
from placer.assignment.bounds.set_pricing import ITEMS
from placer.assignment.method import Applies
from placer.assignment.structure.term_index import PairFlow, TermIndex
from placer.assignment.structure.ultrametric import is_hierarchical, subdominant

MOST_TIME = 0.7
"""Part of the time left that a level may take. Chosen: of three levels the second takes most, unless the third does."""


def levels_apply(index: TermIndex, tier: int) -> Applies:
    """Say whether a tier has one flow, of few enough items."""
    flows = [flow for flow in index.flows if flow.tier == tier]
    if len(flows) != 1:
        return Applies(False, f"it takes one flow, the tier has {len(flows)}")
    if index.problem.n > ITEMS:
        return Applies(False, f"{ITEMS} items at most are tried, it has {index.problem.n}")
    if len(index.problem.groups) > 1 and not is_hierarchical(_between(index, flows[0])):
        return Applies(False, "the distances do not nest, and a flow of several groups has other bounds")
    return Applies(True, "it has one flow")


def _between(index: TermIndex, flow: PairFlow) -> IntArray:
    """Give the distances between usable sites."""
    sites = np.flatnonzero(index.problem.allowed.any(axis=0))
    return flow.distance[np.ix_(sites, sites)]


def nested_flow(index: TermIndex, tier: int) -> PairFlow:
    """Give the flow of a tier with distances between the usable sites that nest, and are nowhere larger."""
    (flow,) = (flow for flow in index.flows if flow.tier == tier)
    sites = np.flatnonzero(index.problem.allowed.any(axis=0))
    distance = flow.distance.copy()
    distance[np.ix_(sites, sites)] = subdominant(_between(index, flow))
    return replace(flow, distance=distance)


def level_bound(
    index: TermIndex, tier: int, going: Callable[[], bool], left_s: Callable[[], float] = lambda: math.inf
) -> int:
    """
    Bound a tier from below, where :func:`levels_apply`.

    Parameters
    ----------
    tier
        Counted from 0.
    going
        Whether there is time left.
    left_s
        Seconds left, which the levels share: one that is hard to bound leaves time for the prices of all.

    Returns
    -------
    int
        0 where the time ends before there is a bound.
    """
    flow = nested_flow(index, tier)
    load = LevelLoad(index, tier)
    levels = list(levels_of(index, flow, load))
    far = _at_the_farthest(index, flow, tier)
    saved = [level.saved(part_of(going, left_s)) for level in levels]
    beyond = np.arange(len(load.least))
    if len(beyond) == 1:
        return max(0, far + int(load.least[0]) - sum(saved))
    rest = far + load.least
    known = rest - sum(level.most(beyond) for level in levels)
    if int(known.argmin()) == 0:  # known prices of units beyond are low enough
        return max(0, int(known[0]))
    # a unit beyond costs so much: while the prices of all levels come to no more, none beyond is the least
    enough = int(load.least[1] - load.least[0]) // max(1, len(levels))
    most = [level.most(beyond, level.price_of_excess(part_of(going, left_s), enough)) for level in levels]
    return max(0, int((rest - sum(most)).min()))


def pairs_apart(
    index: TermIndex, flow: PairFlow, load: LevelLoad, going: Callable[[], bool], left_s: Callable[[], float]
) -> tuple[int, int]:
    """
    Bound the cost of all pairs by the levels above sites, as if no pair shared a site.

    Parameters
    ----------
    flow
        Of :func:`nested_flow`.
    going, left_s
        As of :func:`level_bound`.

    Returns
    -------
    tuple of int
        The bound, and how much of it each unit of load beyond the price of the even spread may save at most.
    """
    levels = [level for level in levels_of(index, flow, load) if not level.of_single_sites]
    far, saved = pairs_at_the_farthest(index, flow), sum(level.saved(part_of(going, left_s)) for level in levels)
    beyond = np.arange(len(load.least))
    if not levels or len(beyond) == 1:
        return far - saved, 0
    unit = int(load.least[1] - load.least[0])
    prices = [level.price_of_excess(part_of(going, left_s), unit // (len(levels) + 1)) for level in levels]
    price = min(sum(prices), unit)  # a higher one makes load free
    most = sum(level.most(beyond, each) for level, each in zip(levels, prices, strict=True))
    return far - int((most - price * beyond).max()), price


def part_of(going: Callable[[], bool], left_s: Callable[[], float]) -> Callable[[], bool]:
    """Give whether there is time left of a part of it."""
    end = perf_counter() + MOST_TIME * max(0.0, left_s())
    return lambda: going() and perf_counter() < end


def _at_the_farthest(index: TermIndex, flow: PairFlow, tier: int) -> int:
    """Give the cost of the tier but for its load if all pairs are at the largest distance, the rest at its bounds."""
    allowed = index.problem.allowed
    linear = np.where(allowed, index.linear[tier], np.iinfo(np.int64).max).min(axis=1).sum()
    return int(linear) + pairs_at_the_farthest(index, flow) + other_bounds(index, tier)


def pairs_at_the_farthest(index: TermIndex, flow: PairFlow) -> int:
    """Give the cost of all pairs at the largest distance."""
    return int(flow.flow.sum()) * int(_between(index, flow).max())


def other_bounds(index: TermIndex, tier: int) -> int:
    """Give the bounds of the terms of a tier but for its loads."""
    return sum(
        term.lower_bound(index.problem.allowed)
        for t, term in index.terms
        if t == tier and not isinstance(term, ConvexLoad | ReducedSlotsLoad)
    )
