"""The terms of a cost: each prices whole assignments, many at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Linear:
    """
    A price of each item on each site: the sum over items v of ``cost[v, site(v)]``.

    Parameters
    ----------
    cost
        ``[n, m]``.
    """

    name: str
    cost: IntArray

    def evaluate(self, site_of: IntArray) -> IntArray:
        """Cost of each row of ``site_of [b, n]``."""
        costs: IntArray = self.cost[np.arange(self.cost.shape[0]), site_of].sum(axis=1)
        return costs


@dataclass(frozen=True, kw_only=True, eq=False)
class Flow:
    """
    Directed flows times distances: the sum over v, w of ``flow[v, w] * distance[site(v), site(w)]``, also v = w.

    Parameters
    ----------
    items
        ``[k]``, the items between which it flows.
    flow
        ``[k, k]``, non-negative; rows send.
    distance
        ``[m, m]``, non-negative, row = the sender's site.
    """

    name: str
    items: IntArray
    flow: IntArray
    distance: IntArray

    def evaluate(self, site_of: IntArray) -> IntArray:
        """Cost of each row of ``site_of [b, n]``."""
        sites = site_of[:, self.items]
        distances = self.distance[sites[:, :, None], sites[:, None, :]]
        costs: IntArray = np.einsum("bvw,vw->b", distances, self.flow)
        return costs


@dataclass(frozen=True, kw_only=True, eq=False)
class ConvexLoad:
    """
    A convex price of load: the sum over pools of ``table[pool, weight of the items on its sites]``.

    Parameters
    ----------
    weight
        ``[n]``, non-negative.
    pool_of
        ``[m]``, the pool of each site, -1 where load is free.
    table
        ``[pools, total weight + 1]``, convex and nondecreasing along each row; no load may have a price too.
    """

    name: str
    weight: IntArray
    pool_of: IntArray
    table: IntArray

    def loads(self, site_of: IntArray) -> IntArray:
        """Load of each pool, ``[b, pools]``, for each row of ``site_of [b, n]``."""
        return sums(self.weight, self.pool_of[site_of], len(self.table))

    def evaluate(self, site_of: IntArray) -> IntArray:
        """Cost of each row of ``site_of [b, n]``."""
        costs: IntArray = self.table[np.arange(len(self.table)), self.loads(site_of)].sum(axis=1)
        return costs


@dataclass(frozen=True, kw_only=True, eq=False)
class ReducedSlotsLoad:
    """
    What a crowd pays beyond its own price where claims leave it fewer slots.

    The sum over pools of ``scale * (even_pairs(n, left) - even_pairs(n, slots))``, n = what was there and the load of
    the crowd, left = slots less the claims of the items there by ``per_slot``, rounded up; at least one is left. Other
    rules see to it that the claims on a pool fill no more slots than it has.

    Parameters
    ----------
    convex_load
        Whose price without claims is that of ``slots``.
    slots_claimed
        ``[n]``, non-negative.
    start
        ``[pools]``, the load that is there without any item.
    slots
        ``[pools]``, positive.
    per_slot
        Claims that fill one slot, positive.
    scale
        Price of a pair.
    """

    name: str
    convex_load: ConvexLoad
    slots_claimed: IntArray
    start: IntArray
    slots: IntArray
    per_slot: int
    scale: int

    def claims(self, site_of: IntArray) -> IntArray:
        """Claims on each pool, ``[b, pools]``, for each row of ``site_of [b, n]``."""
        return self._sums(self.slots_claimed, site_of)

    def rise(self, load: IntArray, claims: IntArray, pools: IntArray | slice = slice(None)) -> IntArray:
        """Price load and claims, arrays that end in ``[pools]``; nondecreasing in both."""
        n, slots = self.start[pools] + load, self.slots[pools]
        left = np.maximum(slots - -(-claims // self.per_slot), 1)
        rise: IntArray = self.scale * (even_pairs(n, left) - even_pairs(n, slots))
        return rise

    def evaluate(self, site_of: IntArray, items: IntArray | slice = slice(None)) -> IntArray:
        """Cost of each row of ``site_of [b, n]``, or ``[b, k]`` for k items alone."""
        loads, claims = (self._sums(each[items], site_of) for each in (self.convex_load.weight, self.slots_claimed))
        costs: IntArray = self.rise(loads, claims).sum(axis=1)
        return costs

    def faults(self, n: int) -> Iterator[str]:
        """Say what is wrong with its numbers for n items."""
        pools = (len(self.convex_load.table),)
        if self.slots_claimed.shape != (n,) or (self.slots_claimed < 0).any():
            yield f"claim has shape {self.slots_claimed.shape}, expected {(n,)} of numbers that are not negative"
        if self.start.shape != pools or self.slots.shape != pools or (self.start < 0).any() or (self.slots < 1).any():
            yield f"start and slots have shapes {self.start.shape} and {self.slots.shape}, expected {pools}, no slots 0"
        if self.per_slot < 1 or self.scale < 0:
            yield f"per_slot is {self.per_slot} and scale {self.scale}, expected at least 1 and 0"

    def most(self) -> int:
        """Bound what it can cost."""
        load = int(self.start.sum()) + int(self.convex_load.weight.sum())
        return self.scale * load * (load - 1) // 2

    def _sums(self, each: IntArray, site_of: IntArray) -> IntArray:
        return sums(each, self.convex_load.pool_of[site_of], len(self.slots))


def even_pairs(n: IntArray, slots: IntArray) -> IntArray:
    """Pairs that share a slot where n are spread evenly: r C(q+1, 2) + (slots - r) C(q, 2)."""
    q, r = n // slots, n % slots
    pairs: IntArray = r * ((q + 1) * q // 2) + (slots - r) * (q * (q - 1) // 2)
    return pairs


@dataclass(frozen=True, kw_only=True, eq=False)
class ResidualCapacity:
    """
    Room left on the sites in use: the sum over sites with an item of ``(room - weight on it) // unit``.

    Parameters
    ----------
    weight
        ``[n]``, non-negative.
    room
        ``[m]``; a negative entry is a site that does not count.
    unit
        What one is, positive.
    users
        ``[n]``, the items that make a site one in use; None for all.
    """

    name: str
    weight: IntArray
    room: IntArray
    unit: int
    users: BoolArray | None = None

    @property
    def uses(self) -> BoolArray:
        """The items that make a site one in use, ``[n]``."""
        return np.ones(len(self.weight), dtype=bool) if self.users is None else self.users

    def evaluate(self, site_of: IntArray) -> IntArray:
        """Cost of each row of ``site_of [b, n]``."""
        held, count = (sums(each, site_of, len(self.room)) for each in (self.weight, self.uses.astype(np.int64)))
        costs: IntArray = np.where((count > 0) & (self.room >= 0), (self.room - held) // self.unit, 0).sum(axis=1)
        return costs


@dataclass(frozen=True, kw_only=True, eq=False)
class SetOnSite:
    """
    A price for each set of items that has one on the site.

    Parameters
    ----------
    sets
        Items of each set.
    site
        The site to stay off.
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


def sums(weight: IntArray, place_of: IntArray, places: int) -> IntArray:
    """
    Sum the weight at each place, -1 for none, in each row.

    Parameters
    ----------
    weight
        ``[n]``.
    place_of
        ``[b, n]``.

    Returns
    -------
    array``[b, places]``
    """
    totals = np.zeros((len(place_of), places + 1), dtype=np.int64)
    rows = np.arange(len(place_of))[:, None] * (places + 1)
    np.add.at(totals.ravel(), (rows + place_of + 1).ravel(), (np.zeros_like(place_of) + weight).ravel())
    return totals[:, 1:]
