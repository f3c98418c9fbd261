"""
Level bound: where distances nest, each level of clusters keeps only so much flow inside.

The cost of the flows is that of all pairs at the largest distance, less what each level saves: the step to the next
distance times the flow inside its clusters. Each level alone divides the items among clusters of limited capacity;
the most that it keeps inside is bounded by column generation, or by a least cut where one cluster can hold half of all
items. A price of load is split as for groups alone: up to a price of a unit the load is spread evenly, and what is left
is a capacity of each cluster, exceeded by k units in all at the least price of k. Own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from time import perf_counter

import numpy as np

from placer.assignment import ConvexLoad, IntArray, ReducedSlotsLoad
from placer.assignment.bounds.capacity_cut import least_cut
from placer.assignment.bounds.clustering import FINE, Clusters, ColumnGeneration
from placer.assignment.bounds.elementary import excess_over, marginal_cost
from placer.assignment.bounds.semidefinite import ItemPrices, priced_items
from placer.assignment.bounds.set_pricing import ITEMS
from placer.assignment.method import Applies
from placer.assignment.structure.symmetry import item_classes
from placer.assignment.structure.term_index import PairFlow, TermIndex
from placer.assignment.structure.ultrametric import is_hierarchical

MOST_TIME = 0.7
"""Part of the time left that a level may take. Chosen: of three levels the second takes most, unless the third does."""
BRANCHED = 40
"""
Items up to which branch and bound comes to its end: more are bounded by a semidefinite program too.

