"""A price of items on sites, divided and rounded down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from placer.assignment.terms.arrays import BoolArray, IntArray, array_faults
from placer.assignment.terms.term import Term


@dataclass(frozen=True, kw_only=True, eq=False)
class FlooredLinear(Term):
    """
    A price of items on sites, divided and rounded down: ``scale * (sum of cost[i, site(items[i])] // divisor)``.

    Parameters
    ----------
    items
        ``[k]``.
    cost
        ``[k, m]``, non-negative.
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
        """Bound it from below: each item on its cheapest site of those allowed, ``[n, m]``."""
        barred = np.iinfo(np.int64).max // (len(self.items) + 1)
        least = int(np.where(allowed[self.items], self.cost, barred).min(axis=1).sum())
        return self.scale * (least // self.divisor)

    def item_key(self, n: int) -> IntArray:
        """Give what each item adds to the sum, ``[n, m]``, and -1 for those that it does not concern."""
        rows = np.full((n, self.cost.shape[1]), -1, dtype=np.int64)
        rows[self.items] = self.cost
        return rows

    def faults(self, n: int, m: int) -> Iterator[str]:
        """Say what is wrong with its arrays."""
        k = len(self.items)
        yield from array_faults("items", self.items, (k,), least=0, most=n - 1)
        yield from array_faults("cost", self.cost, (k, m), least=0)
        if self.divisor < 1 or self.scale < 1:
            yield f"divisor and scale are {self.divisor} and {self.scale}, expected at least 1"

    def largest(self) -> int:
        """Bound what it can cost."""
        return self.scale * (sum(max(row, default=0) for row in self.cost.tolist()) // self.divisor)

    def partial_bound(self, rows: IntArray, placed: IntArray, rest: IntArray, allowed: BoolArray) -> IntArray:
        """Price the placed items, with the others where they are cheapest, ``[s]``."""
        total = np.zeros(len(rows), dtype=np.int64)
        position = {v: k for k, v in enumerate(placed.tolist())}
        for v, cost in zip(self.items.tolist(), self.cost, strict=True):
            total += cost[rows[:, position[v]]] if v in position else int(cost[allowed[v]].min(initial=2**40))
        return np.asarray(self.scale * (total // self.divisor))

    def beside(self, v: int, others: IntArray, site_of: IntArray, m: int) -> IntArray:
        """What item v alone would pay on each site, ``[m]``."""
        return np.asarray(self.scale * self.cost[self.items == v].sum(axis=0) // self.divisor)

    def shift_delta(self, site_of: IntArray, m: int) -> IntArray:
        """Change for every shift, ``[n, m]``."""
        change = np.zeros((len(site_of), self.cost.shape[1]), dtype=np.int64)
        now = self.cost[np.arange(len(self.items)), site_of[self.items]]
        change[self.items] = self._rise(int(now.sum()), self.cost - now[:, None])
        return change

    def swap_delta(self, site_of: IntArray, v: IntArray, w: IntArray) -> IntArray:
        """Change for swaps of ``v[i]`` and ``w[i]``."""
        cost = np.zeros((len(site_of), self.cost.shape[1]), dtype=np.int64)
        cost[self.items] = self.cost
        a, b = site_of[v], site_of[w]
        more = cost[v, b] - cost[v, a] + cost[w, a] - cost[w, b]
        return self._rise(int(cost[np.arange(len(site_of)), site_of].sum()), more)

    def _rise(self, total: int, more: IntArray) -> IntArray:
        return np.asarray(self.scale * ((total + more) // self.divisor - total // self.divisor))

    def site_key(self, m: int) -> IntArray:
        """Give what is paid on each site, ``[m, k]``."""
        return self.cost.T

    def group_key(self, i: int, items: IntArray, n: int) -> tuple[int, bytes] | None:
        """Say of a group of its own what any term of its kind would say, of another whose term it is."""
        theirs, own = set(self.items.tolist()), set(items.tolist())
        if not theirs & own:
            return None
        prices = self.item_key(n)[items].tobytes()
        return (-1, np.array([self.divisor, self.scale]).tobytes() + prices) if theirs <= own else (i, prices)

    def widened(self, n: int, m: int, memo: dict[int, Term]) -> FlooredLinear:
        """Add sites that cost nothing."""
        return replace(self, cost=np.pad(self.cost, ((0, 0), (0, m - self.cost.shape[1]))))
