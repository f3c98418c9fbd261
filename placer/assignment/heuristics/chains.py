"""
Chains of an annealing: an assignment each, in arrays, and the moves that they make.

A chain draws an item, prices all sites that it may go to and all items that it may change places with, and takes one of
these moves with a probability by its cost and the temperature, as in heat-bath sampling (Creutz, Physical Review D 21,
1980), drawn by the smallest of exponential numbers. So no draw is lost, and the moves of all chains are priced in a few
operations on arrays ``[chains, sites]``. From time to time it draws a site in the same way, all of whose items change
places with all of another: where items fill the sites, bundles would hardly move one by one. Items that overload a site
have a price. Moves of whole sites and prices are own.
"""

from __future__ import annotations

import numpy as np

from placer.assignment import IntArray
from placer.assignment.heuristics.chain_costs import ChainFlow, ChainLoad, ChainRoom, FloatArray, by_site
from placer.assignment.structure.term_index import TermIndex

CHAINS, MOST_CHAINS, WIDTH = 24, 96, 49_152
"""
Chains at least and at most, and how many times the items and sites of a Problem all of them have.

Chosen by trial on the rows of benchmarks/speed: more are slower for each, fewer find less. Measured: 24 chains of 16
items on 16 sites take 0.4 ms for a step, 96 take 0.6 ms.
"""
WHOLE = 8
"""Steps from one exchange of whole sites to the next. Chosen by trial: 4 and 16 find as much."""
HOT, COLD = 1.0, 100
"""
The first temperature, in mean differences of what an item pays on two sites, and that divided by the last.

Chosen by trial on the rows of benchmarks/speed.
"""
SPREAD = 0.2
"""The first temperature of the coldest chain, as a part of the hottest's."""
DRAWN = 32
"""Moves for which numbers are drawn at a time. Chosen, not tuned."""
TINY = 1e-30
"""The smallest number whose logarithm is taken."""
NEVER = 1e30
"""Cost of a move that is not allowed."""


