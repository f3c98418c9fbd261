"""A partial assignment, and the sites that are open to its next item."""

from __future__ import annotations

import numpy as np

from placer.assignment import BoolArray, Problem


class PartialAssignment:
    """
    Some items on sites, the others without a site yet.

    Parameters
    ----------
    problem
        Whose items are placed.

    Attributes
    ----------
    site_of
        ``[n]``, -1 for an item without a site.
    left
        ``[resources, m]``, capacity left.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.site_of = np.full(problem.n, -1, dtype=np.int64)
        count = len(problem.resources)
        self.left = np.array([r.capacity for r in problem.resources], dtype=np.int64).reshape(count, problem.m)
        self._weight = np.array([r.weight for r in problem.resources], dtype=np.int64).reshape(count, problem.n)
        self._barred = np.zeros((problem.n, problem.m), dtype=np.int64)

    def open_sites(self, v: int) -> BoolArray:
        """Sites where item v breaks no rule except for slots, which :meth:`slots` decides, ``[m]``."""
        fits = (self._weight[:, v, None] <= self.left).all(axis=0)
        return np.asarray(fits & self.free_of_conflicts(v))

    def free_of_conflicts(self, v: int) -> BoolArray:
        """Sites allowed for item v without a conflict with the items placed so far; capacities are ignored, ``[m]``."""
        return np.asarray(self.problem.allowed[v] & (self._barred[v] == 0))

    def slots(self, v: int, p: int) -> bool:
        """Whether all items on site p, with item v, find their slots there."""
        slot_matching = self.problem.slot_matching
        return slot_matching is None or slot_matching.fits(p, [*np.flatnonzero(self.site_of == p).tolist(), v])

    def put(self, v: int, p: int) -> None:
        """Put item v, which has no site yet, on site p."""
        self.site_of[v] = p
        self.left[:, p] -= self._weight[:, v]
        self._bar(v, p, 1)

    def take(self, v: int) -> None:
        """Take item v off its site."""
        p = self.site_of[v]
        self.site_of[v] = -1
        self.left[:, p] += self._weight[:, v]
        self._bar(v, int(p), -1)

    def _bar(self, v: int, p: int, times: int) -> None:
        """Count item v on site p, ``times`` 1 or -1, where it bars a site for another item by a conflict."""
        for conflict in self.problem.all_conflicts:
            self._barred[conflict.items[v]] += times * conflict.sites[p]
