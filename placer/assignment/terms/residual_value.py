"""The value of the room that is lost on the sites."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np

from placer.assignment.terms.arrays import BoolArray, IntArray, array_faults, sums, widened_sites
from placer.assignment.terms.tally import Tally
from placer.assignment.terms.term import Term


@dataclass(frozen=True, kw_only=True, eq=False)
class ResidualValue(Term):
    """
    The value of the room that is lost: the sum over sites of the value of the empty site less that of its room left.

    The room left of a resource r counts in whole steps, ``(room - weight on the site) // step``, from 0 to the last
    entry of the table; the value of a site is the entry of its table at these two numbers. That no site holds more than
    its room of the first resource is for other rules to ensure.

    Parameters
    ----------
    weights
        ``[2, n]``, non-negative, the weight of each item in both resources.
    room
        ``[2, m]``, the room of each empty site; below 0 counts as 0.
    steps
        ``[2]``, positive, the room that counts as one.
    tables
        ``[tables, a, b]``, nondecreasing along both rows and columns: the value of each amount of room left.
    table_of
        ``[m]``, the table of each site, -1 for a site without value.
    """

    name: str
    weights: IntArray
    room: IntArray
    steps: IntArray
    tables: IntArray
    table_of: IntArray

    def values(self, load: IntArray, sites: IntArray | slice = slice(None)) -> IntArray:
        """Value left on sites ``[k]`` under loads ``[2, ..., k]``, ``[..., k]``."""
        spread = (2, *(1,) * (load.ndim - 2), -1)
        left = (self.room[:, sites].reshape(spread) - load) // self.steps.reshape(2, *(1,) * (load.ndim - 1))
        i, j = (np.clip(each, 0, most - 1) for each, most in zip(left, self.tables.shape[1:], strict=True))
        tables = self.table_of[sites]
        values: IntArray = np.where(tables >= 0, self.tables[tables, i, j], 0)
        return values

    def lost_on(self, p: int, load: IntArray) -> IntArray:
        """Value that site p loses under loads ``[2, k]``, ``[k]``."""
        site = np.array([p])
        lost: IntArray = self.values(np.zeros((2, 1), dtype=np.int64), site) - self.values(load[:, :, None], site)[:, 0]
        return lost

    def loads(self, site_of: IntArray, items: IntArray | slice = slice(None)) -> IntArray:
        """Weight on each site, ``[2, b, m]``, of some items on the sites ``[b, k]``."""
        return np.stack([sums(each[items], site_of, len(self.table_of)) for each in self.weights])

    def evaluate(self, site_of: IntArray) -> IntArray:
        """Cost of each row of ``site_of [b, n]``."""
        return self._lost(self.loads(site_of))

    def _lost(self, load: IntArray) -> IntArray:
        lost: IntArray = (self._empty() - self.values(load)).sum(axis=-1)
        return lost

    def _empty(self) -> IntArray:
        """Value of each empty site, ``[m]``."""
        return self.values(np.zeros((2, len(self.table_of)), dtype=np.int64))

    def lower_bound(self, allowed: BoolArray) -> int:
        """
        The larger of two bounds: the dearest item alone on its cheapest site, and the weight on convex envelopes.

        More load loses no less, so that no assignment costs less than one of its items alone. And the cost of a site is
        at least the lower convex envelope of its steps in the first resource, on which the cheapest slopes take the
        weight of the items that must lie on sites with a value (a separable relaxation: Falk and Soland 1969).
        """
        if not len(self.weights[0]):
            return 0
        alone = np.where(allowed, self._empty() - self.values(self._each_alone()), np.iinfo(np.int64).max)
        valued = ~(allowed & (self.table_of < 0)).any(axis=1)
        load = int(self.weights[0][valued].sum())
        return max(int(alone.min(axis=1).max()), self._enveloped(np.flatnonzero(allowed[valued].any(axis=0)), load))

    def _each_alone(self) -> IntArray:
        """Load of each site with each item alone, ``[2, n, m]``."""
        return np.broadcast_to(self.weights[:, :, None], (*self.weights.shape, len(self.table_of)))

    def _enveloped(self, sites: IntArray, load: int) -> int:
        """Take the load by the cheapest slopes of the lower convex envelopes of the sites; the cost rounded up."""
        slopes = [segment for p in sites.tolist() for segment in self._envelope(p)]
        total = 0
        for more, cost in sorted(slopes, key=lambda segment: Fraction(segment[1], segment[0])):
            if load <= more:
                return total + -(-cost * load // more)
            load, total = load - more, total + cost
        return total

    def _envelope(self, p: int) -> list[tuple[int, int]]:
        """Give the segments of the lower convex envelope of the cost of site p by its load: load and cost of each."""
        if self.table_of[p] < 0:
            return []
        room, step = int(self.room[0, p]), int(self.steps[0])
        loads = np.maximum(room - np.arange(max(room, 0) // step, -1, -1) * step, 0)
        costs = self.lost_on(p, np.stack([loads, np.zeros_like(loads)]))
        corners = [(0, 0)]
        for x, y in zip(loads.tolist(), costs.tolist(), strict=True):
            while len(corners) > 1 and _is_above(corners[-2], corners[-1], (x, y)):
                corners.pop()
            corners += [(x, y)] if x > corners[-1][0] else []
        return [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(corners)]

    def partial_bound(self, rows: IntArray, placed: IntArray, rest: IntArray, allowed: BoolArray) -> IntArray:
        """The larger of the cost of the placed items and the lower bound for all items, ``[s]``."""
        return np.asarray(np.maximum(self._lost(self.loads(rows, placed)), self.lower_bound(allowed)))

    def beside(self, v: int, others: IntArray, site_of: IntArray, m: int) -> IntArray:
        """Increase of the cost by item v on each site, ``[m]``."""
        load = self.loads(site_of[None, others], others)[:, 0]
        return self.values(load) - self.values(load + self.weights[:, v, None])

    def tallies(self, n: int, m: int) -> tuple[Tally, ...]:
        """Ask for both weights on each site."""
        return tuple(Tally.by_site(each, np.arange(m), m) for each in self.weights)

    def added(self, v: int, tallies: tuple[Tally, ...], held: tuple[IntArray, ...]) -> IntArray:
        """Increase of the cost by item v on each site, ``[s, m]``."""
        load = np.stack(held)
        return self.values(load) - self.values(load + self.weights[:, v, None, None])

    def shift_delta(self, site_of: IntArray, m: int) -> IntArray:
        """Change in cost of every shift of an item to a site, ``[n, m]``."""
        load, items = self.loads(site_of[None, :])[:, 0], np.arange(len(site_of))
        now = self.values(load)
        joined = now - self.values(load[:, None, :] + self.weights[:, :, None])
        left = self.values(load[:, site_of] - self.weights, site_of) - now[site_of]
        change: IntArray = joined - left[:, None]
        change[items, site_of] = 0
        return change

    def swap_delta(self, site_of: IntArray, v: IntArray, w: IntArray) -> IntArray:
        """Change in cost of each swap of ``v[i]`` and ``w[i]``."""
        load = self.loads(site_of[None, :])[:, 0]
        now, gain = self.values(load), self.weights[:, w] - self.weights[:, v]
        a, b = site_of[v], site_of[w]
        change: IntArray = now[a] - self.values(load[:, a] + gain, a) + now[b] - self.values(load[:, b] - gain, b)
        return np.where(a == b, 0, change)

    def item_key(self, n: int) -> IntArray:
        """Key of each item: its weights, ``[n, 2]``."""
        return np.ascontiguousarray(self.weights.T)

    def site_key(self, m: int) -> IntArray:
        """Key of each site: its room and its table, ``[m, 2 + a * b]``."""
        flat = self.tables.reshape(len(self.tables), -1)
        values = np.where((self.table_of >= 0)[:, None], flat[self.table_of], -1)
        return np.hstack([self.room.T, values])

    def faults(self, n: int, m: int) -> Iterator[str]:
        """Yield the faults of its arrays, the first one first."""
        yield from array_faults("weights", self.weights, (2, n), least=0)
        yield from array_faults("room", self.room, (2, m))
        yield from array_faults("steps", self.steps, (2,), least=1)
        yield from array_faults("table_of", self.table_of, (m,), least=-1, most=len(self.tables) - 1)
        shape = self.tables.shape
        if len(shape) != 3 or 0 in shape:
            yield f"tables has shape {shape}, expected tables with at least one row and one column each"
            return
        yield from array_faults("tables", self.tables, shape)
        if (np.diff(self.tables, axis=1) < 0).any() or (np.diff(self.tables, axis=2) < 0).any():
            yield "tables fall along a row or a column"

    def largest(self) -> int:
        """Upper bound on its cost over all assignments: the value of every empty site less that of a full one."""
        lost = [int(table[-1, -1]) - int(table[0, 0]) for table in self.tables]
        return sum(lost[t] for t in self.table_of.tolist() if t >= 0)

    def widened(self, n: int, m: int, memo: dict[int, Term]) -> ResidualValue:
        """Add items of no weight and sites without value."""
        weights = np.pad(self.weights, ((0, 0), (0, n - self.weights.shape[1])))
        room = np.pad(self.room, ((0, 0), (0, m - self.room.shape[1])))
        return replace(self, weights=weights, room=room, table_of=widened_sites(self.table_of, m, -1))


def _is_above(a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]) -> bool:
    """Whether b lies on or above the line from a to c."""
    return (b[1] - a[1]) * (c[0] - a[0]) >= (c[1] - a[1]) * (b[0] - a[0])
