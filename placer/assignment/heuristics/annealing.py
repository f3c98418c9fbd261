"""
Annealing of many chains in arrays, for the flows and loads of one tier.

Simulated annealing (Kirkpatrick, Gelatt and Vecchi, Science 220, 1983) with moves drawn as in heat-bath sampling: each
chain draws an item, prices all sites that it may go to and all items that it may change places with, and takes one of
these moves with a probability by its cost and the temperature (Creutz, Physical Review D 21, 1980), drawn by the
smallest of exponential numbers. So no draw is lost, and the moves of all chains are priced in a few operations on
arrays ``[chains, sites]``. Rounds get longer, and chains of each start from the best assignment or where they are, at
temperatures of their own. Items that overload a site have a price. The rounds and prices are own.
"""

from __future__ import annotations

import numpy as np

from placer.assignment import ConvexLoad, IntArray
from placer.assignment.context import SearchContext
from placer.assignment.heuristics.chain_costs import ChainFlow, ChainLoad, FloatArray
from placer.assignment.structure.term_index import TermIndex

CHAINS = 24
"""Chains. Chosen by trial on the rows of benchmarks/speed: more are slower for each, fewer find less."""
CELLS = 16_384
"""Items times sites up to which it is used. Chosen, not tuned."""
PROVABLE = 200
"""
Allowed pairs of an item and a site up to which CP-SAT may prove a lone group, which is annealed only for a moment.

Measured on 32 items and 64 sites: in 5 s annealing finds what CP-SAT finds in 40, and neither proves it.
"""
FIRST_ROUND, LONGER = 400, 2
"""Moves of the first round, and the factor from one to the next. Chosen, not tuned."""
LAST_ROUND = 200
"""Moves below which no round is begun. Chosen, not tuned."""
HOT, COLD = 1.0, 100
"""
The first temperature, in mean differences of what an item pays on two sites, and that divided by the last.

Chosen by trial on the rows of benchmarks/speed.
"""
SPREAD = 0.2
"""The first temperature of the coldest chain, as a part of the hottest's."""
OVERLOADED, OVERLOAD = 1.5, 5.0
"""
Price of a site that is overloaded, and of an overload by the mean weight of an item, in first temperatures.

Chosen by trial. Without the first a small overload would cost nothing.
"""
DRAWN = 32
"""Moves for which numbers are drawn at a time. Chosen, not tuned."""
TINY = 1e-30
"""The smallest number whose logarithm is taken."""
NEVER = 1e30
"""Cost of a move that is not allowed."""


def annealed_tier(index: TermIndex) -> int | None:
    """Give the tier whose flows can be annealed, the highest with a cost; None where a rule or term stands against."""
    problem = index.problem
    if problem.n * problem.m > CELLS or problem.all_conflicts or problem.slot_matching is not None:
        return None
    tiers = {flow.tier for flow in index.flows}
    if len(tiers) != 1 or len(index.flows) != 1:
        return None
    (tier,) = tiers
    above = any(t < tier for t, _ in index.terms) or index.linear[:tier].any()
    here = all(isinstance(term, ConvexLoad) for t, term in index.terms if t == tier)
    return tier if here and not above else None


def anneal(
    index: TermIndex,
    context: SearchContext,
    start: IntArray,
    *,
    time_limit_s: float,
    rounds: int,
    first: int = FIRST_ROUND,
    bounds: tuple[int, ...] | None = None,
) -> IntArray:
    """
    Search for an assignment that costs less in the tier of :func:`annealed_tier`.

    Parameters
    ----------
    start
        ``[n]``, an assignment that keeps every rule.
    rounds, first
        Rounds at most, and the moves of the first of them.
    bounds
        ``[tiers]``, lower bounds: that of the tier ends the search.

    Returns
    -------
    array ``[n]``
        The best assignment that keeps every rule, by all tiers; ``start`` if none is better.
    """
    tier = annealed_tier(index)
    assert tier is not None
    bound = 0 if bounds is None else bounds[tier]
    chains = _Chains(index, tier, start, np.random.default_rng(context.seed))
    problem, best = index.problem, start
    costs = tuple(problem.evaluate(start[None, :])[0].tolist())
    until = context.elapsed_s() + min(time_limit_s, context.left_s())
    moves, length, each_s = 0, first, 0.0
    for _ in range(rounds):
        began = context.elapsed_s()
        if each_s:
            length = min(length, int((until - began) / each_s))
        if length < LAST_ROUND or costs[tier] <= bound:
            break
        chains.begin(best)
        for i in range(length):
            if context.elapsed_s() > until or context.left_s() <= 0 or context.stop.is_set():
                break
            moves += 1
            chains.step(i / length)
            if chains.least < costs[tier]:
                best = chains.best
                costs = tuple(problem.evaluate(best[None, :])[0].tolist())
                context.keep(problem, best)
                context.tell("local search", costs=costs)
        each_s = (context.elapsed_s() - began) / length
        length *= LONGER
    context.log(f"annealing: {moves} moves of {CHAINS} chains, costs {costs}")
    return best


