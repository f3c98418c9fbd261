"""
The most flow that clusters of limited capacity can keep inside, bounded by set partitioning and column generation.

Items are divided among clusters, and each pair in one cluster gains its flow. A linear program over all sets of items
that fit a cluster bounds that, each item being in one set at most (min-cut clustering: Johnson, Mehrotra and
Nemhauser, Mathematical Programming 62, 1993). Its columns are generated (Gilmore and Gomory, Operations Research 9,
1961) with prices of the items kept near those of the best bound (du Merle, Villeneuve, Desrosiers and Hansen, Discrete
Mathematics 194, 1999). Whatever the prices, the sum of them and, for each cluster, the most that a set is worth beyond
them bounds the flow inside: prices of the solver are rounded to integers first, so that the bound is exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from placer.assignment import BoolArray, IntArray
from placer.assignment.bounds.linear_program import FloatArray, PackingProgram
from placer.assignment.bounds.set_pricing import SetPricing

SMOOTH = 0.2
"""Part of the best known prices in those that are tried. Chosen by trial."""
KEEP = 80
"""Columns that one pricing adds at most. Chosen by trial."""
MOST = 400_000
"""Partial sets that one pricing looks at, at most: a second or so. Chosen, not tuned."""
FINE = 2**10
"""Parts of a unit of gain in which prices are counted, so that rounding them loses next to nothing."""
NEAREST = 100
"""Known columns, the most valuable ones, whose neighbours are priced. Chosen, not tuned."""
ROUNDS = 300
"""Linear programs that are solved at most, a guard against prices that go on changing. Chosen, not tuned."""
CLOSE = 1e-3
"""Part of the linear program's value by which the bound may be above it in the end: more rounds gain no more."""
SLACK = 5e-4
"""Part of the bound that all clusters together may be worth beyond the prices before columns are looked for no more."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Clusters:
    """
    Clusters of sites, and what pairs of items in one cluster gain.

    Parameters
    ----------
    gain
        ``[n, n]``, symmetric, not negative, 0 on the diagonal.
    weight, capacity
        ``[r, n]`` and ``[r]``: the items in a cluster weigh no more, in each of r resources.
    soft
        ``[r]``, the resources that clusters may exceed, all together by some units.
    count
        Number of clusters.
    class_of
        ``[n]``, equal for items that swap without any change of gains and weights.
    """

    gain: IntArray
    weight: IntArray
    capacity: IntArray
    soft: BoolArray
    count: int
    class_of: IntArray

    @property
    def step(self) -> int:
        """The greatest common divisor of all gains; 1 without any."""
        return max(1, int(np.gcd.reduce(self.gain, axis=None)))

    @property
    def all_inside(self) -> int:
        """The gain of all items in one cluster."""
        return int(self.gain.sum()) // 2

    def excesses(self) -> Iterator[tuple[int, int]]:
        """Give ranges of units by which a cluster may exceed its capacity, up to all items in one cluster."""
        over = (self.weight.sum(axis=1) - self.capacity)[self.soft]
        first, most = 1, int(over.max(initial=0))
        while first <= most:
            yield first, first + first // 4
            first += first // 4 + 1


class ColumnGeneration:
    """Bounds the gain inside clusters, with and without a price of units beyond their capacity."""

    def __init__(self, clusters: Clusters) -> None:
        self._clusters = clusters
        self._columns: set[int] = set()
        self._held = np.zeros((1024, len(clusters.gain)), dtype=np.int64)
        self._lp = PackingProgram(len(clusters.gain), [clusters.count])
        self._pricings: dict[int, SetPricing] = {}
        self._worth = 0
        self._prices = -(-self._pricing(0).partners // 2)  # so each item pays half of what it can gain

    def _pricing(self, more: int) -> SetPricing:
        """Give the sets of a cluster that exceeds its capacity by no more than some units."""
        if more not in self._pricings:
            clusters = self._clusters
            capacity = clusters.capacity + more * clusters.soft
            self._pricings[more] = SetPricing(clusters.gain * FINE, clusters.weight, capacity, clusters.class_of)
        return self._pricings[more]

    def bound(self, going: Callable[[], bool]) -> int:
        """
        Bound the gain inside clusters that keep their capacity from above.

        Parameters
        ----------
        going
            Whether there is time left.

        Returns
        -------
        int
            A multiple of the step of the clusters.
        """
        clusters, pricing = self._clusters, self._pricing(0)
        prices = self._prices
        best, tried = int(prices.sum()), prices
        for _ in range(ROUNDS):
            new = self._near(tried)
            if not new:
                slack = int(best * SLACK) // clusters.count
                found = pricing.search(tried, slack=slack, keep=KEEP, limit=MOST, going=going)
                bound = int(tried.sum()) + clusters.count * found.bound
                if bound < best:
                    best, prices, self._worth = bound, tried, found.bound
                new = [items for items in found.sets.tolist() if items not in self._columns]
            self._add(new)
            optimal = self._averaged(self._lp.prices() * FINE)
            if not going() or best <= self._lp.value() * FINE * (1 + CLOSE) or (not new and (tried == optimal).all()):
                break
            tried = self._averaged(SMOOTH * prices + (1 - SMOOTH) * optimal) if new else optimal
        self._prices = prices
        return best // FINE // clusters.step * clusters.step

    def price_of_excess(self, going: Callable[[], bool], enough: int = 0) -> int:
        """
        Give a price of each unit beyond its capacity for which clusters gain no more than :meth:`bound` says.

        Parameters
        ----------
        enough
            The least price of interest: a smaller one takes longer to find.
        """
        least = enough
        for first, last in self._clusters.excesses():
            if not going():
                return self._clusters.all_inside  # no unit is worth more
            slack = self._worth + least * first * FINE
            found = self._pricing(last).search(self._prices, slack=slack, keep=0, limit=MOST, going=going)
            least = max(least, -(-(found.bound - self._worth) // (first * FINE)))
        return least

    def _near(self, price: IntArray) -> list[int]:
        """Find new columns that are worth more than their price, one item more or one for another beside known ones."""
        if not self._columns:
            return []
        gain, weight, each = self._clusters.gain * FINE, self._clusters.weight, np.arange(len(price))
        held = self._held[: len(self._columns)]
        value = ((held @ gain) * held).sum(axis=1) // 2 - held @ price
        held, value = (part[np.argsort(-value, kind="stable")[:NEAREST]] for part in (held, value))
        adds, inside = held @ gain - price, held.astype(bool)
        left = self._clusters.capacity - held @ weight.T
        joined = np.where(inside | (left[:, None, :] < weight.T).any(axis=2), 0, value[:, None] + adds)
        fits = ((left[:, None, :] + weight.T)[:, :, None, :] >= weight.T).all(axis=3)
        fits &= inside[:, :, None] & ~inside[:, None, :]
        swapped = np.where(fits, (value[:, None] - adds - price)[:, :, None] + (adds[:, None, :] - gain), 0)
        bits = np.uint64(1) << each.astype(np.uint64)
        number = (held.astype(np.uint64) * bits).sum(axis=1)
        worth = np.concatenate([joined.ravel(), swapped.ravel()])
        sets = [number[:, None] + bits, number[:, None, None] - bits[:, None] + bits]
        good = np.flatnonzero(worth > 0)
        good = good[np.argsort(-worth[good], kind="stable")[: 4 * KEEP]]
        found = np.concatenate([one.ravel() for one in sets])[good].tolist()
        return [one for one in dict.fromkeys(found) if one not in self._columns][:KEEP]

    def _add(self, sets: list[int]) -> None:
        """Add columns."""
        for items in sets:
            inside = [v for v in range(len(self._clusters.gain)) if items >> v & 1]
            if len(self._columns) == len(self._held):
                self._held = np.concatenate([self._held, np.zeros_like(self._held)])
            self._held[len(self._columns), inside] = 1
            self._columns.add(items)
            self._lp.add(inside, int(self._clusters.gain[np.ix_(inside, inside)].sum()) // 2)

    def _averaged(self, prices: FloatArray | IntArray) -> IntArray:
        """Round prices to integers that are equal for equal items; by symmetry, the mean of such prices is as good."""
        class_of = self._clusters.class_of
        mean = np.bincount(class_of, weights=prices) / np.maximum(np.bincount(class_of), 1)
        return np.ceil(np.maximum(mean[class_of], 0)).astype(np.int64)
