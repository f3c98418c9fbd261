"""How full the fullest site is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from placer.assignment.terms.arrays import BoolArray, IntArray, array_faults, sums, widened_items, widened_sites
from placer.assignment.terms.term import Term


@dataclass(frozen=True, kw_only=True, eq=False)
class MaxUtilization(Term):
    """
    How full the fullest site is: the largest of ``ceil(parts * weight on it / room)`` over sites.

    Parameters
    ----------
    weight
        ``[n]``, non-negative.
    room
        ``[m]``; a site with none does not count.
    parts
        What a full site counts, positive.
    """

    name: str
    weight: IntArray
    room: IntArray
    parts: int = 1000

    def levels(self, load: IntArray) -> IntArray:
        """How full each site is under loads ``[..., m]``."""
        levels: IntArray = np.where(self.room > 0, -(-self.parts * load // np.maximum(self.room, 1)), 0)
        return levels

    def evaluate(self, site_of: IntArray) -> IntArray:
        """Cost of each row of ``site_of [b, n]``."""
        return np.asarray(self.levels(sums(self.weight, site_of, len(self.room))).max(axis=1, initial=0))

    def lower_bound(self, allowed: BoolArray) -> int:
        """Bound it from below for items on the sites allowed, ``[n, m]``: all as full, or the largest item alone."""
        usable = allowed & (self.room > 0)
        free = (allowed & (self.room <= 0)).any(axis=1)
        bound = np.flatnonzero(~free & (self.weight > 0))
        if not len(bound):
            return 0
        alone = [int(self.levels(np.full(len(self.room), self.weight[v]))[usable[v]].min(initial=2**62)) for v in bound]
        room = sum(self.room[usable[bound].any(axis=0)].tolist())
        even = -(-self.parts * sum(self.weight[bound].tolist()) // max(room, 1))
        return max(int(even), *alone) if max(alone) < 2**62 else 0

    def faults(self, n: int, m: int) -> Iterator[str]:
        """Say what is wrong with its arrays."""
        yield from array_faults("weight", self.weight, (n,), least=0)
        yield from array_faults("room", self.room, (m,))
        if self.parts < 1:
            yield f"parts is {self.parts}, expected at least 1"

    def largest(self) -> int:
        """Bound what it can cost."""
        smallest = min((room for room in self.room.tolist() if room > 0), default=1)
        return -(-self.parts * int(sum(self.weight.tolist())) // int(smallest))

    def partial_bound(self, rows: IntArray, placed: IntArray, rest: IntArray, allowed: BoolArray) -> IntArray:
        """Take the fullest site so far, or what all items must come to, ``[s]``."""
        on = rows[:, :, None] == np.arange(len(self.room))
        fullest = self.levels((on * self.weight[placed][:, None]).sum(axis=1)).max(axis=1, initial=0)
        return np.asarray(np.maximum(fullest, self.lower_bound(allowed)))

    def beside(self, v: int, others: IntArray, site_of: IntArray, m: int) -> IntArray:
        """How full each site would be with item v, ``[m]``."""
        held = np.bincount(site_of[others], weights=self.weight[others], minlength=m).astype(np.int64)
        return self.levels(held + self.weight[v])

    def shift_delta(self, site_of: IntArray, m: int) -> IntArray:
        """Change for every shift, ``[n, m]``."""
        load, others = self._levels(site_of)
        s, w = site_of, self.weight[:, None]
        left = self.levels(np.where(np.arange(m) == s[:, None], load - w, 0))[np.arange(len(s)), s][:, None]
        after = np.maximum(np.maximum(left, self.levels(load + w)), others[s])
        change: IntArray = after - self.levels(load).max(initial=0)
        change[np.arange(len(s)), s] = 0
        return change

    def swap_delta(self, site_of: IntArray, v: IntArray, w: IntArray) -> IntArray:
        """Change for swaps of ``v[i]`` and ``w[i]``, which stand on different sites."""
        load, others = self._levels(site_of)
        a, b, gain = site_of[v], site_of[w], self.weight[w] - self.weight[v]
        rows = np.arange(len(v))
        after = np.tile(load, (len(v), 1))
        after[rows, a] += gain
        after[rows, b] -= gain
        levels = self.levels(after)
        here = np.maximum(levels[rows, a], levels[rows, b])
        return np.asarray(np.maximum(here, others[a, b]) - self.levels(load).max(initial=0))

    def _levels(self, site_of: IntArray) -> tuple[IntArray, IntArray]:
        """Give the load of each site ``[m]``, and how full the fullest of all but two sites is, ``[m, m]``."""
        m = len(self.room)
        load = np.zeros(m, dtype=np.int64)
        np.add.at(load, site_of, self.weight)
        level = self.levels(load)
        others = np.zeros((m, m), dtype=np.int64)
        for q in np.argsort(-level, kind="stable")[2::-1]:  # the third fullest first, so that fuller ones overwrite it
            beside = np.ones((m, m), dtype=bool)
            beside[q, :] = beside[:, q] = False
            others = np.where(beside, level[q], others)
        return load, others

    def item_key(self, n: int) -> IntArray:
        """Give the weight of each item, ``[n, 1]``."""
        return self.weight[:, None]

    def site_key(self, m: int) -> IntArray:
        """Give the room of each site, ``[m, 1]``."""
        return self.room[:, None]

    def widened(self, n: int, m: int, memo: dict[int, Term]) -> MaxUtilization:
        """Add items of no weight and sites that do not count."""
        return replace(self, weight=widened_items(self.weight, n), room=widened_sites(self.room, m, 0))