class _Chains:
    """
    The chains: an assignment each, and what it leaves free on each site.

    Attributes
    ----------
    least, best
        The least cost of an assignment that keeps every rule, and that one.
    """

    def __init__(self, index: TermIndex, tier: int, start: IntArray, random: np.random.Generator) -> None:
        self._index, self._tier, self._random = index, tier, random
        self._m = index.problem.m
        self._flow = ChainFlow(index.flows[0])
        self._linear = np.where(index.problem.allowed, index.linear[tier], NEVER).astype(float)
        self._mean = np.maximum(index.weight.mean(axis=1), 1.0)
        self._chains, self._items = np.arange(CHAINS), np.arange(index.problem.n)
        self._warmth = SPREAD ** np.linspace(0, 1, CHAINS)[:, None]
        self._site = np.repeat(start[None, :], CHAINS, axis=0)
        self._draws: list[FloatArray] = []
        self.best, self.least = start, self._evaluated(start)
        paid = np.where(index.problem.allowed, self._linear + self._flow.paid(start), np.nan)
        apart = np.abs(paid - np.nanmean(paid, axis=1, keepdims=True))
        self._hot = HOT * max(1.0, float(np.nanmean(apart)))

    def begin(self, best: IntArray) -> None:
        """Begin a round: every other chain from the best assignment."""
        index, site = self._index, self._site
        site[1::2] = best
        self._free = np.repeat(index.capacity[None], CHAINS, axis=0)
        for r, weight in enumerate(index.weight):
            np.subtract.at(self._free[:, r], (self._chains[:, None], site), weight[None, :])
        self._loads = [ChainLoad(term, site) for t, term in index.convex_loads if t == self._tier]
        self._cost = index.problem.evaluate(site)[:, self._tier].astype(float)
        self._now = np.array([self._flow.paid(one)[self._items, one] for one in site])

    def step(self, part: float) -> None:
        """Make a move of each chain, at the temperature of a part of the round, from 0 to 1."""
        m, site, chains = self._m, self._site, self._chains
        v = self._random.integers(0, len(self._items), CHAINS)
        a = site[chains, v]
        row = self._flow.row(v, site) + self._linear[v]
        change = np.concatenate([row - row[chains, a][:, None], self._exchanged(v, a, row)], axis=1)
        for load in self._loads:
            change[:, :m] += load.shifts(v, a)
            change[:, m:] += load.swaps(v, a, site)
        drawn = self._drawn(change.shape) * (self._warmth * COLD**-part)
        chosen = (change + self._hot * (self._overload(v, a) + drawn)).argmin(axis=1)
        self._cost += change[chains, chosen]
        swaps = chosen >= m
        w = np.where(swaps, chosen - m, v)
        b = np.where(swaps, site[chains, w], chosen)
        self._move(chains, v, a, b)
        if swaps.any():
            self._move(chains[swaps], w[swaps], b[swaps], a[swaps])
        self._keep()

    def _drawn(self, shape: tuple[int, ...]) -> FloatArray:
        """Draw logarithms of exponential numbers, for many moves at a time."""
        if not self._draws:
            drawn = self._random.standard_exponential((DRAWN, *shape), dtype=np.float32)
            self._draws = list(np.log(np.maximum(drawn, TINY)))
        return np.asarray(self._draws.pop(), dtype=np.float64)

    def _exchanged(self, v: IntArray, a: IntArray, row: FloatArray) -> FloatArray:
        """Price the exchange of item v, on site a, with every item, ``[chains, n]``, but for loads."""
        site, linear = self._site, self._linear
        there = np.take_along_axis(row, site, axis=1) - row[self._chains, a][:, None]
        back = self._flow.there(a, site) + linear[self._items, a[:, None]] - self._now - linear[self._items, site]
        return np.where(self._items == v[:, None], 0.0, there + back + self._flow.exchanged(v, a, site))

    def _overload(self, v: IntArray, a: IntArray) -> FloatArray:
        """Price the overload that each move makes or mends, ``[chains, m + n]``, in first temperatures."""
        site, m = self._site, self._m
        price = np.zeros((CHAINS, m + len(self._items)))
        for r, weight in enumerate(self._index.weight):
            free, mean, mine = self._free[:, r], self._mean[r], weight[v][:, None]
            here, there = free[self._chains, a][:, None], np.take_along_axis(free, site, axis=1)
            leaves = _price(here + mine, mean) - _price(here, mean)
            shifted = _price(free - mine, mean) - _price(free, mean) + leaves
            price[:, :m] += np.where(np.arange(m) == a[:, None], 0.0, shifted)
            more = weight[None, :] - mine
            swapped = _price(here - more, mean) - _price(here, mean) + _price(there + more, mean) - _price(there, mean)
            price[:, m:] += np.where(site == a[:, None], 0.0, swapped)
        return price

    def _move(self, chains: IntArray, v: IntArray, a: IntArray, b: IntArray) -> None:
        """Move item v of some chains from site a to site b."""
        site = self._site
        self._now[chains] += self._flow.moved(v, a, b, site[chains])
        site[chains, v] = b
        self._now[chains, v] = self._flow.now(v, b, site[chains])
        for r, weight in enumerate(self._index.weight):
            self._free[chains, r, a] += weight[v]
            self._free[chains, r, b] -= weight[v]
        for load in self._loads:
            load.move(chains, v, a, b)

    def _keep(self) -> None:
        """Keep the best assignment that overloads no site."""
        better = np.flatnonzero(self._cost < self.least)
        for c in better[(self._free[better] >= 0).all(axis=(1, 2))].tolist():
            one = self._site[c].copy()
            if self._evaluated(one) < self.least:
                self.least, self.best = self._evaluated(one), one

    def _evaluated(self, site_of: IntArray) -> int:
        return int(self._index.problem.evaluate(site_of[None, :])[0, self._tier])


def _price(free: IntArray, mean: float) -> FloatArray:
    """Price what is left of a capacity: nothing unless it is exceeded."""
    return np.asarray(np.where(free < 0, OVERLOADED - OVERLOAD / mean * free, 0.0))
