"""The terms of a cost: each prices whole assignments, many at a time."""

from __future__ import annotations

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

    def price(self, site_of: IntArray) -> IntArray:
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

    def price(self, site_of: IntArray) -> IntArray:
        """Cost of each row of ``site_of [b, n]``."""
        sites = site_of[:, self.items]
        distances = self.distance[sites[:, :, None], sites[:, None, :]]
        costs: IntArray = np.einsum("bvw,vw->b", distances, self.flow)
        return costs


@dataclass(frozen=True, kw_only=True, eq=False)
class Crowd:
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
        pools = self.pool_of[site_of]
        return np.stack([(self.weight * (pools == i)).sum(axis=1) for i in range(len(self.table))], axis=1)

    def price(self, site_of: IntArray) -> IntArray:
        """Cost of each row of ``site_of [b, n]``."""
        costs: IntArray = self.table[np.arange(len(self.table)), self.loads(site_of)].sum(axis=1)
        return costs


@dataclass(frozen=True, kw_only=True, eq=False)
class Room:
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
    """

    name: str
    weight: IntArray
    room: IntArray
    unit: int

    def price(self, site_of: IntArray) -> IntArray:
        """Cost of each row of ``site_of [b, n]``."""
        total = np.zeros(len(site_of), dtype=np.int64)
        for p in np.flatnonzero(self.room >= 0):
            here = site_of == p
            left = (self.room[p] - (self.weight * here).sum(axis=1)) // self.unit
            total += np.where(here.any(axis=1), left, 0)
        return total


@dataclass(frozen=True, kw_only=True, eq=False)
class Touch:
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

    def price(self, site_of: IntArray) -> IntArray:
        """Cost of each row of ``site_of [b, n]``."""
        total = np.zeros(len(site_of), dtype=np.int64)
        for items in self.sets:
            total += (site_of[:, items] == self.site).any(axis=1)
        return total


Term = Linear | Flow | Crowd | Room | Touch
