"""
Annealing of many chains in arrays, for the flows and loads of one tier.

Simulated annealing (Kirkpatrick, Gelatt and Vecchi, Science 220, 1983) in rounds; chains of each start from the best
assignment or where they are, at temperatures of their own (:mod:`placer.assignment.heuristics.chains`). Small Problems
have short rounds, and steepest descent goes on from their ends (:mod:`placer.assignment.heuristics.polishing`); for
others rounds get longer. The rounds are own.
"""

from __future__ import annotations

import numpy as np

from placer.assignment import ConvexLoad, IntArray
from placer.assignment.context import SearchContext
from placer.assignment.heuristics import polishing
from placer.assignment.heuristics.chains import Chains
from placer.assignment.structure.term_index import TermIndex

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
"""Moves below which no round is begun, or a quarter of a short one. Chosen, not tuned."""
SHORTER, SHORT_ROUND, POLISHED = 4, 150, 12
"""
Of rounds that end with a descent: how many replace one, their moves, and the ends of chains from which it starts.

Measured on 16 items and 16 sites of Phytium, five guests and three seeds: all best known costs are found in 0.1 to
0.6 s; with rounds of 250 moves it takes up to 1.3 s, and longer rounds without descents find 12 of 15 in 1 s.
"""
IDLE = 3
"""Such rounds without gain after which chains start anew. Chosen by trial: 2 and 5 find as much."""


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
        Rounds at most, and the moves of the first of them; a small Problem has :data:`SHORTER` short ones for each.
    bounds
        ``[tiers]``, lower bounds: that of the tier ends the search.

    Returns
    -------
    array ``[n]``
        The best assignment that keeps every rule, by all tiers; ``start`` if none is better.
    """
    search = _Search(index, context, start, time_limit_s=time_limit_s, bounds=bounds)
    short = index.problem.n * index.problem.m <= polishing.CELLS
    rounds, length = (SHORTER * rounds, SHORT_ROUND) if short else (rounds, first)
    if short:
        search.polish([start])
    for _ in range(rounds):
        length = search.round(length)
        if not length:
            break
        if short:
            search.polish(search.chains.ends(POLISHED))
        else:
            length *= LONGER
    context.log(f"annealing: {search.moves} moves of {search.chains.count} chains, costs {search.costs}")
    return search.best


class _Search:
    """
    An annealing: its chains, its time, and the best assignment so far.

    Chains go home to the best assignment since they last started anew, or stay where they are if there is none.

    Attributes
    ----------
    best, costs
        The best assignment, and what it costs.
    moves
        Moves of each chain so far.
    """

    def __init__(
        self,
        index: TermIndex,
        context: SearchContext,
        start: IntArray,
        *,
        time_limit_s: float,
        bounds: tuple[int, ...] | None,
    ) -> None:
        tier = annealed_tier(index)
        assert tier is not None
        self._index, self._context, self._tier = index, context, tier
        self.chains = Chains(index, tier, start, np.random.default_rng(context.seed))
        self._bound = 0 if bounds is None else bounds[tier]
        self._until = context.elapsed_s() + min(time_limit_s, context.left_s())
        self.moves, self._each_s, self._idle = 0, 0.0, 0
        self.best, self.costs = start, self._costs(start)
        self._home: IntArray | None = start

    def round(self, length: int) -> int:
        """Anneal for some moves, fewer where time is short; give how many, 0 for an end."""
        began = self._context.elapsed_s()
        if self._each_s:
            possible = int((self._until - began) / self._each_s)
            length = min(length, possible) if possible >= min(length // 4, LAST_ROUND) else 0
        if not length or not self._going():
            return 0
        self.chains.begin(self._home)
        for i in range(length):
            if not self._going():
                break
            self.moves += 1
            self.chains.step(i / length)
            if self.chains.least < self.costs[self._tier]:
                self._take(self.chains.best)
        self._each_s = (self._context.elapsed_s() - began) / length
        return length

    def polish(self, starts: list[IntArray]) -> None:
        """Descend from assignments that keep every rule; after some rounds without gain let the chains start anew."""
        known = [] if self._home is None else [self._home]
        if not (known or starts):
            return
        found = polishing.polished(self._index, self._tier, [*known, *starts], self._going)
        if not known or self._costs(found)[self._tier] < self._costs(known[0])[self._tier]:
            self._home, self._idle = found, 0
            self.chains.offer(found)
            if self._costs(found)[self._tier] < self.costs[self._tier]:
                self._take(found)
        else:
            self._idle += 1
        if self._idle >= IDLE:
            self._home, self._idle = None, 0

    def _going(self) -> bool:
        """Tell whether time is left, and anything to gain."""
        in_time = self._context.elapsed_s() <= self._until and self._context.left_s() > 0
        return in_time and not self._context.stop.is_set() and self.costs[self._tier] > self._bound

    def _take(self, best: IntArray) -> None:
        self.best, self.costs, self._home = best, self._costs(best), best
        self._context.keep(self._index.problem, best)
        self._context.tell("local search", costs=self.costs)

    def _costs(self, site_of: IntArray) -> tuple[int, ...]:
        return tuple(self._index.problem.evaluate(site_of[None, :])[0].tolist())
