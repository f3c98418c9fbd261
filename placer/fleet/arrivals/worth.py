"""What the room of hosts is worth to guests that are expected, at the prices of their shapes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from placer.fleet.bound.items import Items, Units, items_of
from placer.fleet.bound.tables import Floats, Ints, Knapsacks, fill
from placer.fleet.problem.loads import Load

FEW = 32
"""Hosts for which all rooms of halves are tried at once, in arrays. Measured: of more the other way takes less."""


class Worth:
    """
    The worth of hosts of one kind: what their best filling is worth, or for more than two pnodes a bound of it.

    Parameters
    ----------
    loads, prices
        Of each shape that may use these hosts.
    most
        The most vcpus and KiB of any pnode.
    pnodes
        How many pnodes they have.
    limited
        Whether vcpus count.
    units
        The grid of the tables.
    """

    def __init__(
        self,
        loads: Sequence[Load],
        prices: Sequence[float],
        *,
        most: tuple[int, int],
        pnodes: int,
        limited: bool,
        units: Units,
    ) -> None:
        self.steps = np.array([units.vcpus, units.kib], dtype=np.int64)
        self.limited = limited
        items = items_of(enumerate(loads), pnodes, limited=limited)
        cells = units.room(most, limited=limited)
        self.single = _table(items, prices, units, cells, single=True).value
        pair = _table(items, prices, units, cells, single=False).value if items.pair else np.zeros((1, 1))
        self.pairs = _rising(pair)
        self.pair_worth = pair[self.pairs[:, 0], self.pairs[:, 1]]

    def of(self, rooms: Ints) -> Floats:
        """
        Give the worth of hosts.

        Parameters
        ----------
        rooms
            Array ``[hosts, pnodes, 2]``: vcpus and KiB that are free.
        """
        cells = np.maximum(rooms, 0) // self.steps
        if not self.limited:
            cells[:, :, 0] = 0
        cells = np.minimum(cells, np.array(self.single.shape) - 1)
        if rooms.shape[1] != 2 or len(self.pairs) == 1:
            return np.asarray(self.single[cells[:, :, 0], cells[:, :, 1]].sum(axis=1), dtype=np.float64)
        return self._few(cells) if len(cells) <= FEW else self._many(cells)

    def _few(self, cells: Ints) -> Floats:
        """Divide hosts of two pnodes: both give the same room to halves, and what is left to guests of one pnode."""
        rest = cells[:, None] - self.pairs[None, :, None]
        value = self.single[rest[..., 0], rest[..., 1]].sum(axis=2) + self.pair_worth
        return np.asarray(np.where((rest >= 0).all(axis=(2, 3)), value, 0.0).max(axis=1), dtype=np.float64)

    def _many(self, cells: Ints) -> Floats:
        """Do the same room by room of the halves: most do not fit in most hosts."""
        best = np.zeros(len(cells))
        least = cells.min(axis=1)
        for (c, m), worth in zip(self.pairs.tolist(), self.pair_worth.tolist(), strict=True):
            fits = np.flatnonzero((least[:, 0] >= c) & (least[:, 1] >= m))
            if len(fits):
                rest = cells[fits]
                value = worth + self.single[rest[:, 0, 0] - c, rest[:, 0, 1] - m]
                value += self.single[rest[:, 1, 0] - c, rest[:, 1, 1] - m]
                best[fits] = np.maximum(best[fits], value)
        return best


def _table(items: Items, prices: Sequence[float], units: Units, cells: tuple[int, int], *, single: bool) -> Knapsacks:
    chosen = items.single if single else items.pair
    loads = [units.load((item.vcpus, item.kib), up=False) for item in chosen]
    worth = [
        prices[item.of] * item.numerator / item.denominator if any(load) else 0.0
        for item, load in zip(chosen, loads, strict=True)
    ]
    return fill(loads, worth, *cells)


def _rising(table: Floats) -> Ints:
    """Give no room at all, and the rooms at which a table rises in both directions."""
    rises = table > 0
    rises[1:] &= table[1:] > table[:-1]
    rises[:, 1:] &= table[:, 1:] > table[:, :-1]
    return np.concatenate((np.zeros((1, 2), dtype=np.int64), np.argwhere(rises)))
