"""Arrays with an entry for each set of a few items: item v is in set i where bit v of i is 1."""

from __future__ import annotations

import numpy as np

from placer.assignment import IntArray

NEVER = np.int64(2**61)
"""Cost of a set that may not be there; the sum of two fits an int64."""


def sums(each: IntArray) -> IntArray:
    """
    Sum a number of each item over every set.

    Examples
    --------
    >>> sums(np.array([1, 10])).tolist()
    [0, 1, 10, 11]
    """
    total = np.zeros(1, dtype=np.int64)
    for value in each.tolist():
        total = np.concatenate([total, total + value])
    return total


def pair_sums(each: IntArray) -> IntArray:
    """
    Sum a number of each ordered pair of different items, ``[n, n]``, over every set.

    Examples
    --------
    >>> pair_sums(np.array([[9, 1, 2], [0, 9, 4], [0, 0, 9]])).tolist()
    [0, 0, 0, 1, 0, 2, 4, 7]
    """
    both, total = each + each.T, np.zeros(1, dtype=np.int64)
    for v in range(len(each)):
        total = np.concatenate([total, total + sums(both[v, :v])])
    return total


class Unions:
    """
    The least cost of every set if a part of it, which may be empty, is on one cluster and the rest on another.

    The min-plus subset convolution, O(3^n). Sets are cut into their low and high items, so that arrays stay small: for
    each set of high items on the second cluster, all sets of low items there are evaluated at once.

    Parameters
    ----------
    n
        Number of items.
    """

    def __init__(self, n: int) -> None:
        low = n // 2
        self._shape = 1 << (n - low), 1 << low
        high_sets, low_sets = (np.arange(size) for size in self._shape)
        self._size = np.bitwise_count(low_sets).astype(np.int64)
        whole, part = np.nonzero((low_sets & ~low_sets[:, None]) == 0)
        self._splits = []
        for most in range(low + 1):
            w, p = (each[self._size[part] <= most] for each in (whole, part))
            self._splits.append((w ^ p, p, np.flatnonzero(np.diff(w, prepend=-1))))
        self._beside = [np.flatnonzero((high_sets & high) == 0) for high in high_sets.tolist()]

    def least(self, one: IntArray, other: IntArray) -> IntArray:
        """Give the costs of the unions from those of both clusters, ``[2**n]``; fast if the second is mostly NEVER."""
        one, other = one.reshape(self._shape), other.reshape(self._shape)
        least = np.full(self._shape, NEVER)
        most = np.where(other < NEVER, self._size, -1).max(axis=1)
        for high in np.flatnonzero(most >= 0).tolist():
            rest, part, starts = self._splits[int(most[high])]
            beside = self._beside[high]
            cost = np.take(one[beside], rest, axis=1)
            cost += other[high, part]
            least[beside | high] = np.minimum(least[beside | high], np.minimum.reduceat(cost, starts, axis=1))
        return np.minimum(least, NEVER).reshape(-1)


def part_for(whole: int, one: IntArray, other: IntArray) -> int:
    """
    Find the part of a set that is on the second cluster where the union costs least.

    Parameters
    ----------
    whole
        The set, as a number.
    one, other
        ``[2**n]``, the costs of all sets on the first and on the second cluster.

    Returns
    -------
    int
        The part, as a number.
    """
    sets = np.arange(len(one))
    parts = sets[(sets & ~whole) == 0]
    return int(parts[int((one[whole ^ parts] + other[parts]).argmin())])
