"""
Knapsack tables over the capacity that a set has left: what an item can still gain, and what later items can be worth.

Dynamic programs over the capacity (Bellman, Dynamic Programming, 1957), counted in parts where it is large: weights are
rounded down and capacities up, so that every table is an upper bound.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from placer.assignment import IntArray

UNITS = 64
"""Parts of a capacity that is larger: rounding weights down to parts only raises bounds. Chosen, not tuned."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CapacityTables:
    """
    The capacity of a set in one resource, and tables over the capacity left, counted in parts.

    Parameters
    ----------
    weight, capacity
        ``[n]`` and a number.
    unit
        Weight of a part.
    parts, most
        Weights in parts, rounded down, and the capacity, rounded up.
    table
        ``[n + 1, n, most + 1]``: the most that item j gains from others of the items from k on that fill some parts.
    """

    weight: IntArray
    capacity: int
    unit: int
    parts: IntArray
    most: int
    table: IntArray

    @classmethod
    def of(cls, weight: IntArray, capacity: int, gain: IntArray) -> CapacityTables:
        """Fill the tables: a knapsack problem of each item, by dynamic programming over the parts."""
        unit = max(1, -(-capacity // UNITS))
        most, n = -(-capacity // unit), len(weight)
        parts = weight // unit
        table = np.zeros((n + 1, n, most + 1), dtype=np.int64)
        for k in range(n - 1, -1, -1):
            later, size = table[k + 1], int(parts[k])
            table[k] = later
            if size <= most:
                table[k, :, size:] = np.maximum(later[:, size:], later[:, : most + 1 - size] + gain[:, k, None])
                table[k, k] = later[k]
        return cls(weight=weight, capacity=capacity, unit=unit, parts=parts, most=most, table=table)

    def gained(self, d: int, left: IntArray) -> IntArray:
        """Give the most that each item from d on gains from others of them, with it in the capacity left ``[s, 1]``."""
        room = np.clip(-(-left // self.unit) - self.parts[d:], 0, self.most)
        return np.asarray(self.table[d][np.arange(d, len(self.parts)), room])

    def filled(self, d: int, amount: IntArray, left: IntArray) -> IntArray:
        """Fill the capacity left, ``[s]``, with items from d on worth ``amount [s, n - d]``: a knapsack problem."""
        value, amount = np.zeros((self.most + 1, len(left)), dtype=np.int64), np.maximum(amount.T, 0)
        for j in np.flatnonzero(amount.any(axis=1)).tolist():
            size = int(self.parts[d + j])
            if size <= self.most:
                np.maximum(value[size:], value[: self.most + 1 - size] + amount[j], out=value[size:])
        return np.asarray(value[np.minimum(-(-left // self.unit), self.most), np.arange(len(left))])
