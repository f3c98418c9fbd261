"""
A lower bound from the view of every item: what it exchanges most with comes nearest, as far as there is room.

Each flow is split between its two ends, and each item stands where that costs least (Gilmore 1962, Lawler 1963, here
with capacities: the items within some distance of a site weigh no more than the sites there can hold).
"""

from __future__ import annotations

import numpy as np

from placer.assignment import IntArray
from placer.assignment.structure.term_index import PairFlow, TermIndex

ITEMS, LEVELS = 64, 256
"""Items, and different distances, up to which it is tried."""
UNITS = 1024
"""Parts of the whole weight in which it is counted: items rounded down, room up."""


def gilmore_lawler_bound(index: TermIndex, tier: int) -> int:
    """Bound a tier from below; 0 where there is too much to look at, or an item that fits nowhere."""
    problem = index.problem
    flows = [flow for flow in index.flows if flow.tier == tier]
    if problem.n > ITEMS or any(len(np.unique(flow.distance)) > LEVELS for flow in flows):
        return 0
    price = 2 * index.linear[tier] + sum(_views(index, flow) for flow in flows)
    fits = problem.allowed & (index.weight[:, :, None] <= index.capacity[:, None, :]).all(axis=0)
    if not fits.any(axis=1).all():
        return 0
    twice = int(np.where(fits, price, np.iinfo(np.int64).max).min(axis=1).sum())
    load = sum(convex_load.lower_bound(index.problem.allowed) for t, convex_load in index.convex_loads if t == tier)
    return (
        -(-twice // 2)
        + load
        + sum(reduced.lower_bound(index.problem.allowed) for t, reduced in index.reduced_slots if t == tier)
    )


def _views(index: TermIndex, flow: PairFlow) -> IntArray:
    """
    Twice the least that each item pays on each site, ``[n, m]``: half of its flows both ways where distances are alike.

    What is beyond a distance pays the step to the next; within it is at most what the room there can hold.
    """
    d = flow.distance
    mine = flow.flow + flow.flow.T if (d == d.T).all() else 2 * flow.flow
    levels, total = np.unique(d), mine.sum(axis=1)[:, None]
    price = levels[0] * total + np.zeros_like(index.linear[0])
    best = [_most_within(mine, weight) for weight in index.weight]
    usable = index.problem.allowed.any(axis=0)
    each = np.arange(len(mine))[:, None]
    for level, step in zip(levels[:-1].tolist(), np.diff(levels).tolist(), strict=True):
        near = (d <= level) & usable
        within = total
        for weight, capacity, table in zip(index.weight, index.capacity, best, strict=True):
            room = near @ capacity - weight[:, None] * np.diagonal(near)
            parts = np.clip(-(-room * UNITS // max(1, int(weight.sum()))), 0, UNITS)
            within = np.minimum(within, table[each, parts])
        within = np.where(near.any(axis=1), within, 0)
        price = price + step * (total - within)
    return np.asarray(price)


def _most_within(mine: IntArray, weight: IntArray) -> IntArray:
    """For each item and room in parts of the whole weight, the most it exchanges with others there."""
    parts = weight * UNITS // max(1, int(weight.sum()))
    most = np.zeros((len(mine), UNITS + 1), dtype=np.int64)
    for w, size in enumerate(parts.tolist()):
        with_it = most[:, : UNITS + 1 - size] + mine[:, w, None]
        with_it[w] = 0
        most[:, size:] = np.maximum(most[:, size:], with_it)
    return most
