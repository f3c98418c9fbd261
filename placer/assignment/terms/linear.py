"""A price of each item on each site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from placer.assignment.terms.arrays import BoolArray, IntArray, array_faults
from placer.assignment.terms.term import Term


@dataclass(frozen=True, kw_only=True, eq=False)
class Linear(Term):
    """
    A price of each item on each site: the sum over items v of ``cost[v, site(v)]``.

    Parameters
    ----------
    cost
        ``[n, m]``, the price of each item on each site; may be negative.
    """

    name: str
    cost: IntArray

    def evaluate(self, site_of: IntArray) -> IntArray:
        """Cost of each row of ``site_of [b, n]``."""
        costs: IntArray = self.cost[np.arange(self.cost.shape[0]), site_of].sum(axis=1)
        return costs

    def lower_bound(self, allowed: BoolArray) -> int:
        """Each item on the cheapest site it may use."""
        return int(np.where(allowed, self.cost, np.iinfo(np.int64).max).min(axis=1).sum())

    def partial_bound(self, rows: IntArray, placed: IntArray, rest: IntArray, allowed: BoolArray) -> IntArray:
        """Cost of the placed items, and of the others on their cheapest sites, ``[s]``."""
        cheapest = np.where(allowed, self.cost, np.iinfo(np.int64).max)[rest].min(axis=1).sum()
        return np.asarray(self.cost[placed, rows].sum(axis=1) + cheapest)

    def shift_delta(self, site_of: IntArray, m: int) -> IntArray:
        """Change in cost of every shift of an item to a site, ``[n, m]``."""
        return np.asarray(self.cost - self.cost[np.arange(len(site_of)), site_of][:, None])

    def swap_delta(self, site_of: IntArray, v: IntArray, w: IntArray) -> IntArray:
        """Change in cost of each swap of ``v[i]`` and ``w[i]``."""
        a, b = site_of[v], site_of[w]
        return np.asarray(self.cost[v, b] - self.cost[v, a] + self.cost[w, a] - self.cost[w, b])

    def item_key(self, n: int) -> IntArray:
        """Key of each item: its price on each site, ``[n, m]``."""
        return self.cost

    def site_key(self, m: int) -> IntArray:
        """Key of each site: the price of each item there, ``[m, n]``."""
        return self.cost.T

    def faults(self, n: int, m: int) -> Iterator[str]:
        """Yield the faults of its arrays, the first one first."""
        yield from array_faults("cost", self.cost, (n, m))

    def largest(self) -> int:
        """Upper bound on its cost over all assignments."""
        return sum(max(map(abs, row), default=0) for row in self.cost.tolist())

    def widened(self, n: int, m: int, memo: dict[int, Term]) -> Linear:
        """Add items and sites of price 0."""
        more = n - self.cost.shape[0], m - self.cost.shape[1]
        return replace(self, cost=np.pad(self.cost, ((0, more[0]), (0, more[1]))))