Measured: of 32 items it bounds no level better, of 48 and 64 the highest by a third.
"""
CUTS = 400_000
"""Partial cuts that are looked at for a level, at most: a second or so. Chosen, not tuned."""


def levels_apply(index: TermIndex, tier: int) -> Applies:
    """Say whether the flow of a tier is one whose distances nest, of few enough items."""
    flows = [flow for flow in index.flows if flow.tier == tier]
    if len(flows) != 1:
        return Applies(False, f"it takes one flow, the tier has {len(flows)}")
    if index.problem.n > ITEMS:
        return Applies(False, f"{ITEMS} items at most are tried, it has {index.problem.n}")
    sites = np.flatnonzero(index.problem.allowed.any(axis=0))
    if not is_hierarchical(flows[0].distance[np.ix_(sites, sites)]):
        return Applies(False, "the distances do not nest")
    return Applies(True, "the distances nest")


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
    (flow,) = (flow for flow in index.flows if flow.tier == tier)
    load = _Load(index, tier)
    levels = list(_levels(index, flow, load))
    far = _at_the_farthest(index, flow, tier)
    saved = [level.saved(_part(going, left_s)) for level in levels]
    beyond = np.arange(len(load.least))
    if len(beyond) == 1:
        return max(0, far + int(load.least[0]) - sum(saved))
    rest = far + load.least
    known = rest - sum(level.most(beyond) for level in levels)
    if int(known.argmin()) == 0:  # known prices of units beyond are low enough
        return max(0, int(known[0]))
    # a unit beyond costs so much: while the prices of all levels come to no more, none beyond is the least
    enough = int(load.least[1] - load.least[0]) // max(1, len(levels))
    most = [level.most(beyond, level.price_of_excess(_part(going, left_s), enough)) for level in levels]
    return max(0, int((rest - sum(most)).min()))


def _part(going: Callable[[], bool], left_s: Callable[[], float]) -> Callable[[], bool]:
    """Give whether there is time left of a part of it."""
    end = perf_counter() + MOST_TIME * max(0.0, left_s())
    return lambda: going() and perf_counter() < end


class _Load:
    """
    The prices of load of a tier, split.

    Attributes
    ----------
    least
        The least price of all load by the units of it beyond the price of the even spread, from none on.
    weight, free
        ``[loads, n]`` and ``[loads, m]``: the weights, and the units of each site at no price above the even spread's;
        all weight where a site has no price of load.
    """

    def __init__(self, index: TermIndex, tier: int) -> None:
        allowed = index.problem.allowed
        loads = [convex_load for t, convex_load in index.convex_loads if t == tier]
        reduced = [one for t, one in index.reduced_slots if t == tier]
        self.weight = np.array([one.weight for one in loads], dtype=np.int64).reshape(len(loads), index.problem.n)
        self.free = np.zeros((len(loads), index.problem.m), dtype=np.int64)
        steps = [np.zeros(0, dtype=np.int64)]
        for r, convex_load in enumerate(loads):
            excess = excess_over(convex_load, marginal_cost(index, convex_load))
            units = (excess.table == 0).sum(axis=1) - 1
            steps += [np.diff(row)[int(unit) :] for row, unit in zip(excess.table, units, strict=True)]
            self.free[r] = np.where(convex_load.pool_of >= 0, units[convex_load.pool_of], int(convex_load.weight.sum()))
        even = sum(convex_load.even_spread_bound(allowed) for convex_load in loads)
        whole = sum(one.lower_bound(allowed) for one in [*loads, *reduced])
        beyond = np.cumsum(np.append(0, np.sort(np.concatenate(steps))[: int(self.weight.sum())]))
        self.least = np.maximum(whole, even + beyond)


class _Level:
    """
    The clusters of one level.

    Parameters
    ----------
    saves
        ``[n, n]``, symmetric: what each pair in a cluster saves.
    inside
        ``[clusters, m]``, the sites of each cluster.
    """

    def __init__(self, index: TermIndex, load: _Load, saves: IntArray, inside: IntArray, class_of: IntArray) -> None:
        capacity = np.concatenate([inside @ index.capacity.T, inside @ load.free.T], axis=1).max(axis=0)
        self._clusters = Clusters(
            gain=saves,
            weight=np.concatenate([index.weight, load.weight]),
            capacity=capacity,
            soft=np.arange(len(capacity)) >= len(index.weight),
            count=len(inside),
            class_of=class_of,
        )
        need = self._clusters.weight.sum(axis=1)
        self._scarce = int(np.argmax(need / np.maximum(capacity, 1)))
        self._need, self._room = int(need[self._scarce]), int(capacity[self._scarce])
        # a cut divides all items among clusters: none may be on a site outside
        everywhere = bool((inside.any(axis=0) == index.problem.allowed.any(axis=0)).all())
        cut = everywhere and 2 * self._room >= self._need
        self._generation = None if cut else ColumnGeneration(self._clusters)
        self._saved = self.all_inside
        self._priced: ItemPrices | None = None

    @property
    def all_inside(self) -> int:
        """What it saves if all items are in one cluster."""
        return self._clusters.all_inside

    def saved(self, going: Callable[[], bool]) -> int:
        """Bound what the level saves if no load is beyond the price of the even spread."""
        of = self._clusters
        if len(of.gain) > BRANCHED:
            self._priced = priced_items(of.gain, of.weight, of.capacity, of.soft, fine=FINE, going=going)
        self._saved = self._inside(0, going) if self._generation is None else self._generation.bound(going)
        return int(self.most(np.zeros(1, dtype=np.int64))[0])

    def most(self, beyond: IntArray, price: int | None = None) -> IntArray:
        """Bound what it saves by the units of load beyond, from none on, given a price of each of them."""
        most = np.where(beyond == 0, self._saved, self.all_inside)
        if price is not None:
            most = np.minimum(most, self._saved + price * beyond)
        if self._priced is not None:
            inside = int(self._priced.price.sum()) // FINE + self._priced.excess * beyond
            most = np.minimum(most, inside // self._clusters.step * self._clusters.step)
        return most

    def price_of_excess(self, going: Callable[[], bool], enough: int = 0) -> int:
        """Give a price of each unit of load beyond, ``enough`` or more, for which it saves no more all the same."""
        if self._generation is not None:
            return self._generation.price_of_excess(going, enough)
        if not self._clusters.soft[self._scarce]:
            return 0
        known, least = self._inside(0, going), enough
        for first, last in self._clusters.excesses():
            if self._clusters.all_inside - known <= least * first:
                break
            if not going():
                return self.all_inside
            least = max(least, -(-(self._inside(last, going) - known) // first))
        return least

    def _inside(self, more: int, going: Callable[[], bool]) -> int:
        """Bound what it saves where one cluster, exceeded by some units, may hold half of all items."""
        clusters, room = self._clusters, self._room + more
        if self._need <= room:
            return clusters.all_inside
        # the fullest cluster holds at least its share, all others the rest
        sides = -(-self._need // clusters.count), self._need - room
        cut = least_cut(clusters.gain, clusters.weight[self._scarce], sides, limit=CUTS, going=going)
        return clusters.all_inside - min(clusters.all_inside, -(-cut // clusters.step) * clusters.step)


def _levels(index: TermIndex, flow: PairFlow, load: _Load) -> Iterator[_Level]:
    sites = np.flatnonzero(index.problem.allowed.any(axis=0))
    distance = flow.distance[np.ix_(sites, sites)]
    class_of = np.zeros(index.problem.n, dtype=np.int64)
    for c, items in enumerate(item_classes(index)):
        class_of[items] = c
    steps = np.unique(distance)
    for near, step in zip(steps[:-1].tolist(), np.diff(steps).tolist(), strict=True):
        together = distance <= near
        rows = np.unique(together[together.diagonal()], axis=0)
        inside = np.zeros((len(rows), index.problem.m), dtype=np.int64)
        inside[:, sites] = rows
        yield _Level(index, load, step * (flow.flow + flow.flow.T), inside, class_of)


def _at_the_farthest(index: TermIndex, flow: PairFlow, tier: int) -> int:
    """Give the cost of the tier but for its load if all pairs are at the largest distance, the rest at its bounds."""
    allowed = index.problem.allowed
    sites = np.flatnonzero(allowed.any(axis=0))
    linear = np.where(allowed, index.linear[tier], np.iinfo(np.int64).max).min(axis=1).sum()
    others = sum(
        term.lower_bound(allowed)
        for t, term in index.terms
        if t == tier and not isinstance(term, ConvexLoad | ReducedSlotsLoad)
    )
    return int(linear) + int(flow.flow.sum()) * int(flow.distance[np.ix_(sites, sites)].max()) + others
