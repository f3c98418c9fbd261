"""
Overload: how far an assignment breaks the rules, as one number.

The sum of the weights beyond the capacities of all sites and resources, and :data:`CONFLICT` for each ordered pair of
items in conflict and for each site whose items do not find their slots.
"""

from __future__ import annotations

import numpy as np

from placer.assignment import IntArray, Problem

CONFLICT = 1024
"""
Overload of one ordered pair in conflict, and of a site whose items do not find their slots.

As much as 1 MiB of memory too much, where weights are in KiB.
Chosen, not tuned.
"""


def overload(problem: Problem, site_of: IntArray) -> IntArray:
    """
    Give the overload of assignments.

    Parameters
    ----------
    site_of
        ``[b, n]``, the site of each item, one assignment a row.

    Returns
    -------
    array ``[b]``
        0 exactly where every rule is kept but that on allowed sites, which is not looked at.
    """
    total = np.zeros(len(site_of), dtype=np.int64)
    for p in range(problem.m):
        here = site_of == p
        for resource in problem.resources:
            total += np.maximum(here @ resource.weight - resource.capacity[p], 0)
    for conflict in problem.all_conflicts:
        v, w = np.nonzero(np.triu(conflict.items))
        total += conflict.sites[site_of[:, v], site_of[:, w]].sum(axis=1) * 2 * CONFLICT  # both orders of a pair
    if problem.slot_matching is not None:
        total += np.array([len(problem.infeasible_sites(row)) for row in site_of], dtype=np.int64) * CONFLICT
    return total


def increase(load: IntArray, capacity: IntArray, weight: IntArray) -> IntArray:
    """Overload that sites gain by more weight, negative by less; the arrays are broadcast."""
    return np.asarray(np.maximum(load + weight - capacity, 0) - np.maximum(load - capacity, 0))


def decrease(load: IntArray, capacity: IntArray, weight: IntArray, site_of: IntArray) -> IntArray:
    """Overload that the site of each item loses with the weight of that item, ``[n]``."""
    return -increase(load[site_of], capacity[site_of], -weight)


def swap_conflicts(
    clash: IntArray, related: IntArray, sites: IntArray, s: IntArray, *, v: IntArray, w: IntArray
) -> IntArray:
    """
    Give the change of overload by one kind of conflict, for swaps of items ``v[i]`` and ``w[i]``.

    That of two shifts, less their count of the pair itself, whose conflict stays as it is.

    Parameters
    ----------
    clash
        ``[n, m]``, the items that each item would be in conflict with on each site.
    related
        ``[n, n]``, 1 for pairs of items that it concerns.
    sites
        ``[m, m]``, 1 for pairs of sites that it bars.
    s
        ``[n]``, the site of each item.
    """
    a, b = s[v], s[w]
    pair = 2 * sites[a, b] - sites[a, a] - sites[b, b]
    change = clash[v, b] - clash[v, a] + clash[w, a] - clash[w, b] + related[v, w] * pair
    return np.asarray(change * 2 * CONFLICT)
