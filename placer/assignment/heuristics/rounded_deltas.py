"""What terms that round change by when an item shifts or two items swap, for every such move at once."""

from __future__ import annotations

import numpy as np

from placer.assignment import FlooredLinear, IntArray, MaxUtilization


def max_utilization_shift(peak: MaxUtilization, site_of: IntArray) -> IntArray:
    """Change of the fullest site for every shift, ``[n, m]``."""
    load, others = _levels(peak, site_of)
    m, s, w = len(load), site_of, peak.weight[:, None]
    left = peak.levels(np.where(np.arange(m) == s[:, None], load - w, 0))[np.arange(len(s)), s][:, None]
    after = np.maximum(np.maximum(left, peak.levels(load + w)), others[s])
    change: IntArray = after - peak.levels(load).max(initial=0)
    change[np.arange(len(s)), s] = 0
    return change


def max_utilization_swap(peak: MaxUtilization, site_of: IntArray, v: IntArray, w: IntArray) -> IntArray:
    """Change of the fullest site for swaps of ``v[i]`` and ``w[i]``, which stand on different sites."""
    load, others = _levels(peak, site_of)
    a, b, gain = site_of[v], site_of[w], peak.weight[w] - peak.weight[v]
    rows = np.arange(len(v))
    after = np.tile(load, (len(v), 1))
    after[rows, a] += gain
    after[rows, b] -= gain
    levels = peak.levels(after)
    here = np.maximum(levels[rows, a], levels[rows, b])
    return np.asarray(np.maximum(here, others[a, b]) - peak.levels(load).max(initial=0))


def _levels(peak: MaxUtilization, site_of: IntArray) -> tuple[IntArray, IntArray]:
    """Give the load of each site ``[m]``, and how full the fullest of all but two sites is, ``[m, m]``."""
    m = len(peak.room)
    load = np.zeros(m, dtype=np.int64)
    np.add.at(load, site_of, peak.weight)
    level = peak.levels(load)
    others = np.zeros((m, m), dtype=np.int64)
    for q in np.argsort(-level, kind="stable")[2::-1]:  # the third fullest first, so that fuller ones overwrite it
        beside = np.ones((m, m), dtype=bool)
        beside[q, :] = beside[:, q] = False
        others = np.where(beside, level[q], others)
    return load, others


def floored_linear_shift(floored: FlooredLinear, site_of: IntArray) -> IntArray:
    """Change for every shift, ``[n, m]``."""
    change = np.zeros((len(site_of), floored.cost.shape[1]), dtype=np.int64)
    now = floored.cost[np.arange(len(floored.items)), site_of[floored.items]]
    change[floored.items] = _rise(floored, int(now.sum()), floored.cost - now[:, None])
    return change


def floored_linear_swap(floored: FlooredLinear, site_of: IntArray, v: IntArray, w: IntArray) -> IntArray:
    """Change for swaps of ``v[i]`` and ``w[i]``."""
    cost = np.zeros((len(site_of), floored.cost.shape[1]), dtype=np.int64)
    cost[floored.items] = floored.cost
    a, b = site_of[v], site_of[w]
    more = cost[v, b] - cost[v, a] + cost[w, a] - cost[w, b]
    return _rise(floored, int(cost[np.arange(len(site_of)), site_of].sum()), more)


def _rise(floored: FlooredLinear, total: int, more: IntArray) -> IntArray:
    return np.asarray(floored.scale * ((total + more) // floored.divisor - total // floored.divisor))
