"""What a greedy search keeps of the items placed so far, so that a term can price the next one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from placer.assignment.terms.arrays import IntArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Tally:
    """
    Weights summed up by places, for many partial assignments at once.

    Parameters
    ----------
    weight
        ``[n]``.
    place
        ``[n, m]``, where the weight of each item counts that is on each site, -1 for nowhere.
    places
        How many there are.
    """

    weight: IntArray
    place: IntArray
    places: int

    @classmethod
    def by_site(cls, weight: IntArray, place_of: IntArray, places: int) -> Tally:
        """Sum weights up by the place of their site, ``place_of [m]``."""
        return cls(weight=weight, place=np.broadcast_to(place_of, (len(weight), len(place_of))), places=places)

    def held(self, items: IntArray, at: IntArray, rows: int) -> IntArray:
        """Sum up for items on the sites ``at``, the same in each row, ``[rows, places]``."""
        each = np.bincount(self.place[items, at] + 1, weights=self.weight[items], minlength=self.places + 1)
        return np.tile(each[1:].astype(np.int64), (rows, 1))

    def add(self, held: IntArray, v: int, sites: IntArray) -> None:
        """Put item v on a site of each row."""
        places = self.place[v, sites]
        rows = np.flatnonzero(places >= 0)
        held[rows, places[rows]] += self.weight[v]
