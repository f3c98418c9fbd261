"""
Pricing of sets of items by branch and bound: the most that a set within some capacities is worth beyond its prices.

A quadratic knapsack problem (Gallo, Hammer and Simeone, Mathematical Programming Study 12, 1980): the gains of the
pairs in a set, less the prices of its items. Items are decided in one order, many partial sets at a time. The bound of
a partial set gives each later item half of the most that it can gain from other later items within the capacity left,
read from tables, and fills the capacity by a knapsack of these amounts; such bounds go back to the same article. Tables
over the capacity left, equal items in one order, and sets in arrays are own. All arithmetic is on integers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from placer.assignment import BoolArray, IntArray
from placer.assignment.bounds.capacity_tables import CapacityTables

SetArray = npt.NDArray[np.uint64]
"""Sets of items, each a number whose bits are the items."""

ITEMS = 64
"""Items at most, as a set is kept as one 64-bit number."""
CHUNK = 2048
"""Partial sets that are bounded at a time: larger chunks take longer for each of them. Chosen by trial."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Priced:
    """
    What pricing found.

    Parameters
    ----------
    bound
        No set within the capacities is worth more; 0 or more, as the empty set is worth 0.
    sets
        ``[k]``, numbers whose bits are the items: sets that are worth more than 0, the most valuable first.
    complete
        Whether the search came to its end, so that the bound is no larger than the best value or the slack.
    """

    bound: int
    sets: SetArray
    complete: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class _Rows:
    """Partial sets: their values so far, the capacities left, what each later item would add, bounds, and items."""

    value: IntArray
    left: IntArray
    each: IntArray
    bound: IntArray
    items: SetArray

    def take(self, which: BoolArray | slice) -> _Rows:
        return _Rows(
            value=self.value[which],
            left=self.left[which],
            each=self.each[which],
            bound=self.bound[which],
            items=self.items[which],
        )


class SetPricing:
    """
    Sets of items that one cluster of sites can hold.

    Parameters
    ----------
    gain
        ``[n, n]``, symmetric, not negative, 0 on the diagonal: what each pair in a set is worth.
    weight, capacity
        ``[r, n]`` and ``[r]``, not negative: the items of a set weigh no more, in any of the r resources.
    class_of
        ``[n]``, equal for items that swap without any change of gains and weights.
    """

    def __init__(self, gain: IntArray, weight: IntArray, capacity: IntArray, class_of: IntArray) -> None:
        scarce = np.flatnonzero(weight.sum(axis=1) > capacity)
        # the scarcest first: the knapsack of a bound is filled by its weight
        need = weight.sum(axis=1) / np.maximum(capacity, 1)
        scarce = scarce[np.argsort(-need[scarce], kind="stable")]
        self.whole = int(gain.sum()) // 2
        in_given_order = [CapacityTables.of(weight[r], int(capacity[r]), gain) for r in scarce]
        self.partners = _most_gained(gain, in_given_order)
        self.holds_all = not in_given_order
        if self.holds_all:
            return
        # the items that may gain most come first: a hub has to be decided before the items around it
        per_part = self.partners / np.maximum(in_given_order[0].parts, 1)
        self.order = np.lexsort((class_of, -per_part))
        self.gain = gain[np.ix_(self.order, self.order)]
        self.limits = [CapacityTables.of(weight[r, self.order], int(capacity[r]), self.gain) for r in scarce]
        ends = np.append(np.flatnonzero(np.diff(class_of[self.order])) + 1, len(gain))
        self.after = ends[np.searchsorted(ends, np.arange(len(gain)), side="right")]

    def search(self, price: IntArray, *, slack: int, keep: int, limit: int, going: Callable[[], bool]) -> Priced:
        """
        Find valuable sets, and bound the value of all.

        Parameters
        ----------
        price
            ``[n]``, not negative, equal for equal items.
        slack
            Value up to which a set is of no interest, 0 or more.
        keep
            Sets to give back at most.
        limit
            Partial sets after which the search ends.
        going
            Whether there is time left.
        """
        if self.holds_all:
            worth = max(0, self.whole - int(price.sum()))
            return Priced(bound=max(worth, slack), sets=np.zeros(0, dtype=np.uint64), complete=True)
        return _Search(self, price, slack, keep).run(limit, going)


def _most_gained(gain: IntArray, limits: list[CapacityTables]) -> IntArray:
    """Give the most that each item can gain from others in its set, ``[n]``."""
    whole = [limit.gained(0, np.array([[limit.capacity]]))[0] for limit in limits]
    return np.asarray(np.minimum.reduce([gain.sum(axis=1), *whole]))


