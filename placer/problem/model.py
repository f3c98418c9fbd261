"""
A Problem is a generalized quadratic assignment problem with side constraints.

Every item goes to one site, within hard capacities, at the least lexicographic vector of tier costs. Each tier is a
sum of terms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from placer.problem.terms import BoolArray, IntArray, Term


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
