"""Running sums over the items placed so far, with which a term tells a greedy search the cost of the next item."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from placer.assignment.terms.arrays import IntArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Tally:
    """
    Weights of the placed items summed by place, for many partial assignments at once.

    Parameters
    ----------
    weight
        ``[n]``, the weight of each item.
    place
        ``[n, m]``, the place at which the weight of an item on a site is added, -1 for none.
    places
        Number of places.
    """

    weight: IntArray
    place: IntArray
    places: int

    @classmethod
    def by_site(cls, weight: IntArray, place_of: IntArray, places: int) -> Tally:
        """Make a tally in which the place depends on the site alone, ``place_of [m]``."""
        return cls(weight=weight, place=np.broadcast_to(place_of, (len(weight), len(place_of))), places=places)

    def held(self, items: IntArray, at: IntArray, rows: int) -> IntArray:
        """Sums for items on the sites ``at``, the same in every row, ``[rows, places]``."""
        each = np.bincount(self.place[items, at] + 1, weights=self.weight[items], minlength=self.places + 1)
        return np.tile(each[1:].astype(np.int64), (rows, 1))

    def add(self, held: IntArray, v: int, sites: IntArray) -> None:
        """Add item v to the sums ``held [rows, places]``, on the site ``sites[row]`` of each row."""
        places = self.place[v, sites]
        rows = np.flatnonzero(places >= 0)
        held[rows, places[rows]] += self.weight[v]
