"""
What solvers talk about: items, sites and integers. Nothing here knows NUMA.

A Problem is a generalized quadratic assignment problem with side constraints: every item goes to one site,
within hard capacities, at the least lexicographic vector of tier costs. Each tier is a sum of terms.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


class Status(StrEnum):
    """What is known of an answer."""

    OPTIMAL = "OPTIMAL"
    FEASIBLE = "FEASIBLE"
    INFEASIBLE = "INFEASIBLE"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, kw_only=True, eq=False)
class Resource:
    """
    A hard capacity per site: the weights of the items on it sum to at most its capacity.

    Parameters
    ----------
    weight
        ``[n]``, non-negative.
    capacity
        ``[m]``, non-negative.
    """

    weight: IntArray
    capacity: IntArray


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
        ``[pools, total weight + 1]``, convex and nondecreasing along each row.
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


@dataclass(frozen=True, kw_only=True, eq=False)
class Problem:
    """
    Items to put on sites.

    Parameters
    ----------
    allowed
        ``[n, m]``, where each item may go.
    resources
        Hard capacities.
    groups
        Sets of items that no two incompatible sites may hold; every item is in one.
    incompatible
        ``[m, m]``, symmetric, False on the diagonal: sites that items of one group may not both use.
    tiers
        The terms of each tier, the highest tier first.
    hint
        ``[n]``, a site that someone proposes for each item, -1 for none; None where nobody does.
    """

    allowed: BoolArray
    resources: tuple[Resource, ...]
    groups: tuple[IntArray, ...]
    incompatible: BoolArray
    tiers: tuple[tuple[Term, ...], ...]
    hint: IntArray | None = None

    @property
    def n(self) -> int:
        """Number of items."""
        return int(self.allowed.shape[0])

    @property
    def m(self) -> int:
        """Number of sites."""
        return int(self.allowed.shape[1])

    def price(self, site_of: IntArray) -> IntArray:
        """
        Tier costs of assignments.

        Parameters
        ----------
        site_of
            ``[b, n]``, the site of each item, one assignment a row.

        Returns
        -------
        array ``[b, tiers]``
        """
        costs = np.zeros((len(site_of), len(self.tiers)), dtype=np.int64)
        for t, terms in enumerate(self.tiers):
            for term in terms:
                costs[:, t] += term.price(site_of)
        return costs

    def feasible(self, site_of: IntArray) -> BoolArray:
        """
        Which assignments keep every hard rule.

        Parameters
        ----------
        site_of
            ``[b, n]``, the site of each item, one assignment a row.

        Returns
        -------
        array ``[b]``
        """
        good = np.asarray(self.allowed[np.arange(self.n), site_of].all(axis=1), dtype=bool)
        for resource in self.resources:
            for p in range(self.m):
                good &= np.asarray((resource.weight * (site_of == p)).sum(axis=1) <= resource.capacity[p])
        if self.incompatible.any():
            for items in self.groups:
                sites = site_of[:, items]
                good &= ~np.asarray(self.incompatible[sites[:, :, None], sites[:, None, :]].any(axis=(1, 2)))
        return good


@dataclass(frozen=True, kw_only=True, eq=False)
class Solution:
    """
    What a strategy found.

    Parameters
    ----------
    status
        OPTIMAL only where every tier's bound equals its cost.
    site_of
        ``[n]``, the site of each item; None where none was found.
    costs
        Per tier; empty without an assignment.
    bounds
        Per tier; each holds among assignments no worse in the higher tiers. Empty where nothing is proved.
    wall_time_s
        Time it took, in seconds.
    tried
        What was tried, in words, for an answer without a proof.
    """

    status: Status
    site_of: IntArray | None = None
    costs: tuple[int, ...] = ()
    bounds: tuple[int, ...] = ()
    wall_time_s: float = 0.0
    tried: str = ""

    @staticmethod
    def of(costs: tuple[int, ...], bounds: tuple[int, ...]) -> Status:
        """Status of an assignment with these costs and bounds."""
        return Status.OPTIMAL if costs == bounds else Status.FEASIBLE


@dataclass(kw_only=True)
class Progress:
    """
    How far a search is, for whoever watches.

    Parameters
    ----------
    tier
        The tier being minimised, counted from 0.
    costs
        Of the best assignment so far, per tier; empty before the first.
    bound
        What is proved for that tier so far, None for nothing.
    elapsed_s
        Seconds since the start.
    """

    tier: int = 0
    costs: tuple[int, ...] = ()
    bound: int | None = None
    elapsed_s: float = 0.0
    step: str = field(default="")