class Chains:
    """
    The chains: an assignment each, and what it leaves free on each site.

    Attributes
    ----------
    count
        Number of chains.
    least, best
        The least cost of an assignment that keeps every rule, and that one.
    """

    def __init__(self, index: TermIndex, tier: int, start: IntArray, random: np.random.Generator) -> None:
        self._index, self._tier, self._random = index, tier, random
        n, self._m = index.problem.n, index.problem.m
        self.count = min(MOST_CHAINS, max(CHAINS, WIDTH // (n * self._m)))
        self._flow, self._steps = ChainFlow(index.flows[0]), 0
        self._linear = np.where(index.problem.allowed, index.linear[tier], NEVER).astype(float)
        self._chains, self._items = np.arange(self.count), np.arange(n)
        self._warmth = SPREAD ** np.linspace(0, 1, self.count)[:, None]
        self._site = np.repeat(start[None, :], self.count, axis=0)
        self._draws: list[FloatArray] = []
        self.best, self.least = start, self._evaluated(start)
        paid = np.where(index.problem.allowed, self._linear + self._flow.paid(start), np.nan)
        apart = np.abs(paid - np.nanmean(paid, axis=1, keepdims=True))
        self._hot = HOT * max(1.0, float(np.nanmean(apart)))

    def begin(self, best: IntArray | None) -> None:
        """Begin a round: every other chain from the best assignment; from where all are if there is none."""
        index, site = self._index, self._site
        if best is not None:
            site[1::2] = best
        self._rooms = [ChainRoom(*each, site) for each in zip(index.weight, index.capacity, strict=True)]
        self._loads = [ChainLoad(term, site) for t, term in index.convex_loads if t == self._tier]
        self._cost = index.problem.evaluate(site)[:, self._tier].astype(float)
        self._now = self._flow.all_now(site)

    def offer(self, best: IntArray) -> None:
        """Take a better assignment that keeps every rule."""
        self.best, self.least = best, self._evaluated(best)

    def ends(self, count: int) -> list[IntArray]:
        """Give some of the different assignments at which chains are that keep every rule, the cheapest first."""
        order = np.argsort(self._cost, kind="stable").tolist()
        keeping = filter(self._fits, order)
        return list({self._site[c].tobytes(): self._site[c].copy() for c in keeping}.values())[:count]

    def step(self, part: float) -> None:
        """Make a move of each chain, at the temperature of a part of the round, from 0 to 1."""
        temperature = self._warmth * COLD**-part
        v = self._random.integers(0, len(self._items), self.count)
        a = self._site[self._chains, v]
        self._steps += 1
        if self._steps % WHOLE == 0:
            self._exchange_sites(a, temperature)
        else:
            self._move_item(v, a, temperature)
        self._keep()

    def _move_item(self, v: IntArray, a: IntArray, temperature: FloatArray) -> None:
        m, site, chains = self._m, self._site, self._chains
        row = self._flow.row(v, site) + self._linear[v]
        change = np.concatenate([row - row[chains, a][:, None], self._exchanged(v, a, row)], axis=1)
        for load in self._loads:
            change[:, :m] += load.shifts(v, a)
            change[:, m:] += load.swaps(v, a, site)
        chosen = self._chosen(change, sum(room.moves(v, a, site) for room in self._rooms), temperature)
        swaps = chosen >= m
        w = np.where(swaps, chosen - m, v)
        b = np.where(swaps, site[chains, w], chosen)
        self._move(chains, v, a, b)
        if swaps.any():
            self._move(chains[swaps], w[swaps], b[swaps], a[swaps])

    def _exchange_sites(self, a: IntArray, temperature: FloatArray) -> None:
        """Exchange all items on site a with all on another; those on a site without any go there."""
        site, linear = self._site, self._linear
        on_a = (site == a[:, None]).astype(float)
        here = linear[self._items, site]
        change = self._flow.whole(a, site, self._now)
        change += on_a @ linear - (on_a * here).sum(axis=1, keepdims=True)
        change += by_site(linear[self._items, a[:, None]] - here, site, self._m)
        change[self._chains, a] = 0.0
        for load in self._loads:
            change += load.whole(a, site)
        b = self._chosen(change, sum(room.whole(a) for room in self._rooms), temperature)
        there = site == b[:, None]
        self._site = site = np.where(on_a > 0, b[:, None], np.where(there, a[:, None], site))
        self._now = self._flow.all_now(site)
        for room in self._rooms:
            room.hold(site)
        for load in self._loads:
            load.hold(site)

    def _chosen(self, change: FloatArray, overload: FloatArray | int, temperature: FloatArray) -> IntArray:
        """Choose a move of each chain, ``[chains]``, and add what it costs."""
        drawn = self._drawn()[:, : change.shape[1]] * temperature
        chosen: IntArray = (change + self._hot * (overload + drawn)).argmin(axis=1)
        self._cost += change[self._chains, chosen]
        return chosen

    def _drawn(self) -> FloatArray:
        """Draw logarithms of exponential numbers, ``[chains, m + n]``, for many moves at a time."""
        if not self._draws:
            shape = (DRAWN, self.count, self._m + len(self._items))
            drawn = self._random.standard_exponential(shape, dtype=np.float32)
            self._draws = list(np.log(np.maximum(drawn, TINY)))
        return np.asarray(self._draws.pop(), dtype=np.float64)

    def _exchanged(self, v: IntArray, a: IntArray, row: FloatArray) -> FloatArray:
        """Price the exchange of item v, on site a, with every item, ``[chains, n]``, but for loads."""
        site, linear = self._site, self._linear
        there = np.take_along_axis(row, site, axis=1) - row[self._chains, a][:, None]
        back = self._flow.there(a, site) + linear[self._items, a[:, None]] - self._now - linear[self._items, site]
        return np.where(self._items == v[:, None], 0.0, there + back + self._flow.exchanged(v, a, site))

    def _move(self, chains: IntArray, v: IntArray, a: IntArray, b: IntArray) -> None:
        """Move item v of some chains from site a to site b."""
        site = self._site
        self._now[chains] += self._flow.moved(v, a, b, site[chains])
        site[chains, v] = b
        self._now[chains, v] = self._flow.now(v, b, site[chains])
        for room in self._rooms:
            room.move(chains, v, a, b)
        for load in self._loads:
            load.move(chains, v, a, b)

    def _keep(self) -> None:
        """Keep the best assignment that overloads no site."""
        for c in np.flatnonzero(self._cost < self.least).tolist():
            one = self._site[c].copy()
            if self._fits(c) and self._evaluated(one) < self.least:
                self.offer(one)

    def _fits(self, chain: int) -> bool:
        return all((room.free[chain] >= 0).all() for room in self._rooms)

    def _evaluated(self, site_of: IntArray) -> int:
        return int(self._index.problem.evaluate(site_of[None, :])[0, self._tier])
