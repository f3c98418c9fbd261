"""
What becomes of a host at best, at given prices of guests: the pricing of the linear program over choices of hosts.

A guest that comes is worth its price, one that stays its price and what its move would cost. On every pnode the best
filling is found by dynamic programming, for each way in which guests of several pnodes stand on the host.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from placer.fleet.bound.tables import Floats, Ints
from placer.fleet.moves.block import Block, Key
from placer.fleet.moves.knapsacks import Knapsacks

CHUNK = 64
"""Hosts whose tables are filled at once. Chosen: 10 MB of them stay in the cache, and steps are arrays all the same."""
LEAST = 1e-7
"""Least reduced cost that is one. Prices rounded to 1e-4 stopped the generation 1.8 % from its end."""


@dataclass(frozen=True)
class Worth:
    """
    Prices of guests.

    Parameters
    ----------
    price
        Class -> what a guest that comes is worth; of what leaves as much is lost.
    leaving
        Class -> what a move of one costs.
    fits
        What each guest of the wanted shape that fits is worth.
    """

    price: dict[int, float]
    leaving: dict[int, float]
    fits: float = 0.0


@dataclass(frozen=True)
class Priced:
    """
    What may become of a host.

    Parameters
    ----------
    host
        Its position.
    value
        An upper bound of what any filling of it is worth; guests that are there now and leave are taken off.
    counts
        Key -> guests that stand there then.
    parts
        Class -> guests, also parts of them, that come or, below 0, leave; and what leaves.
    leaving
        Class -> what leaves.
    fits
        How many guests of the wanted shape fit beside.
    distance
        The distances of all guests.
    real
        Whether the host can become so.
    """

    host: int
    value: float
    counts: Counter[Key]
    parts: dict[int, float]
    leaving: dict[int, float]
    fits: float
    distance: float
    real: bool


def priced(block: Block, worth: Worth, threshold: Floats) -> Iterator[tuple[int, float, Priced | None]]:
    """
    Price all hosts of a block.

    Parameters
    ----------
    threshold
        For each host the value beyond which its best filling is wanted.

    Yields
    ------
    host, value, filling
    """
    for begin in range(0, len(block.hosts), CHUNK):
        rows = range(begin, min(begin + CHUNK, len(block.hosts)))
        chunk = _Chunk(block, worth, rows)
        values, best = chunk.best()
        for i, row in enumerate(rows):
            value = float(values[i])
            wanted = value > threshold[row] + LEAST
            yield block.hosts[row], value, chunk.filled(i, int(best[i]), value) if wanted else None


class _Chunk:
    def __init__(self, block: Block, worth: Worth, rows: range) -> None:
        self.block, self.worth, self.rows = block, worth, rows
        self.count = len(rows) * block.pnodes
        self.steps = np.array(block.steps, dtype=np.int64)
        room = block.room[rows.start : rows.stop]
        self.capacity = room // self.steps
        most = np.maximum(self.capacity.max(axis=(0, 1)), 0)
        self.tables = Knapsacks(self.count, int(most[0]), int(most[1]))
        self.now = self._now()
        self._fill()

    def _now(self) -> dict[int, Ints]:
        """Give for each item how often it is on each pnode of the chunk now."""
        block = self.block
        found: dict[int, Ints] = {}
        whole = {
            (item.of, ((item.p, item.vcpus, item.kib),)): i for i, item in enumerate(block.items) if item.share == 1
        }
        parts: dict[Key, list[int]] = {}
        for i, item in enumerate(block.items):
            if item.share != 1:
                parts.setdefault((item.of, ((item.p, item.vcpus, item.kib),)), []).append(i)
        for r, row in enumerate(self.rows):
            for (k, takes), n in block.counts[row].items():
                for part in takes:
                    at = whole.get((k, takes)) if len(takes) == 1 else None
                    if at is None and len(takes) > 1:
                        at = next(iter(parts.get((k, (part,)), ())), None)
                    if at is not None:
                        counts = found.setdefault(at, np.zeros(self.count, dtype=np.int64))
                        counts[r * block.pnodes + part[0]] += n
        return found

    def _fill(self) -> None:
        block, worth = self.block, self.worth
        every = np.arange(self.count)
        for i, counts in self.now.items():
            item = block.items[i]
            value = (worth.price[item.of] + worth.leaving[item.of]) * item.share - item.distance
            self.tables.keep(i, self._load(item.vcpus, item.kib), value, counts)
        for i, item in enumerate(block.items):
            value = worth.fits if item.of < 0 else worth.price[item.of] * item.share - item.distance
            if item.comes:
                rows = every[every % block.pnodes == item.p]
                self.tables.offer(i, self._load(item.vcpus, item.kib), value, rows)

    def _load(self, vcpus: int, kib: int) -> tuple[int, int]:
        """Round a load down to steps: for a bound."""
        return vcpus // self.block.steps[0], kib // self.block.steps[1]

    def best(self) -> tuple[Floats, Ints]:
        """Give the value of the best filling of each host, and the option of it."""
        block = self.block
        values = np.stack([self._with_option(o) for o in range(len(block.options))], axis=1)
        best = values.argmax(axis=1)
        lost = np.array([self._lost(row) for row in self.rows])
        return values[np.arange(len(values)), best] - lost, best

    def _with_option(self, o: int) -> Floats:
        block = self.block
        option = block.options[o]
        left = self._left(option.takes)
        ok = (left >= 0).all(axis=(1, 2))
        rows = np.arange(self.count).reshape(-1, block.pnodes)
        inside = np.maximum(left, 0)
        total = self.tables.value[rows, inside[..., 0], inside[..., 1]].sum(axis=1)
        for (key, distance), comes, n in zip(block.wide, block.comes, option.counts, strict=False):
            total = total + self._wide(key, distance, n, comes=comes)
        return np.where(ok, total, -np.inf)

    def _left(self, takes: Ints) -> Ints:
        return (self.block.room[self.rows.start : self.rows.stop] - takes) // self.steps

    def _wide(self, key: Key, distance: float, n: int, *, comes: bool) -> Floats:
        there = np.array([self.block.counts[row].get(key, 0) for row in self.rows])
        price, leaving = self.worth.price[key[0]], self.worth.leaving[key[0]]
        kept, come = np.minimum(n, there), np.maximum(n - there, 0)
        value = kept * (price + leaving - distance) + come * (price - distance)
        return value if comes else np.where(come > 0, -np.inf, value)

    def _lost(self, row: int) -> float:
        """Sum what the guests that are there now are worth."""
        return sum(n * (self.worth.price[k] + self.worth.leaving[k]) for (k, _), n in self.block.counts[row].items())

    def filled(self, i: int, o: int, value: float) -> Priced:
        """Give the best filling of a host."""
        block, row = self.block, self.rows[i]
        option, counts = block.options[o], Counter[Key]()
        parts: dict[int, float] = {}
        leaving: dict[int, float] = {}
        distance = fits = 0.0
        left = self._left(option.takes)[i]
        kept: Counter[Key] = Counter()
        kept_parts: dict[int, float] = {}
        for (key, cost), n in zip(block.wide, option.counts, strict=False):
            counts[key] += n
            distance += cost * n
            parts[key[0]] = parts.get(key[0], 0.0) + n
            kept[key] += min(n, block.counts[row].get(key, 0))
        for p in range(block.pnodes):
            filling = self.tables.filling(i * block.pnodes + p, int(left[p, 0]), int(left[p, 1]))
            for (at, stays), n in filling.items():
                item = block.items[at]
                if item.of < 0:
                    fits += n
                    continue
                distance += item.distance * n
                parts[item.of] = parts.get(item.of, 0.0) + n * item.share
                if item.share == 1:
                    counts[item.of, ((item.p, item.vcpus, item.kib),)] += n
                if stays:
                    kept_parts[item.of] = kept_parts.get(item.of, 0.0) + n * item.share
        for key, n in kept.items():
            kept_parts[key[0]] = kept_parts.get(key[0], 0.0) + n
        for (k, _), n in block.counts[row].items():
            parts[k] = parts.get(k, 0.0) - n
            leaving[k] = leaving.get(k, 0.0) + n
        leaving = {k: n - kept_parts.get(k, 0.0) for k, n in leaving.items()}
        real = block.exact
        if not real and all(item.share == 1 for item in block.items):
            rest = left_on(block, row, counts)
            real = bool((rest >= 0).all())
            fits = float(fitting(block, rest)) if real else fits
        return Priced(block.hosts[row], value, +counts, parts, leaving, fits, distance, real)


def left_on(block: Block, row: int, counts: Counter[Key]) -> Ints:
    """Array ``[pnodes, 2]``: what guests leave of a host."""
    left: Ints = block.room[row].copy()
    for (_, takes), n in counts.items():
        for p, vcpus, kib in takes:
            left[p] -= (n * vcpus, n * kib)
    return left


def fitting(block: Block, left: Ints) -> int:
    """Count the guests of the wanted shape that fit into what is left of a host."""
    total = 0
    for item in block.items:
        if item.of < 0:
            vcpus, kib = left[item.p].tolist()
            each = [have // asks for have, asks in ((vcpus, item.vcpus), (kib, item.kib)) if asks]
            total += max(0, min(each, default=0))
    return total
