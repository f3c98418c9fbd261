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
from placer.lowering.moves import ABSENT, MOVING, STAYING, Mover
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
    guests = _Guests(ends, best)
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
    """The guests that may move to one pnode, each with its selector."""

    def __init__(self, ends: EndProblem, home: IntArray) -> None:
        self._m, self._home = len(ends.running.instance.host.pnodes), home
        first = ends.problem.n - len(ends.moved_items)
        self._all = [(mover, first + i) for i, mover in enumerate(ends.moved_items) if len(mover.later) == 1]

    def neighbours(self, site_of: IntArray) -> Iterator[IntArray]:
        """Give each assignment with one guest elsewhere, two exchanged, or one elsewhere and a mover back home."""
        moved = [guest for guest in self._all if site_of[guest[1]] == self._m + MOVING]
        back = [self._stay(site_of, *guest) for guest in moved]
        yield from back
        for start in (site_of, *back):
            for mover, selector in self._all:
                here = start[mover.later[0]]
                yield from (self._go(start, mover, selector, p) for p in range(self._m) if here != p)
        whole = [guest for guest in self._all if not guest[0].changes]
        for i, one in enumerate(whole):
            for other in whole[:i]:
                p, q = int(site_of[one[0].now[0]]), int(site_of[other[0].now[0]])
                if p != q:
                    yield self._go(self._go(site_of, *one, q), *other, p)

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
