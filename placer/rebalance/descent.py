"""
A first end state by steepest descent: single moves, exchanges, and one move in the place of another.

The tabu search of the assignment problem shifts one item at a time, and so would have to shift a guest and its selector
at once. Here each neighbour is a whole move.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from placer.assignment import IntArray
from placer.assignment.context import SearchContext
from placer.lowering.moves import ABSENT, MOVING, STAYING
from placer.rebalance.end_problem import EndProblem

SHARE = 0.15
"""Share of the time for it. Chosen, not tuned: most descents end sooner."""


def descend(ends: EndProblem, context: SearchContext) -> IntArray | None:
    """
    Improve the known assignment as long as a neighbour is better.

    Returns
    -------
    array ``[n]``, or None
        A feasible assignment; None where the known one is not feasible, as where a pnode is emptied.
    """
    problem, best = ends.problem, ends.problem.hint
    if best is None or (best < 0).any() or not problem.feasible(best[None, :])[0]:
        return None
    guests = _Guests(ends)
    until = context.elapsed_s() + SHARE * context.left_s()
    while context.elapsed_s() < until and not context.stop.is_set():
        tried = np.array([*guests.neighbours(best)] or [best])
        costs = problem.evaluate(tried)
        order = np.lexsort(costs.T[::-1])
        now = problem.evaluate(best[None, :])[0].tolist()
        better = [i for i in order.tolist() if costs[i].tolist() < now]
        found = next((i for i in better if problem.feasible(tried[i][None, :])[0]), None)
        if found is None:
            break
        best = tried[found]
    return best


class _Guests:
    """The guests that may move, by the items that they are now and later."""

    def __init__(self, ends: EndProblem) -> None:
        self._m = len(ends.running.instance.host.pnodes)
        starts = np.cumsum([0] + [len(guest.vnodes) for guest in ends.guests])
        items = {g.name: np.arange(a, b) for g, a, b in zip(ends.guests, starts, starts[1:], strict=False)}
        home = ends.problem.hint
        assert home is not None
        self._all = []
        for i, name in enumerate(ends.movers):
            now = items[name]
            later = items[ends.later_of[name].name] if name in ends.later_of else now
            if len(later) == 1:
                self._all.append((now, later, int(starts[-1]) + i, home))

    def neighbours(self, site_of: IntArray) -> Iterator[IntArray]:
        """Give each assignment with one guest elsewhere, two exchanged, or one elsewhere and a mover back home."""
        moved = [guest for guest in self._all if site_of[guest[2]] == self._m + MOVING]
        back = [self._stay(site_of, guest) for guest in moved]
        yield from back
        for start in (site_of, *back):
            for guest in self._all:
                yield from (self._go(start, guest, p) for p in range(self._m) if start[guest[1][0]] != p)
        whole = [guest for guest in self._all if guest[0] is guest[1]]
        for i, one in enumerate(whole):
            for other in whole[:i]:
                p, q = int(site_of[one[1][0]]), int(site_of[other[1][0]])
                if p != q:
                    yield self._go(self._go(site_of, one, q), other, p)

    def _go(self, site_of: IntArray, guest: tuple[IntArray, IntArray, int, IntArray], p: int) -> IntArray:
        now, later, selector, home = guest
        if now is later and home[now[0]] == p:
            return self._stay(site_of, guest)
        sites = site_of.copy()
        sites[now] = self._m + ABSENT
        sites[later] = p
        sites[selector] = self._m + MOVING
        return sites

    def _stay(self, site_of: IntArray, guest: tuple[IntArray, IntArray, int, IntArray]) -> IntArray:
        now, later, selector, home = guest
        sites = site_of.copy()
        sites[later] = self._m + ABSENT
        sites[now] = home[now]
        sites[selector] = self._m + STAYING
        return sites
