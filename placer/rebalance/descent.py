"""
A first end state by steepest descent: single moves, exchanges, and one move in the place of another.

The tabu search of the assignment problem shifts one item at a time, and so would have to shift a guest and its selector
at once. Here each neighbour is a whole move.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np

from placer.assignment import IntArray, Problem
from placer.assignment.context import SearchContext
from placer.assignment.heuristics.overload import overload
from placer.lowering.moves import ABSENT, MOVING, STAYING, Mover
from placer.rebalance.end_problem import EndProblem

SHARE, UNTIL_FEASIBLE = 0.15, 0.5
"""
Share of the time for it, and as long as rules are broken. Chosen, not tuned: most descents end sooner, in some tenths
of a second. Without an assignment to start from, CP-SAT begins with whatever moves many guests.
"""
CELLS = 1 << 20
"""
Pairs of items in all the neighbours that are priced at once, between two looks at the clock.

Chosen: 8 MiB for the distances between them, and some hundred neighbours of a host with 30 guests.
"""


def descend(ends: EndProblem, context: SearchContext) -> IntArray | None:
    """
    Improve the known assignment as long as a neighbour is better; rules that it breaks come before all costs.

    It breaks rules where a pnode is to be emptied. Guests to make room for begin on the pnodes with most room.

    Returns
    -------
    array ``[n]``, or None
        A feasible assignment; None where none was found.
    """
    problem = ends.problem
    if problem.hint is None:
        return None
    guests = _Guests(ends)
    best = guests.gated(_with_new_items(problem, problem.hint))
    start, left = context.elapsed_s(), context.left_s()
    while not context.stop.is_set():
        share = SHARE if problem.feasible(best[None, :])[0] else UNTIL_FEASIBLE
        neighbours = (guests.gated(site_of) for site_of in guests.neighbours(best))
        better, broken_off = _steepest(problem, best, neighbours, context, start + share * left)
        if better is not None:
            best = better
        if better is None or broken_off:
            break
    return best if problem.feasible(best[None, :])[0] else None


def _steepest(
    problem: Problem, site_of: IntArray, neighbours: Iterator[IntArray], context: SearchContext, until: float
) -> tuple[IntArray | None, bool]:
    """Give the best neighbour, None where none is better, and whether time ended before all were priced."""
    found, chunk = None, max(1, CELLS // max(1, problem.n) ** 2)
    least = [*_excess(problem, site_of[None, :]).tolist(), *problem.evaluate(site_of[None, :])[0].tolist()]
    while some := [*islice(neighbours, chunk)]:
        if context.elapsed_s() >= until:
            return found, True
        tried = np.array(some)
        excess = _excess(problem, tried)
        tried = tried[excess == excess.min()]
        if excess.min() > least[0]:
            continue
        costs = problem.evaluate(tried)
        first = int(np.lexsort(costs.T[::-1])[0])
        if (key := [int(excess.min()), *costs[first].tolist()]) < least:
            found, least = tried[first], key
    return found, False


def _excess(problem: Problem, site_of: IntArray) -> IntArray:
    """Say how far assignments ``[b, n]`` break the rules: an item on a site it may not use counts like all memory."""
    barred = ~problem.allowed[np.arange(problem.n), site_of]
    most = 1 + max((int(resource.weight.sum()) for resource in problem.resources), default=0)
    return np.asarray(overload(problem, site_of) + most * barred.sum(axis=1))


def _with_new_items(problem: Problem, site_of: IntArray) -> IntArray:
    """Put each item without a site on the one with the most room among those that it may use, one after the other."""
    sites, memory = site_of.copy(), problem.resources[0]
    for v in np.flatnonzero(site_of < 0).tolist():
        held = np.bincount(sites[sites >= 0], weights=memory.weight[sites >= 0], minlength=problem.m)
        sites[v] = int(np.where(problem.allowed[v], memory.capacity - held, -np.inf).argmax())
    return sites


class _Guests:
    """The guests that may move, each with its selector, and the items that have no site yet."""

    def __init__(self, ends: EndProblem) -> None:
        assert ends.problem.hint is not None
        self._m, self._home = len(ends.running.instance.host.pnodes), ends.problem.hint
        first = ends.problem.n - len(ends.moved_items)
        self._first_gate, self._gates = first - len(ends.gates), [gate.site for gate in ends.gates]
        self._all = [(mover, first + i) for i, mover in enumerate(ends.moved_items)]
        self._to_one = [guest for guest in self._all if len(guest[0].later) == 1]
        self._several = [guest for guest in self._all if len(guest[0].later) > 1 and not guest[0].changes]
        self._new = [
            (v, np.flatnonzero(ends.problem.allowed[v]).tolist()) for v in np.flatnonzero(self._home < 0).tolist()
        ]

    def gated(self, site_of: IntArray) -> IntArray:
        """Put the item of each gate on its site where something arrives there, else elsewhere."""
        if not self._gates:
            return site_of
        sites, items = site_of.copy(), slice(0, self._first_gate)
        for i, site in enumerate(self._gates):
            comes = ((site_of[items] == site) & (self._home[items] != site)).any()
            sites[self._first_gate + i] = site if comes else self._m + STAYING
        return sites

    def neighbours(self, site_of: IntArray) -> Iterator[IntArray]:
        """
        Give each assignment with one guest elsewhere, two exchanged, or one elsewhere and a mover back home.

        Of a guest with several vnodes one vnode is elsewhere, as of a new guest.
        """
        moved = [guest for guest in self._all if site_of[guest[1]] == self._m + MOVING]
        back = [self._stay(site_of, *guest) for guest in moved]
        yield from back
        for start in (site_of, *back):
            for mover, selector in self._to_one:
                here = start[mover.later[0]]
                yield from (self._go(start, mover, selector, p) for p in range(self._m) if here != p)
        for mover, selector in self._several:
            for v in mover.now.tolist():
                sites = (p for p in range(self._m) if site_of[v] != p)
                yield from (self._shift(site_of, mover, selector, v, p) for p in sites)
        for v, sites_of_new in self._new:
            yield from (_with(site_of, v, p) for p in sites_of_new if site_of[v] != p)
        yield from self._exchanges(site_of)

    def _exchanges(self, site_of: IntArray) -> Iterator[IntArray]:
        whole = [guest for guest in self._to_one if not guest[0].changes]
        for i, one in enumerate(whole):
            for other in whole[:i]:
                p, q = int(site_of[one[0].now[0]]), int(site_of[other[0].now[0]])
                if p != q:
                    yield self._go(self._go(site_of, *one, q), *other, p)

    def _shift(self, site_of: IntArray, mover: Mover, selector: int, v: int, p: int) -> IntArray:
        sites = _with(site_of, v, p)
        at_home = (sites[mover.now] == self._home[mover.now]).all()
        return _with(sites, selector, self._m + (STAYING if at_home else MOVING))

    def _go(self, site_of: IntArray, mover: Mover, selector: int, p: int) -> IntArray:
        if not mover.changes and self._home[mover.now[0]] == p:
            return self._stay(site_of, mover, selector)
        sites = site_of.copy()
        sites[mover.now] = self._m + ABSENT
        sites[mover.later] = p
        sites[selector] = self._m + MOVING
        return sites

    def _stay(self, site_of: IntArray, mover: Mover, selector: int) -> IntArray:
        sites = site_of.copy()
        sites[mover.later] = self._m + ABSENT
        sites[mover.now] = self._home[mover.now]
        sites[selector] = self._m + STAYING
        return sites


def _with(site_of: IntArray, v: int, p: int) -> IntArray:
    sites = site_of.copy()
    sites[v] = p
    return sites
