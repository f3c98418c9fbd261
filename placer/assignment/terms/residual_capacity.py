"""Room left on the sites in use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from placer.assignment.terms.arrays import BoolArray, IntArray, array_faults, sums, widened_items, widened_sites
from placer.assignment.terms.tally import Tally
from placer.assignment.terms.term import Term


@dataclass(frozen=True, kw_only=True, eq=False)
class ResidualCapacity(Term):
    """
    Room left on the sites in use: the sum over sites with an item of ``(room - weight on it) // unit``.

    Parameters
    ----------
    weight
        ``[n]``, non-negative.
    room
        ``[m]``, the room of each empty site; a site with a negative entry does not count.
    unit
        The room that counts as one, positive.
    users
        ``[n]``, the items that put their site in use; the others weigh nothing. None for all.
    """

    name: str
    weight: IntArray
    room: IntArray
    unit: int
    users: BoolArray | None = None

    @property
    def uses(self) -> BoolArray:
        """The items that put their site in use, ``[n]``."""
        return np.ones(len(self.weight), dtype=bool) if self.users is None else self.users

    def evaluate(self, site_of: IntArray) -> IntArray:
        """Cost of each row of ``site_of [b, n]``."""
        held, count = (sums(each, site_of, len(self.room)) for each in (self.weight, self.uses.astype(np.int64)))
        costs: IntArray = np.where((count > 0) & (self.room >= 0), (self.room - held) // self.unit, 0).sum(axis=1)
        return costs

    def lower_bound(self, allowed: BoolArray) -> int:
        """0, as the sites in use may be full; ``residual_capacity_bound`` is better once some sites are forced."""
        return 0

    def partial_bound(self, rows: IntArray, placed: IntArray, rest: IntArray, allowed: BoolArray) -> IntArray:
        """Room left on the sites in use so far, less the weight of all other items, ``[s]``."""
        on = (rows[:, :, None] == np.arange(len(self.room))) & (self.room >= 0)
        held = (on * self.weight[placed][:, None]).sum(axis=1)
        used = on[:, self.uses[placed]].any(axis=1)
        left = np.where(used, (self.room - held) // self.unit, 0).sum(axis=1)
        slack = 0 if not (self.weight % self.unit).any() else len(self.room)
        return np.asarray(np.maximum(left - self.weight[rest].sum() // self.unit - slack, 0))

    def beside(self, v: int, others: IntArray, site_of: IntArray, m: int) -> IntArray:
        """Room on each site without item v, ``[m]``: the tightest site comes first."""
        held = np.bincount(site_of[others], weights=self.weight[others], minlength=m).astype(np.int64)
        return np.asarray((self.room - held) // self.unit)

    def tallies(self, n: int, m: int) -> tuple[Tally, ...]:
        """Ask for the weight and the number of items on each site."""
        return tuple(Tally.by_site(each, np.arange(m), m) for each in (self.weight, np.ones(n, dtype=np.int64)))

    def added(self, v: int, tallies: tuple[Tally, ...], held: tuple[IntArray, ...]) -> IntArray:
        """Room left on each site with item v, less the room counted there before, ``[s, m]``."""
        load, count = held
        before = np.where(count > 0, (self.room - load) // self.unit, 0)
        return np.where(self.room >= 0, (self.room - load - self.weight[v]) // self.unit - before, 0)

    def shift_delta(self, site_of: IntArray, m: int) -> IntArray:
        """Change in cost of every shift of an item to a site, ``[n, m]``."""
        s, w, unit = site_of, self.weight, self.unit
        held = np.bincount(s, weights=w, minlength=m).astype(np.int64)
        count = np.bincount(s[self.uses], minlength=m)
        left = np.where((self.room >= 0) & (count > 0), (self.room - held) // unit, 0)
        after = np.where(self.room >= 0, (self.room - held - w[:, None]) // unit, 0)
        back = np.where(count[s] > 1, (self.room[s] - held[s] + w) // unit, 0)
        back = np.where(self.room[s] >= 0, back, 0)
        change: IntArray = after - left + (back - left[s])[:, None]
        change[~self.uses] = 0
        change[np.arange(len(s)), s] = 0
        return change

    def swap_delta(self, site_of: IntArray, v: IntArray, w: IntArray) -> IntArray:
        """Change in cost of each swap of ``v[i]`` and ``w[i]``."""
        held = np.bincount(site_of, weights=self.weight, minlength=len(self.room)).astype(np.int64)
        uses = self.uses.astype(np.int64)
        count = np.bincount(site_of, weights=uses, minlength=len(self.room)).astype(np.int64)
        gain, more = self.weight[w] - self.weight[v], uses[w] - uses[v]
        change = np.zeros(len(v), dtype=np.int64)
        for p, sign in ((site_of[v], 1), (site_of[w], -1)):
            after, now = (self.room[p] - held[p] - sign * gain) // self.unit, (self.room[p] - held[p]) // self.unit
            after, now = np.where(count[p] + sign * more > 0, after, 0), np.where(count[p] > 0, now, 0)
            change += np.where(self.room[p] >= 0, after - now, 0)
        return change

    def item_key(self, n: int) -> IntArray:
        """Key of each item: its weight, and whether it is a user, ``[n, 2]``."""
        return np.stack([self.weight, self.uses], axis=1)

    def site_key(self, m: int) -> IntArray:
        """Key of each site: its room, ``[m, 1]``."""
        return self.room[:, None]

    def faults(self, n: int, m: int) -> Iterator[str]:
        """Yield the faults of its arrays, the first one first."""
        yield from array_faults("weight", self.weight, (n,), least=0)
        yield from array_faults("room", self.room, (m,))
        if self.unit < 1:
            yield f"unit is {self.unit}, expected at least 1"

    def largest(self) -> int:
        """Upper bound on its cost over all assignments."""
        return sum(abs(room) for room in self.room.tolist())

    def widened(self, n: int, m: int, memo: dict[int, Term]) -> ResidualCapacity:
        """Add items that are no users and sites that do not count."""
        uses = np.pad(self.uses, (0, n - len(self.weight)))
        return replace(self, weight=widened_items(self.weight, n), room=widened_sites(self.room, m, -1), users=uses)
