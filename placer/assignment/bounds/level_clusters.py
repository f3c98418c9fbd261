"""
The clusters of sites of one level, and the most flow that they keep inside.

The items are divided among clusters of limited capacity; what stays inside is bounded by column generation, by a least
cut where one cluster can hold half of all items, and by a semidefinite program where these do not end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from placer.assignment import IntArray
from placer.assignment.bounds.capacity_cut import least_cut
from placer.assignment.bounds.clustering import FINE, Clusters, ColumnGeneration
from placer.assignment.bounds.elementary import excess_over, marginal_cost
from placer.assignment.bounds.semidefinite import ItemPrices, priced_items
from placer.assignment.structure.symmetry import item_classes
from placer.assignment.structure.term_index import PairFlow, TermIndex

BRANCHED = 40
"""
Items up to which branch and bound comes to its end: more are bounded by a semidefinite program too.

Measured: of 32 items it bounds no level better, of 48 and 64 the highest by a third.
"""
CUTS = 400_000
"""Partial cuts that are looked at for a level, at most: a second or so. Chosen, not tuned."""


class LevelLoad:
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


class Level:
    """
    The clusters of one level, and bounds of what they save.

    Parameters
    ----------
    saves
        ``[n, n]``, symmetric: what each pair in a cluster saves.
    inside
        ``[clusters, m]``, the sites of each cluster.

    Attributes
    ----------
    of_single_sites
        Whether no cluster has more than one site.
    """

    def __init__(
        self, index: TermIndex, load: LevelLoad, saves: IntArray, inside: IntArray, class_of: IntArray
    ) -> None:
        self.of_single_sites = int(inside.sum(axis=1).max()) == 1
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
        known, least = self._saved, enough
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


def levels_of(index: TermIndex, flow: PairFlow, load: LevelLoad) -> Iterator[Level]:
    """Give the levels of a flow whose distances nest, the lowest first."""
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
        yield Level(index, load, step * (flow.flow + flow.flow.T), inside, class_of)
