"""What one term of a Problem changes by when an item shifts or two items swap, for every such move at once."""

from __future__ import annotations

import numpy as np

from placer.assignment import ConvexLoad, IntArray, ReducedSlotsLoad, ResidualCapacity, SetOnSite


def convex_load_shift(convex_load: ConvexLoad, site_of: IntArray) -> IntArray:
    """Change of the price of load for every shift, ``[n, m]``."""
    load = convex_load.loads(site_of[None, :])[0]
    rows, w = np.arange(len(load)), convex_load.weight[:, None]
    most = convex_load.table.shape[1] - 1
    up = convex_load.table[rows, np.minimum(load + w, most)] - convex_load.table[rows, load]
    down = convex_load.table[rows, load] - convex_load.table[rows, np.maximum(load - w, 0)]
    return _between_pools(convex_load.pool_of, site_of, up, down)


def reduced_slots_shift(reduced: ReducedSlotsLoad, site_of: IntArray) -> IntArray:
    """Change of what load pays beside claims for every shift, ``[n, m]``."""
    load, claims = reduced.convex_load.loads(site_of[None, :])[0], reduced.claims(site_of[None, :])[0]
    w, c = reduced.convex_load.weight[:, None], reduced.slots_claimed[:, None]
    now = reduced.rise(load, claims)
    up = reduced.rise(load + w, claims + c) - now
    down = now - reduced.rise(np.maximum(load - w, 0), np.maximum(claims - c, 0))
    return _between_pools(reduced.convex_load.pool_of, site_of, up, down)


def _between_pools(pool_of: IntArray, site_of: IntArray, up: IntArray, down: IntArray) -> IntArray:
    home = pool_of[site_of]
    rise = np.where(pool_of >= 0, up[:, pool_of], 0)
    fall = np.where(home >= 0, down[np.arange(len(site_of)), home], 0)[:, None]
    return np.where(pool_of[None, :] == home[:, None], 0, rise - fall)


def residual_capacity_shift(room: ResidualCapacity, site_of: IntArray) -> IntArray:
    """Change of the room left for every shift, ``[n, m]``."""
    m, s, w, unit = len(room.room), site_of, room.weight, room.unit
    held = np.bincount(s, weights=w, minlength=m).astype(np.int64)
    count = np.bincount(s[room.uses], minlength=m)
    left = np.where((room.room >= 0) & (count > 0), (room.room - held) // unit, 0)
    after = np.where(room.room >= 0, (room.room - held - w[:, None]) // unit, 0)
    back = np.where(count[s] > 1, (room.room[s] - held[s] + w) // unit, 0)
    back = np.where(room.room[s] >= 0, back, 0)
    change: IntArray = after - left + (back - left[s])[:, None]
    change[~room.uses] = 0
    return change


def convex_load_swap(convex_load: ConvexLoad, site_of: IntArray, v: IntArray, w: IntArray) -> IntArray:
    """Change of the price of load for swaps of ``v[i]`` and ``w[i]``."""
    load = convex_load.loads(site_of[None, :])[0]
    a, b = convex_load.pool_of[site_of[v]], convex_load.pool_of[site_of[w]]
    gain = np.where(a == b, 0, convex_load.weight[w] - convex_load.weight[v])
    up, down = np.where(a >= 0, load[a] + gain, 0), np.where(b >= 0, load[b] - gain, 0)
    change = np.where(a >= 0, convex_load.table[a, up] - convex_load.table[a, load[a]], 0)
    change += np.where(b >= 0, convex_load.table[b, down] - convex_load.table[b, load[b]], 0)
    return change


def reduced_slots_swap(reduced: ReducedSlotsLoad, site_of: IntArray, v: IntArray, w: IntArray) -> IntArray:
    """Change of what load pays beside claims for swaps of ``v[i]`` and ``w[i]``."""
    load, claims = reduced.convex_load.loads(site_of[None, :])[0], reduced.claims(site_of[None, :])[0]
    a, b = reduced.convex_load.pool_of[site_of[v]], reduced.convex_load.pool_of[site_of[w]]
    more = np.where(a == b, 0, reduced.convex_load.weight[w] - reduced.convex_load.weight[v])
    claimed = np.where(a == b, 0, reduced.slots_claimed[w] - reduced.slots_claimed[v])
    change = np.zeros(len(v), dtype=np.int64)
    for pool, sign in ((a, 1), (b, -1)):
        at = np.maximum(pool, 0)
        after = np.maximum(load[at] + sign * more, 0), np.maximum(claims[at] + sign * claimed, 0)
        now = reduced.rise(load[at], claims[at], at)
        change += np.where(pool >= 0, reduced.rise(*after, at) - now, 0)
    return change


def residual_capacity_swap(room: ResidualCapacity, site_of: IntArray, v: IntArray, w: IntArray) -> IntArray:
    """Change of the room left for swaps of ``v[i]`` and ``w[i]``."""
    held = np.bincount(site_of, weights=room.weight, minlength=len(room.room)).astype(np.int64)
    uses = room.uses.astype(np.int64)
    count = np.bincount(site_of, weights=uses, minlength=len(room.room)).astype(np.int64)
    gain, more = room.weight[w] - room.weight[v], uses[w] - uses[v]
    change = np.zeros(len(v), dtype=np.int64)
    for p, sign in ((site_of[v], 1), (site_of[w], -1)):
        after, now = (room.room[p] - held[p] - sign * gain) // room.unit, (room.room[p] - held[p]) // room.unit
        after, now = np.where(count[p] + sign * more > 0, after, 0), np.where(count[p] > 0, now, 0)
        change += np.where(room.room[p] >= 0, after - now, 0)
    return change


def set_on_site_swap(touch: SetOnSite, site_of: IntArray, v: IntArray, w: IntArray) -> IntArray:
    """Count the sets that come onto the site less those that leave it, for swaps of ``v[i]`` and ``w[i]``."""
    on = site_of == touch.site
    set_of = np.full(len(site_of), -1)
    there = np.zeros(len(touch.sets) + 1, dtype=np.int64)
    for i, items in enumerate(touch.sets):
        set_of[items] = i
        there[i] = on[items].sum()
    change = np.zeros(len(v), dtype=np.int64)
    for leaver, comer in ((v, w), (w, v)):
        moving = on[leaver] & (set_of[leaver] != set_of[comer])
        change -= moving & (set_of[leaver] >= 0) & (there[set_of[leaver]] == 1)
        change += moving & (set_of[comer] >= 0) & (there[set_of[comer]] == 0)
    return change
