"""
A Problem is a generalized quadratic assignment problem with side constraints.

Every item goes to one site, within hard capacities, at the least lexicographic vector of tier costs. Each tier is a
sum of terms.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from placer.assignment.slots import SlotMatching
from placer.assignment.terms import BoolArray, Flow, IntArray, Term


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
    name
        Its name in messages, such as ``memory``.
    unit
        The amount that messages count as one, positive.
    """

    weight: IntArray
    capacity: IntArray
    name: str = ""
    unit: int = 1


@dataclass(frozen=True, kw_only=True, eq=False)
class Conflict:
    """
    Pairs of items that may not be on some pairs of sites.

    Parameters
    ----------
    items
        ``[n, n]``, symmetric, False on the diagonal: the pairs of items it concerns.
    sites
        ``[m, m]``, symmetric: the pairs of sites barred for them; True on the diagonal keeps them from sharing a site.
    """

    items: BoolArray
    sites: BoolArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Problem:
    """
    Items to put on sites.

    Parameters
    ----------
    allowed
        ``[n, m]``, where each item may go.
    resources
        Hard capacities, memory first.
    groups
        Sets of items of which no two may be on incompatible sites, such as the vnodes of a guest; every item is in one.
    incompatible
        ``[m, m]``, symmetric, False on the diagonal: sites that items of one group may not both use.
    tiers
        The terms of each tier, the highest tier first.
    relations
        Further pairs of items, of any groups, that may not be on some pairs of sites.
    slot_matching
        Demands of the items for slots of their sites; None where no item has any.
    selectors
        Items whose site decides which sites others may use; searches had better place them first.
    hint
        ``[n]``, the site of each item in a known placement, -1 for none; None without such a placement.
    """

    allowed: BoolArray
    resources: tuple[Resource, ...]
    groups: tuple[IntArray, ...]
    incompatible: BoolArray
    tiers: tuple[tuple[Term, ...], ...]
    relations: tuple[Conflict, ...] = ()
    slot_matching: SlotMatching | None = None
    selectors: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    hint: IntArray | None = None

    @property
    def n(self) -> int:
        """Number of items."""
        return int(self.allowed.shape[0])

    @property
    def m(self) -> int:
        """Number of sites."""
        return int(self.allowed.shape[1])

    @cached_property
    def all_conflicts(self) -> tuple[Conflict, ...]:
        """The relations, and the incompatible sites as one more for the items of each group."""
        if not self.incompatible.any():
            return self.relations
        mates = np.zeros((self.n, self.n), dtype=bool)
        for items in self.groups:
            mates[np.ix_(items, items)] = True
        np.fill_diagonal(mates, False)
        return (*self.relations, Conflict(items=mates, sites=self.incompatible)) if mates.any() else self.relations

    @cached_property
    def colocated(self) -> BoolArray:
        """Pairs of items with a relation that does not bar sharing a site, ``[n, n]``."""
        colocated = np.zeros((self.n, self.n), dtype=bool)
        for relation in self.relations:
            if not relation.sites.diagonal().any():
                colocated |= relation.items
        return colocated

    @cached_property
    def has_intergroup_flow(self) -> bool:
        """Whether it is a quadratic assignment: one tier, no relations, and flows between the groups."""
        if len(self.tiers) != 1 or self.all_conflicts:
            return False
        group_of = np.zeros(self.n, dtype=np.int64)
        for g, items in enumerate(self.groups):
            group_of[items] = g
        apart = group_of[:, None] != group_of
        # by kind: it is flows that make an assignment problem quadratic
        flows = [term for term in self.tiers[0] if isinstance(term, Flow)]
        return any(bool((flow.flow * apart[np.ix_(flow.items, flow.items)]).any()) for flow in flows)

    def open_pairs(self, v: int, w: int) -> BoolArray:
        """Pairs of sites on which items v and w may be at once, ``[m, m]``."""
        pairs: BoolArray = np.outer(self.allowed[v], self.allowed[w])
        for conflict in self.all_conflicts:
            if conflict.items[v, w]:
                pairs &= ~conflict.sites
        return pairs

    def evaluate(self, site_of: IntArray) -> IntArray:
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
                costs[:, t] += term.evaluate(site_of)
        return costs

    def feasible(self, site_of: IntArray) -> BoolArray:
        """
        Tell which assignments keep every hard rule.

        Parameters
        ----------
        site_of
           ``[b, n]``, the site of each item, one assignment a row.

        Returns
        -------
        array ``[b]``
        """
        good = np.asarray(self.allowed[np.arange(self.n), site_of].all(axis=1), dtype=bool)
        rows = np.arange(len(site_of))[:, None]
        for resource in self.resources:
            load = np.zeros((len(site_of), self.m), dtype=np.int64)
            np.add.at(load, (rows, site_of), resource.weight)
            good &= (load <= resource.capacity).all(axis=1)
        for conflict in self.all_conflicts:
            v, w = np.nonzero(np.triu(conflict.items))
            good &= ~np.asarray(conflict.sites[site_of[:, v], site_of[:, w]].any(axis=1))
        for i in np.flatnonzero(good) if self.slot_matching is not None else ():
            good[i] = not self.infeasible_sites(site_of[i])
        return good

    def infeasible_sites(self, site_of: IntArray) -> list[int]:
        """Find the sites without slots for all their items, in an assignment ``[n]``."""
        return self.slot_matching.infeasible_sites(site_of) if self.slot_matching is not None else []
