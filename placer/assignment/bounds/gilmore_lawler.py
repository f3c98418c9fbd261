"""
Gilmore-Lawler bound: pair each item's largest flows with its shortest distances, within capacity.

The cost of a flow is split in halves between its two items, and each item takes the site where its half costs least
(Gilmore, Journal of the SIAM 10, 1962; Lawler, Management Science 9, 1963). There every site holds one item; here
capacities take the place of that: the items within some distance of a site weigh no more than the sites there hold.
That relaxation is own.
"""

from __future__ import annotations

import numpy as np

from placer.assignment import IntArray
from placer.assignment.structure.term_index import PairFlow, TermIndex

ITEMS, LEVELS = 64, 256
"""
Items, and different distances, up to which the bound is computed; it takes O(n^2 UNITS + n m^2 LEVELS) steps.

Chosen by trial; at both limits, on 64 sites, it takes 60 ms (Python 3.11).
"""
UNITS = 1024
"""
Parts of the whole weight in which weights are counted, so that the tables do not grow with the numbers.

Items are rounded down and capacities up, so that the bound stays true. More parts sharpen it and enlarge its tables.
Chosen, not tuned.
"""


def gilmore_lawler_bound(index: TermIndex, tier: int) -> int:
    """
    Bound a tier from below by its linear costs and flows, plus the elementary bounds of its loads.

    Parameters
    ----------
    tier
        Counted from 0.

    Returns
    -------
    int
        0 beyond the limits of size, or if an item fits on no site.
    """
    problem = index.problem
    flows = [flow for flow in index.flows if flow.tier == tier]
    if problem.n > ITEMS or any(len(np.unique(flow.distance)) > LEVELS for flow in flows):
        return 0
    cost = 2 * index.linear[tier] + sum(_twice_the_least(index, flow) for flow in flows)
    fits = problem.allowed & (index.weight[:, :, None] <= index.capacity[:, None, :]).all(axis=0)
    if not fits.any(axis=1).all():
        return 0
    twice = int(np.where(fits, cost, np.iinfo(np.int64).max).min(axis=1).sum())
    return -(-twice // 2) + load_bound(index, tier)


def load_bound(index: TermIndex, tier: int) -> int:
    """Bound the loads of a tier with flows: the only other kinds of terms there that cost more than 0 for sure."""
    terms = [*index.convex_loads, *index.reduced_slots]
    return sum(term.lower_bound(index.problem.allowed) for t, term in terms if t == tier)


def _twice_the_least(index: TermIndex, flow: PairFlow) -> IntArray:
    """
    Bound twice the cost of half the flows of each item on each site, ``[n, m]``.

    Where distances are symmetric, half of the flows both ways; else the flows that the item sends, whole.

    The cost of a flow is the sum of the steps between neighbouring distances up to its own. So each level of distance
    charges its step to all flow but the most that fits within that level.
    """
    d = flow.distance
    exchanged = flow.flow + flow.flow.T if (d == d.T).all() else 2 * flow.flow
    levels, total = np.unique(d), exchanged.sum(axis=1)[:, None]
    cost = levels[0] * total + np.zeros_like(index.linear[0])
    best = [_most_within(exchanged, weight) for weight in index.weight]
    usable = index.problem.allowed.any(axis=0)
    each = np.arange(len(exchanged))[:, None]
    for level, step in zip(levels[:-1].tolist(), np.diff(levels).tolist(), strict=True):
        near = (d <= level) & usable
        within = total
        for weight, capacity, table in zip(index.weight, index.capacity, best, strict=True):
            room = near @ capacity - weight[:, None] * np.diagonal(near)
            parts = np.clip(-(-room * UNITS // max(1, int(weight.sum()))), 0, UNITS)
            within = np.minimum(within, table[each, parts])
        within = np.where(near.any(axis=1), within, 0)
        cost = cost + step * (total - within)
    return np.asarray(cost)


def _most_within(exchanged: IntArray, weight: IntArray) -> IntArray:
    """
    Give the most flow that each item has with other items of a weight in parts of the whole, ``[n, UNITS + 1]``.

    A knapsack for each item, solved by dynamic programming over the weight.
    """
    parts = weight * UNITS // max(1, int(weight.sum()))
    most = np.zeros((len(exchanged), UNITS + 1), dtype=np.int64)
    for w, size in enumerate(parts.tolist()):
        with_it = most[:, : UNITS + 1 - size] + exchanged[:, w, None]
        with_it[w] = 0
        most[:, size:] = np.maximum(most[:, size:], with_it)
    return most
