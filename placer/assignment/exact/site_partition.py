"""
Partitions of the items into sets on sites, by the columns that a better assignment can have.

Of an assignment that costs less than the best known one, no set has a reduced cost above what is missing to that cost:
sets above are left out (Baldacci, Christofides and Mingozzi, Mathematical Programming 115, 2008). Those left are few.
A depth-first search puts them together, each time by the item that the fewest of them hold, and every partition that it
finds is tried in all arrangements of its sets on sites of their kinds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import chain, pairwise, permutations, product

import numpy as np

from placer.assignment import IntArray
from placer.assignment.bounds.clustering import FINE
from placer.assignment.bounds.levels import levels_apply
from placer.assignment.bounds.rank_one import rank_one_form
from placer.assignment.bounds.site_sets import NEVER, SiteProgram, SiteSets, site_sets
from placer.assignment.context import SearchContext
from placer.assignment.heuristics.annealing import annealed_tier
from placer.assignment.structure.term_index import TermIndex

SHARE = 0.5
"""Part of the time left that it may take. Chosen: it takes half a second, and the level bound is next."""
COLUMNS = 10_000
"""Columns at most that are put together. Chosen, not tuned."""
NODES = 20_000
"""Partial partitions at most: a second or so. Chosen, not tuned."""
ARRANGEMENTS = 40_320
"""Arrangements of sets on sites at most: those of eight sites."""


def with_site_sets(
    index: TermIndex, site_of: IntArray, bounds: tuple[int, ...], context: SearchContext
) -> tuple[IntArray, tuple[int, ...]]:
    """
    Give a better assignment of a lone group, if one is found, and raise the bounds of tiers with a flow.

    Parameters
    ----------
    site_of, bounds
        ``[n]``, the best known assignment, and ``[tiers]``.
    """
    timed, raised = context.deterministic_limit is None, list(bounds)
    until_s = context.elapsed_s() + SHARE * context.left_s()

    def left_s() -> float:
        return until_s - context.elapsed_s() if timed else math.inf

    for t in sorted({flow.tier for flow in index.flows}) if len(index.problem.groups) == 1 else ():
        costs = _costs(index, site_of)
        if costs[t] <= raised[t] or not levels_apply(index, t) or rank_one_form(index, t) is not None:
            continue
        bound, found = solve_by_site_sets(index, t, site_of, lambda: context.left_s() > 0 and left_s() > 0, left_s)
        raised[t] = max(raised[t], bound)
        if _costs(index, found) < costs:
            site_of = found
            context.keep(index.problem, site_of)
        context.log(f"sets of items on sites, tier {t + 1}: costs {_costs(index, site_of)}, bound {bound}")
        context.prove(index.problem, tuple(raised))
    return site_of, tuple(raised)


def _costs(index: TermIndex, site_of: IntArray) -> tuple[int, ...]:
    return tuple(index.problem.evaluate(site_of[None, :])[0].tolist())


def solve_by_site_sets(
    index: TermIndex, tier: int, site_of: IntArray, going: Callable[[], bool], left_s: Callable[[], float]
) -> tuple[int, IntArray]:
    """
    Bound a tier where :func:`~placer.assignment.bounds.levels.levels_apply`, and look for a better assignment.

    Parameters
    ----------
    site_of
        ``[n]``, the best known assignment.
    going, left_s
        Whether there is time left, and how many seconds.

    Returns
    -------
    bound : int
        0 where the sets are too many.
    array ``[n]``
        The best assignment found; ``site_of`` if none is better.
    """
    sets = site_sets(index, tier, going, left_s)
    if sets is None:
        return 0, site_of
    program, cost = SiteProgram(sets), _costs(index, site_of)[tier]
    bound = program.solve(going)
    few = math.prod(map(math.factorial, sets.count.tolist())) <= ARRANGEMENTS
    if bound >= cost or not few or annealed_tier(index) != tier:
        return min(bound, cost), site_of
    search = _Search(index, tier, sets, program, site_of)
    complete = search.run(going)
    return (search.cost if complete else bound), search.site_of


class _Search:
    """The depth-first search, with the best assignment so far."""

    def __init__(self, index: TermIndex, tier: int, sets: SiteSets, program: SiteProgram, site_of: IntArray) -> None:
        self._index, self._tier, self._sets = index, tier, sets
        self.site_of, self.cost = site_of, self._evaluate(site_of)
        # a site that holds nothing misses the least reduced cost of its kind as well
        self._known, self._empty = program.bound, -program.least
        above = program.reduced(program.price) - program.least[:, None]
        kinds, columns = np.nonzero((above < self._missing) & (sets.cost < NEVER) & (sets.number > 0))
        order = np.argsort(above[kinds, columns], kind="stable")
        self._kind, self._number = kinds[order], sets.number[columns[order]]
        self._above = above[kinds, columns][order]
        self._holds = (self._number[:, None] >> np.arange(sets.items) & 1).astype(bool)
        self._nodes = 0

    def _evaluate(self, site_of: IntArray) -> int:
        return _costs(self._index, site_of)[self._tier]

    @property
    def _missing(self) -> int:
        """Reduced costs above the bound, in parts of a unit, that a better assignment stays below."""
        return (self.cost - self._sets.base) * FINE - self._known

    def run(self, going: Callable[[], bool]) -> bool:
        """Look for better assignments; False if there are too many columns or partial partitions, or no time."""
        if len(self._number) > COLUMNS:
            return False
        self._going = going
        self._kinds = np.argsort(np.where(self._sets.kind_of < 0, len(self._empty), self._sets.kind_of), kind="stable")
        self._arrange()
        return self._extend(np.arange(len(self._number)), [])

    def _extend(self, columns: IntArray, chosen: list[int]) -> bool:
        """Add a column to those chosen, from those that still fit, by the item that the fewest of them hold."""
        self._nodes += 1
        if self._nodes > NODES or not self._going():
            return False
        free = ~self._holds[chosen].any(axis=0)
        if not free.any():
            return self._try(chosen)
        number = np.where(free, self._holds[columns].sum(axis=0), len(self._number))
        for column in columns[self._holds[columns, number.argmin()]].tolist():
            now = [*chosen, column]
            left = self._sets.count - np.bincount(self._kind[now], minlength=len(self._empty))
            most = self._missing - int(self._above[now].sum())
            if most <= 0:
                break
            rest = columns[self._number[columns] & self._number[column] == 0]
            rest = rest[(self._above[rest] < most) & (left[self._kind[rest]] > 0)]
            if not self._extend(rest, now):
                return False
        return True

    def _arrange(self) -> None:
        """List the sites of all slots in all arrangements, and the distances between each two slots."""
        counts = self._sets.count.tolist()
        ends = np.cumsum([0, *counts]).tolist()
        of_kind = [self._kinds[a:b].tolist() for a, b in pairwise(ends)]
        self._starts = ends
        self._arrangements = np.array(
            [list(chain.from_iterable(parts)) for parts in product(*map(permutations, of_kind))]
        )
        distance = self._index.flows[0].distance
        self._distance = distance[self._arrangements[:, :, None], self._arrangements[:, None, :]]

    def _try(self, chosen: list[int]) -> bool:
        """Arrange the sets of a partition at the least cost; False if it breaks a rule that was not looked at."""
        left = self._sets.count - np.bincount(self._kind[chosen], minlength=len(self._empty))
        if int(self._above[chosen].sum()) + int(left @ self._empty) >= self._missing:
            return True
        slots, used = len(self._arrangements[0]), list(self._starts)
        slot_of = np.empty(self._sets.items, dtype=np.int64)
        for column in chosen:
            slot_of[self._holds[column]] = used[self._kind[column]]
            used[self._kind[column]] += 1
        member = (slot_of[:, None] == np.arange(slots)).astype(np.int64)
        between = member.T @ self._index.flows[0].flow @ member
        site_of = self._arrangements[np.tensordot(self._distance, between, 2).argmin()][slot_of]
        if not self._index.problem.feasible(site_of[None, :])[0]:
            return False
        cost = self._evaluate(site_of)
        if cost < self.cost:
            self.cost, self.site_of = cost, site_of
        return True
