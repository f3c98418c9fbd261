"""The prices of some items on their sites, summed, divided and rounded down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from placer.assignment.terms.arrays import BoolArray, IntArray, array_faults
from placer.assignment.terms.term import Term


@dataclass(frozen=True, kw_only=True, eq=False)
class FlooredLinear(Term):
    """
    Prices of items on sites, summed and rounded down: ``scale * (sum over i of cost[i, site(items[i])] // divisor)``.

    Parameters
    ----------
    items
        ``[k]``, the items it concerns.
    cost
        ``[k, m]``, non-negative, the price of each of them on each site.
    divisor, scale
        Positive.
    """

    name: str
    items: IntArray
    cost: IntArray
    divisor: int
    scale: int = 1

    def evaluate(self, site_of: IntArray) -> IntArray:
        """Cost of each row of ``site_of [b, n]``."""
        total = self.cost[np.arange(len(self.items)), site_of[:, self.items]].sum(axis=1)
        return np.asarray(self.scale * (total // self.divisor))

    def lower_bound(self, allowed: BoolArray) -> int:
        """Each item on the cheapest site it may use, summed and rounded."""
        barred = np.iinfo(np.int64).max // (len(self.items) + 1)  # so many of them do not overflow
        least = int(np.where(allowed[self.items], self.cost, barred).min(axis=1).sum())
        return self.scale * (least // self.divisor)

    def item_key(self, n: int) -> IntArray:
        """Key of each item: its prices on the sites, ``[n, m]``; -1 for an item that the term does not concern."""
        rows = np.full((n, self.cost.shape[1]), -1, dtype=np.int64)
        rows[self.items] = self.cost
        return rows

    def faults(self, n: int, m: int) -> Iterator[str]:
        """Yield the faults of its arrays, the first one first."""
        k = len(self.items)
        yield from array_faults("items", self.items, (k,), least=0, most=n - 1)
        yield from array_faults("cost", self.cost, (k, m), least=0)
        if self.divisor < 1 or self.scale < 1:
            yield f"divisor and scale are {self.divisor} and {self.scale}, expected at least 1"

    def largest(self) -> int:
        """Upper bound on its cost over all assignments."""
        return self.scale * (sum(max(row, default=0) for row in self.cost.tolist()) // self.divisor)

    def partial_bound(self, rows: IntArray, placed: IntArray, rest: IntArray, allowed: BoolArray) -> IntArray:
        """The placed items on their sites, the others on their cheapest, summed and rounded, ``[s]``."""
        total = np.zeros(len(rows), dtype=np.int64)
        position = {v: k for k, v in enumerate(placed.tolist())}
        # 2^40 for an item without a site: a cost beyond that of any placement, of which the sum stays within 64 bits
        for v, cost in zip(self.items.tolist(), self.cost, strict=True):
            total += cost[rows[:, position[v]]] if v in position else int(cost[allowed[v]].min(initial=2**40))
        return np.asarray(self.scale * (total // self.divisor))

    def beside(self, v: int, others: IntArray, site_of: IntArray, m: int) -> IntArray:
        """What item v alone would pay on each site, ``[m]``."""
        return np.asarray(self.scale * self.cost[self.items == v].sum(axis=0) // self.divisor)

    def shift_delta(self, site_of: IntArray, m: int) -> IntArray:
        """Change in cost of every shift of an item to a site, ``[n, m]``."""
        change = np.zeros((len(site_of), self.cost.shape[1]), dtype=np.int64)
        now = self.cost[np.arange(len(self.items)), site_of[self.items]]
        change[self.items] = self._change(int(now.sum()), self.cost - now[:, None])
        return change

    def swap_delta(self, site_of: IntArray, v: IntArray, w: IntArray) -> IntArray:
        """Change in cost of each swap of ``v[i]`` and ``w[i]``."""
        cost = np.zeros((len(site_of), self.cost.shape[1]), dtype=np.int64)
        cost[self.items] = self.cost
        a, b = site_of[v], site_of[w]
        more = cost[v, b] - cost[v, a] + cost[w, a] - cost[w, b]
        return self._change(int(cost[np.arange(len(site_of)), site_of].sum()), more)

    def _change(self, total: int, more: IntArray) -> IntArray:
        return np.asarray(self.scale * ((total + more) // self.divisor - total // self.divisor))

    def site_key(self, m: int) -> IntArray:
        """Key of each site: the price of each item there, ``[m, k]``."""
        return self.cost.T

    def group_key(self, i: int, items: IntArray, n: int) -> tuple[int, bytes] | None:
        """
        Key of a group: its prices where the term concerns no other group, else these with the number of the term.

        Two equal groups, each with a term of its own, such as the mean distance to its own devices, get equal keys.
        """
        concerned, group = set(self.items.tolist()), set(items.tolist())
        if not concerned & group:
            return None
        prices = self.item_key(n)[items].tobytes()
        return (-1, np.array([self.divisor, self.scale]).tobytes() + prices) if concerned <= group else (i, prices)

    def widened(self, n: int, m: int, memo: dict[int, Term]) -> FlooredLinear:
        """Add sites of price 0."""
        return replace(self, cost=np.pad(self.cost, ((0, 0), (0, m - self.cost.shape[1]))))