class _Search:
    """One search; items are numbered by the order in which they are decided, and values are doubled."""

    def __init__(self, pricing: SetPricing, price: IntArray, slack: int, keep: int) -> None:
        self._pricing, self._limits = pricing, pricing.limits
        self._n = len(price)
        self._price, self._weight = price[pricing.order], np.array([limit.weight for limit in pricing.limits])
        self._slack, self._keep = 2 * slack, keep
        self._best = 0
        self._found: list[tuple[IntArray, SetArray]] = []

    def run(self, limit: int, going: Callable[[], bool]) -> Priced:
        """Look at partial sets, those of most items first, until none is left that may be worth more."""
        stacks: list[list[_Rows]] = [[] for _ in range(self._n + 1)]
        stacks[0].append(self._empty())
        looked, open_bound = 0, 0
        while (d := max((k for k in range(self._n) if stacks[k]), default=-1)) >= 0:
            if looked and (looked >= limit or not going()):
                open_bound = max(int(rows.bound.max()) for stack in stacks for rows in stack)
                break
            rows = _joined(stacks[d])
            stacks[d] = [rows.take(slice(CHUNK, None))] if len(rows.value) > CHUNK else []
            rows = rows.take(slice(CHUNK))
            looked += len(rows.value)
            self._branch(d, rows, stacks)
        # a set that was not looked at, as its bound was no higher than the best value or the slack, is worth no more
        twice = max(self._best, self._slack, open_bound)
        return Priced(bound=-(-twice // 2), sets=self._most_valuable(), complete=not open_bound)

    def _empty(self) -> _Rows:
        start = np.zeros(1, dtype=np.int64)
        return _Rows(
            value=start,
            left=np.array([[limit.capacity for limit in self._limits]]),
            each=-2 * self._price[None, :],
            bound=start + 2 * self._pricing.whole,
            items=np.zeros(1, dtype=np.uint64),
        )

    def _branch(self, d: int, rows: _Rows, stacks: list[list[_Rows]]) -> None:
        """Bound some partial sets, and decide item d of those that may lead to a better set."""
        fits = np.asarray((rows.left[:, :, None] >= self._weight[:, d:]).all(axis=1))
        most = np.where(fits, rows.each + self._from_later(d, rows.left), 0)
        bound = np.minimum(rows.bound, rows.value + self._limits[0].filled(d, most, rows.left[:, 0]))
        going_on = bound > max(self._best, self._slack)
        rows = replace(rows, bound=bound).take(going_on)
        after = int(self._pricing.after[d])
        if after < self._n and len(rows.value):  # equal items are taken in their order: without one, without the rest
            stacks[after].append(replace(rows, each=rows.each[:, after - d :]))
        rows = rows.take(fits[going_on][:, 0])
        if len(rows.value):
            self._take_in(d, rows, stacks)

    def _take_in(self, d: int, rows: _Rows, stacks: list[list[_Rows]]) -> None:
        value, items = rows.value + rows.each[:, 0], rows.items | np.uint64(1 << d)
        self._best = max(self._best, int(value.max()))
        worth = value > 0
        if worth.any():
            self._found.append((value[worth], items[worth]))
        if d + 1 < self._n:
            each = rows.each[:, 1:] + 2 * self._pricing.gain[d, d + 1 :]
            left = rows.left - self._weight[:, d]
            stacks[d + 1].append(_Rows(value=value, left=left, each=each, bound=rows.bound, items=items))

    def _from_later(self, d: int, left: IntArray) -> IntArray:
        """Give what each item from d on counts at most for its gains from others from d on, ``[s, n - d]``."""
        found = [limit.gained(d, left[:, r, None]) for r, limit in enumerate(self._limits)]
        return np.asarray(np.minimum.reduce(found))

    def _most_valuable(self) -> SetArray:
        if not self._found:
            return np.zeros(0, dtype=np.uint64)
        value, items = (np.concatenate(each) for each in zip(*self._found, strict=True))
        items = items[np.argsort(-value, kind="stable")[: self._keep]]
        sets = np.zeros(len(items), dtype=np.uint64)
        for d, v in enumerate(self._pricing.order.tolist()):
            sets |= (items >> np.uint64(d) & np.uint64(1)) << np.uint64(v)
        return sets


def _joined(stack: list[_Rows]) -> _Rows:
    if len(stack) == 1:
        return stack[0]
    return _Rows(
        value=np.concatenate([rows.value for rows in stack]),
        left=np.concatenate([rows.left for rows in stack]),
        each=np.concatenate([rows.each for rows in stack]),
        bound=np.concatenate([rows.bound for rows in stack]),
        items=np.concatenate([rows.items for rows in stack]),
    )
