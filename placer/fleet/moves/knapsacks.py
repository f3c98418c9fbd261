"""
The best filling of each pnode at given prices, for many pnodes at once, by dynamic programming in arrays.

Some items are taken as often as they are there now, others any number of times.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from placer.fleet.bound.tables import LEAST_PRICE, Floats, Ints


@dataclass(frozen=True)
class Layer:
    """
    One step of the tables.

    Parameters
    ----------
    item
        Position of the item.
    rows
        The pnodes that it concerns.
    load
        Vcpus and memory of the item, in steps.
    before
        The values of these pnodes before the step.
    often
        Whether the item may be taken any number of times in this step; otherwise once.
    kept
        Whether it is one that is there now.
    """

    item: int
    rows: Ints
    load: tuple[int, int]
    before: Floats
    often: bool
    kept: bool


class Knapsacks:
    """
    Tables of the best values, one for each pnode.

    Parameters
    ----------
    pnodes, vcpus, memory
        The number of pnodes, and the largest capacity, in steps.

    Attributes
    ----------
    value
        Array ``[pnodes, vcpus + 1, memory + 1]``: the most that what fits is worth.
    """

    def __init__(self, pnodes: int, vcpus: int, memory: int) -> None:
        self.value = np.zeros((pnodes, vcpus + 1, memory + 1))
        self.layers: list[Layer] = []

    def keep(self, item: int, load: tuple[int, int], worth: float, counts: Ints) -> None:
        """
        Offer what is there now.

        Parameters
        ----------
        counts
            For each pnode how often the item is there.
        """
        c, m = load
        if worth <= LEAST_PRICE or c >= self.value.shape[1] or m >= self.value.shape[2]:
            return
        for n in range(1, int(counts.max(initial=0)) + 1):
            rows = np.flatnonzero(counts >= n)
            before = self.value[rows]
            after = before.copy()
            height, width = before.shape[1] - c, before.shape[2] - m
            np.maximum(after[:, c:, m:], before[:, :height, :width] + worth, out=after[:, c:, m:])
            self.value[rows] = after
            self.layers.append(Layer(item, rows, load, before, often=False, kept=True))

    def offer(self, item: int, load: tuple[int, int], worth: float, rows: Ints) -> None:
        """
        Offer an item any number of times.

        Parameters
        ----------
        rows
            The pnodes that may hold it.
        """
        c, m = load
        fits = c < self.value.shape[1] and m < self.value.shape[2] and (c or m)
        if worth <= LEAST_PRICE or not len(rows) or not fits:
            return
        before = self.value[rows]
        after = before.copy()
        if c:
            width = before.shape[2] - m
            for begin in range(c, before.shape[1], c):
                end = min(begin + c, before.shape[1])
                block = after[:, begin:end, m:]
                np.maximum(block, after[:, begin - c : end - c, :width] + worth, out=block)
        else:
            for begin in range(m, before.shape[2], m):
                end = min(begin + m, before.shape[2])
                block = after[:, :, begin:end]
                np.maximum(block, after[:, :, begin - m : end - m] + worth, out=block)
        self.value[rows] = after
        self.layers.append(Layer(item, rows, load, before, often=True, kept=False))

    def filling(self, pnode: int, vcpus: int, memory: int) -> dict[tuple[int, bool], int]:
        """
        Give the best filling of a pnode of so much.

        Returns
        -------
        dict
            Item and whether it is one that is there now -> how often.
        """
        counts: dict[tuple[int, bool], int] = {}
        c, m = vcpus, memory
        now = self.value[pnode]
        for layer in reversed(self.layers):
            at = int(np.searchsorted(layer.rows, pnode))
            if at == len(layer.rows) or layer.rows[at] != pnode:
                continue
            before, taken = layer.before[at], 0
            while now[c, m] > before[c, m] and (layer.often or not taken):
                c, m, taken = c - layer.load[0], m - layer.load[1], taken + 1
                if not layer.often:
                    break
            if taken:
                counts[layer.item, layer.kept] = counts.get((layer.item, layer.kept), 0) + taken
            now = before
        return counts
