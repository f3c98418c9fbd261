"""Terms of a cost that round: the fullest site, and a quotient of a sum."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from placer.assignment.terms import BoolArray, IntArray, sums


@dataclass(frozen=True, kw_only=True, eq=False)
class MaxUtilization:
    """
    How full the fullest site is: the largest of ``ceil(parts * weight on it / room)`` over sites.

    Parameters
    ----------
    weight
        ``[n]``, non-negative.
    room
        ``[m]``; a site with none does not count.
    parts
        What a full site counts, positive.
    """

    name: str
    weight: IntArray
    room: IntArray
    parts: int = 1000

    def levels(self, load: IntArray) -> IntArray:
        """How full each site is under loads ``[..., m]``."""
        levels: IntArray = np.where(self.room > 0, -(-self.parts * load // np.maximum(self.room, 1)), 0)
        return levels

    def evaluate(self, site_of: IntArray) -> IntArray:
        """Cost of each row of ``site_of [b, n]``."""
        return np.asarray(self.levels(sums(self.weight, site_of, len(self.room))).max(axis=1, initial=0))

    def floor(self, allowed: BoolArray) -> int:
        """Bound it from below for items on the sites allowed, ``[n, m]``: all as full, or the largest item alone."""
        usable = allowed & (self.room > 0)
        free = (allowed & (self.room <= 0)).any(axis=1)
        bound = np.flatnonzero(~free & (self.weight > 0))
        if not len(bound):
            return 0
        alone = [int(self.levels(np.full(len(self.room), self.weight[v]))[usable[v]].min(initial=2**62)) for v in bound]
        room = sum(self.room[usable[bound].any(axis=0)].tolist())
        even = -(-self.parts * sum(self.weight[bound].tolist()) // max(room, 1))
        return max(int(even), *alone) if max(alone) < 2**62 else 0

    def faults(self, n: int, m: int) -> Iterator[str]:
        """Say what is wrong with its numbers for n items and m sites."""
        if self.weight.shape != (n,) or (self.weight < 0).any() or self.room.shape != (m,):
            yield f"weight and room have shapes {self.weight.shape} and {self.room.shape}, expected {(n,)} and {(m,)}"
        if self.parts < 1:
            yield f"parts is {self.parts}, expected at least 1"

    def most(self) -> int:
        """Bound what it can cost."""
        smallest = min((room for room in self.room.tolist() if room > 0), default=1)
        return -(-self.parts * int(sum(self.weight.tolist())) // int(smallest))


@dataclass(frozen=True, kw_only=True, eq=False)
class FlooredLinear:
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

    def floor(self, allowed: BoolArray) -> int:
        """Bound it from below: each item on its cheapest site of those allowed, ``[n, m]``."""
        barred = np.iinfo(np.int64).max // (len(self.items) + 1)
        least = int(np.where(allowed[self.items], self.cost, barred).min(axis=1).sum())
        return self.scale * (least // self.divisor)

    def by_item(self, n: int) -> IntArray:
        """Give what each item adds to the sum, ``[n, m]``, and -1 for those that it does not concern."""
        rows = np.full((n, self.cost.shape[1]), -1, dtype=np.int64)
        rows[self.items] = self.cost
        return rows

    def faults(self, n: int, m: int) -> Iterator[str]:
        """Say what is wrong with its numbers for n items and m sites."""
        k = len(self.items)
        if self.cost.shape != (k, m) or (self.cost < 0).any() or not set(self.items.tolist()) <= set(range(n)):
            yield f"cost has shape {self.cost.shape}, expected {(k, m)} of numbers that are not negative, of its items"
        if self.divisor < 1 or self.scale < 1:
            yield f"divisor and scale are {self.divisor} and {self.scale}, expected at least 1"

    def most(self) -> int:
        """Bound what it can cost."""
        return self.scale * (sum(max(row, default=0) for row in self.cost.tolist()) // self.divisor)
