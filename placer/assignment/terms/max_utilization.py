"""The utilization of the fullest site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from placer.assignment.terms.arrays import BoolArray, IntArray, array_faults, sums, widened_items, widened_sites
from placer.assignment.terms.term import Term


@dataclass(frozen=True, kw_only=True, eq=False)
class MaxUtilization(Term):
    """
    The utilization of the fullest site: the largest of ``ceil(parts * weight on it / room)`` over the sites.

    Parameters
    ----------
    weight
        ``[n]``, non-negative.
    room
        ``[m]``; a site with 0 or less does not count.
    parts
        The value of a full site, positive: 1000 counts in thousandths.
    """

    name: str
    weight: IntArray
    room: IntArray
    parts: int = 1000

    def levels(self, load: IntArray) -> IntArray:
        """Utilization of each site under loads ``[..., m]``, in parts, rounded up."""
        levels: IntArray = np.where(self.room > 0, -(-self.parts * load // np.maximum(self.room, 1)), 0)
        return levels

    def evaluate(self, site_of: IntArray) -> IntArray:
        """Cost of each row of ``site_of [b, n]``."""
        return np.asarray(self.levels(sums(self.weight, site_of, len(self.room))).max(axis=1, initial=0))

    def lower_bound(self, allowed: BoolArray) -> int:
        """
        The larger of two bounds: all sites equally full, and each item alone on its largest site.

        Items that may use a site that does not count are left out.
        """
        usable = allowed & (self.room > 0)
        uncounted = (allowed & (self.room <= 0)).any(axis=1)
        items = np.flatnonzero(~uncounted & (self.weight > 0))
        if not len(items):
            return 0
        # 2^62 stands for an item without a site
        alone = [int(self.levels(np.full(len(self.room), self.weight[v]))[usable[v]].min(initial=2**62)) for v in items]
        room = sum(self.room[usable[items].any(axis=0)].tolist())
        even = -(-self.parts * sum(self.weight[items].tolist()) // max(room, 1))
        return max(int(even), *alone) if max(alone) < 2**62 else 0

    def faults(self, n: int, m: int) -> Iterator[str]:
        """Yield the faults of its arrays, the first one first."""
        yield from array_faults("weight", self.weight, (n,), least=0)
        yield from array_faults("room", self.room, (m,))
        if self.parts < 1:
            yield f"parts is {self.parts}, expected at least 1"

    def largest(self) -> int:
        """Upper bound on its cost over all assignments."""
        smallest = min((room for room in self.room.tolist() if room > 0), default=1)
        return -(-self.parts * int(sum(self.weight.tolist())) // int(smallest))

    def partial_bound(self, rows: IntArray, placed: IntArray, rest: IntArray, allowed: BoolArray) -> IntArray:
        """The larger of the fullest site so far and the lower bound for all items, ``[s]``."""
        on = rows[:, :, None] == np.arange(len(self.room))
        fullest = self.levels((on * self.weight[placed][:, None]).sum(axis=1)).max(axis=1, initial=0)
        return np.asarray(np.maximum(fullest, self.lower_bound(allowed)))

    def beside(self, v: int, others: IntArray, site_of: IntArray, m: int) -> IntArray:
        """Utilization of each site with item v on it, ``[m]``."""
        held = np.bincount(site_of[others], weights=self.weight[others], minlength=m).astype(np.int64)
        return self.levels(held + self.weight[v])

    def shift_delta(self, site_of: IntArray, m: int) -> IntArray:
        """Change in cost of every shift of an item to a site, ``[n, m]``."""
        load, others = self._levels(site_of)
        s, w = site_of, self.weight[:, None]
        left = self.levels(np.where(np.arange(m) == s[:, None], load - w, 0))[np.arange(len(s)), s][:, None]
        after = np.maximum(np.maximum(left, self.levels(load + w)), others[s])
        change: IntArray = after - self.levels(load).max(initial=0)
        change[np.arange(len(s)), s] = 0
        return change

    def swap_delta(self, site_of: IntArray, v: IntArray, w: IntArray) -> IntArray:
        """Change in cost of each swap of ``v[i]`` and ``w[i]``, which stand on different sites."""
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
        """The load of each site ``[m]``, and the utilization of the fullest site other than p and q, ``[m, m]``."""
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
        """Key of each item: its weight, ``[n, 1]``."""
        return self.weight[:, None]

    def site_key(self, m: int) -> IntArray:
        """Key of each site: its room, ``[m, 1]``."""
        return self.room[:, None]

    def widened(self, n: int, m: int, memo: dict[int, Term]) -> MaxUtilization:
        """Add items of weight 0 and sites that do not count."""
        return replace(self, weight=widened_items(self.weight, n), room=widened_sites(self.room, m, 0))
