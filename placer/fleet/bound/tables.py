"""Unbounded knapsacks over the vcpus and the memory of a pnode, by dynamic programming in arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST_PRICE = 1e-12
"""Prices below it are taken for 0: the noise of a linear program."""


@dataclass(frozen=True)
class Knapsacks:
    """
    The best filling of every capacity.

    Parameters
    ----------
    value
        Array ``[vcpus + 1, steps of memory + 1]``: the most that fits is worth.
    last
        The item that was packed last, -1 for an empty filling.
    loads
        Vcpus and memory of each item, in steps.
    """

    value: Floats
    last: NDArray[np.int16]
    loads: Ints

    def fillings(self, vcpus: Ints, memory: Ints) -> Ints:
        """
        Give how often each item stands in the best filling of capacities.

        Returns
        -------
        array ``[capacities, items]``
        """
        counts = np.zeros((len(vcpus), len(self.loads)), dtype=np.int64)
        rows, c, m = np.arange(len(vcpus)), vcpus.copy(), memory.copy()
        while len(rows):
            item = self.last[c, m].astype(np.int64)
            go = item >= 0
            rows, c, m, item = rows[go], c[go], m[go], item[go]
            np.add.at(counts, (rows, item), 1)
            c, m = c - self.loads[item, 0], m - self.loads[item, 1]
        return counts


def fill(loads: Sequence[tuple[int, int]], prices: Sequence[float], vcpus: int, memory: int) -> Knapsacks:
    """
    Fill every capacity up to one, any number of each item.

    Parameters
    ----------
    loads
        Vcpus and memory of each item, in steps.
    prices
        Their values, 0 or more; an item without a price is left out, one without a load must have none.
    vcpus, memory
        The largest capacity.

    Examples
    --------
    >>> table = fill([(2, 1), (3, 2)], [3.0, 5.0], 7, 4)
    >>> float(table.value[7, 4]), table.fillings(np.array([7]), np.array([4])).tolist()
    (11.0, [[2, 1]])
    """
    value = np.zeros((vcpus + 1, memory + 1))
    last = np.full((vcpus + 1, memory + 1), -1, dtype=np.int16)
    for item, ((c, m), price) in enumerate(zip(loads, prices, strict=True)):
        if price > LEAST_PRICE and c <= vcpus and m <= memory:
            _add(value, last, item, load=(c, m), price=price)
    return Knapsacks(value, last, np.array(loads, dtype=np.int64).reshape(-1, 2))


def _add(value: Floats, last: NDArray[np.int16], item: int, *, load: tuple[int, int], price: float) -> None:
    """Allow any number of one more item; rows, or blocks of columns, follow each other so that it may repeat."""
    c, m = load
    if c:
        for row in range(c, len(value)):
            _better(value[row, m:], last[row, m:], value[row - c, : value.shape[1] - m] + price, item)
    else:
        assert m, "an item without a load has no price"
        for begin in range(m, value.shape[1], m):
            end = min(begin + m, value.shape[1])
            _better(value[:, begin:end], last[:, begin:end], value[:, begin - m : end - m] + price, item)


def _better(value: Floats, last: NDArray[np.int16], offered: Floats, item: int) -> None:
    better = offered > value + LEAST_PRICE
    value[better] = offered[better]
    last[better] = item
