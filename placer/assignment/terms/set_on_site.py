"""The number of sets of items that have an item on one site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from placer.assignment.terms.arrays import BoolArray, IntArray, array_faults
from placer.assignment.terms.tally import Tally
from placer.assignment.terms.term import Term, nothing_of


@dataclass(frozen=True, kw_only=True, eq=False)
class SetOnSite(Term):
    """
    The number of sets with at least one item on the site.

    Parameters
    ----------
    sets
        Items of each set, whole groups; no item is in two sets.
    site
        The site that the sets had better stay off.
    """

    name: str
    sets: tuple[IntArray, ...]
    site: int

    def evaluate(self, site_of: IntArray) -> IntArray:
        """Cost of each row of ``site_of [b, n]``."""
        total = np.zeros(len(site_of), dtype=np.int64)
        for items in self.sets:
            total += (site_of[:, items] == self.site).any(axis=1)
        return total

    def lower_bound(self, allowed: BoolArray) -> int:
        """0, as every set may stay off the site."""
        return 0

    def partial_bound(self, rows: IntArray, placed: IntArray, rest: IntArray, allowed: BoolArray) -> IntArray:
        """Count the sets with a placed item on the site, ``[s]``."""
        total = np.zeros(len(rows), dtype=np.int64)
        for items in self.sets:
            total += (rows[:, np.isin(placed, items)] == self.site).any(axis=1)
        return total

    def beside(self, v: int, others: IntArray, site_of: IntArray, m: int) -> IntArray:
        """1 on the site, 0 on the others, ``[m]``."""
        return np.asarray(np.arange(m) == self.site, dtype=np.int64)

    def tallies(self, n: int, m: int) -> tuple[Tally, ...]:
        """Ask for the number of items of each set on the site."""
        place = np.full((n, m), -1, dtype=np.int64)
        for i, items in enumerate(self.sets):
            place[items, self.site] = i
        return (Tally(weight=np.ones(n, dtype=np.int64), place=place, places=len(self.sets)),)

    def added(self, v: int, tallies: tuple[Tally, ...], held: tuple[IntArray, ...]) -> IntArray:
        """1 on the site where item v would be the first of its set there, else 0, ``[s, m]``."""
        (tally,), (there,) = tallies, held
        more = np.zeros((len(there), tally.place.shape[1]), dtype=np.int64)
        i = int(tally.place[v, self.site])
        if i >= 0:
            more[:, self.site] = there[:, i] == 0
        return more

    def shift_delta(self, site_of: IntArray, m: int) -> IntArray:
        """Change in cost of every shift of an item to a site, ``[n, m]``."""
        change = np.zeros((len(site_of), m), dtype=np.int64)
        for items in self.sets:
            there = site_of[items] == self.site
            others = there.sum() - there
            change[items] -= (there & (others == 0))[:, None]
            change[items, self.site] += others == 0
        return change

    def swap_delta(self, site_of: IntArray, v: IntArray, w: IntArray) -> IntArray:
        """Change in the number of sets on the site by each swap of ``v[i]`` and ``w[i]``."""
        on = site_of == self.site
        set_of = np.full(len(site_of), -1)
        there = np.zeros(len(self.sets) + 1, dtype=np.int64)
        for i, items in enumerate(self.sets):
            set_of[items] = i
            there[i] = on[items].sum()
        change = np.zeros(len(v), dtype=np.int64)
        for leaver, comer in ((v, w), (w, v)):
            moving = on[leaver] & (set_of[leaver] != set_of[comer])
            change -= moving & (set_of[leaver] >= 0) & (there[set_of[leaver]] == 1)
            change += moving & (set_of[comer] >= 0) & (there[set_of[comer]] == 0)
        return change

    def item_key(self, n: int) -> IntArray:
        """An empty key: its sets are groups, and symmetry compares groups by :meth:`group_key`."""
        return nothing_of(n)

    def site_key(self, m: int) -> IntArray:
        """Key of each site: whether it is the one, ``[m, 1]``."""
        return np.asarray((np.arange(m) == self.site)[:, None], dtype=np.int64)

    def faults(self, n: int, m: int) -> Iterator[str]:
        """Yield the faults of its arrays, the first one first."""
        for items in self.sets:
            yield from array_faults("sets", items, (len(items),), least=0, most=n - 1)
        if not 0 <= self.site < m:
            yield f"site is {self.site}, expected 0 to {m - 1}"

    def largest(self) -> int:
        """Upper bound on its cost over all assignments."""
        return len(self.sets)

    def widened(self, n: int, m: int, memo: dict[int, Term]) -> SetOnSite:
        """Return itself: the site keeps its number, and new items are in no set."""
        return self
