"""Lower bounds that need no solver: of whole tiers, and of what the rest of a partial assignment must cost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from placer.assignment import BoolArray, Crowd, IntArray, Room, Squeeze, even_pairs
from placer.assignment.structure.symmetry import site_classes
from placer.assignment.structure.term_index import Tables, distinct


def floors(tables: Tables) -> tuple[int, ...]:
    """
    Bound every tier from below: each item on its cheapest site, each pair at its closest, the load spread evenly.

    Returns
    -------
    tuple of int
        Per tier; no assignment that keeps the rules costs less.
    """
    problem = tables.problem
    if not problem.allowed.any(axis=1).all():
        return (0,) * tables.tiers
    floor = np.where(problem.allowed, tables.linear, np.iinfo(np.int64).max).min(axis=2).sum(axis=1)
    pairs = pair_floors(tables)
    floor += pairs.sum(axis=(1, 2)) // 2 + spread_rise(tables, pairs)
    for t, crowd in tables.crowds:
        floor[t] += crowd_floor(tables, crowd)
    for t, squeeze in tables.squeezes:
        floor[t] += squeeze_floor(tables, squeeze)
    for t, room in tables.rooms:
        floor[t] += room_floor(tables, room, [])
    for t, rounded in tables.rounded:
        floor[t] += rounded.floor(problem.allowed)
    return tuple(floor.tolist())


def crowd_floor(tables: Tables, crowd: Crowd) -> int:
    """What it costs empty, and the load spread evenly or each item alone in its cheapest pool: the price is convex."""
    empty = crowd.table[:, 0]
    own = np.where(crowd.pool_of >= 0, (crowd.table - empty[:, None])[crowd.pool_of][:, crowd.weight].T, 0)
    alone = np.where(tables.problem.allowed, own, np.iinfo(np.int64).max).min(axis=1).sum()
    return max(even_floor(tables, crowd), int(empty.sum()) + int(alone))


def even_floor(tables: Tables, crowd: Crowd) -> int:
    """What it costs empty, and the load spread evenly."""
    usable = _usable(tables, crowd)
    load = np.zeros((1, len(usable.table)), dtype=np.int64)
    units = bound_load(tables, crowd, np.arange(tables.problem.n))
    return int(crowd.table[:, 0].sum()) + (int(least_rise(usable, load, units)[0]) if len(usable.table) else 0)


def last_price(tables: Tables, crowd: Crowd) -> int:
    """What the last unit of load costs with all of it spread evenly; 0 without load."""
    units, steps = bound_load(tables, crowd, np.arange(tables.problem.n)), np.diff(_usable(tables, crowd).table, axis=1)
    return int(np.sort(steps, axis=None)[min(units, steps.size) - 1]) if units and steps.size else 0


def beyond(crowd: Crowd, price: int) -> Crowd:
    """
    Price load only where, and as far as, a unit costs more than ``price``; nothing costs nothing.

    What that leaves out is convex, too. Where ``price`` is that of the last unit its even floor is that of the whole.
    """
    dearer = np.cumsum(np.maximum(np.diff(crowd.table, axis=1) - price, 0), axis=1)
    return replace(crowd, table=np.pad(dearer, ((0, 0), (1, 0))))


def _usable(tables: Tables, crowd: Crowd) -> Crowd:
    """Leave out the pools that no load can come to."""
    pools = distinct(crowd.pool_of[tables.problem.allowed[crowd.weight > 0].any(axis=0)])
    return replace(crowd, table=crowd.table[pools[pools >= 0]])


def squeeze_floor(tables: Tables, squeeze: Squeeze) -> int:
    """
    What claims add to the floor of a crowd: all load on all slots left, spread evenly, costs least.

    Pairs of n on c slots are subadditive in (n, c) together. A pool that claims fill has one slot more than that left.
    """
    crowd, items = squeeze.crowd, np.arange(tables.problem.n)
    claims = bound_load(tables, replace(crowd, weight=squeeze.claim), items)
    filled = claims // (squeeze.per_slot * (int(squeeze.slots.min()) - 1) + 1)
    left = int(squeeze.slots.sum()) - -(-claims // squeeze.per_slot) + min(filled, len(squeeze.slots))
    load = int(squeeze.start.sum()) + bound_load(tables, crowd, items)
    pairs = even_pairs(np.array(load), np.array(min(max(left, 1), int(squeeze.slots.sum()))))
    return max(0, squeeze.scale * int(pairs) - crowd_floor(tables, crowd))


def room_floor(tables: Tables, room: Room, needed: list[int]) -> int:
    """Bound the room left from below where some sites are needed: their room less all the weight."""
    inexact = len(room.room) if (room.weight % room.unit).any() else 0
    left = sum(int(room.room[p]) // room.unit for p in needed) - int(room.weight.sum()) // room.unit - inexact
    return max(0, left)


def needed_sites(tables: Tables, costs: tuple[int, ...], tier: int) -> list[int]:
    """
    Find sites that hold an item in every assignment no worse than ``costs`` in the tiers before ``tier``.

    Without such a site the floors of those tiers would be above the costs, or an item would have no place left.
    """
    needed = []
    for sites in site_classes(tables):
        if _is_needed(tables, costs, tier, sites[0]):
            needed += sites
    return sorted(needed)


def _is_needed(tables: Tables, costs: tuple[int, ...], tier: int, p: int) -> bool:
    problem = tables.problem
    allowed = problem.allowed.copy()
    allowed[:, p] = False
    fits = all(w.sum() <= c[allowed.any(axis=0)].sum() for w, c in zip(tables.weight, tables.capacity, strict=True))
    if not fits or not allowed.any(axis=1).all():
        return True
    return floors(Tables(replace(problem, allowed=allowed)))[:tier] > costs[:tier]


def pair_floors(tables: Tables) -> IntArray:
    """
    Give the least that each pair of items can cost by its mutual flow.

    Returns
    -------
    array ``[tiers, n, n]``
        Symmetric; the cost of the pair stands at both places.
    """
    problem = tables.problem
    floor = np.zeros((tables.tiers, problem.n, problem.n), dtype=np.int64)
    closest: dict[tuple[int, bytes, bytes, int, int, bytes], int] = {}
    together: dict[tuple[bytes, bytes, bytes, bytes], bool] = {}
    rows = [row.tobytes() for row in problem.allowed]
    weights = [column.tobytes() for column in tables.weight.T]
    for i, flow in enumerate(tables.flows):
        there_and_back = flow.flow + flow.flow.T
        for v, w in np.argwhere(np.triu(there_and_back)).tolist():
            f, g = int(flow.flow[v, w]), int(flow.flow[w, v])
            kinds = rows[v], rows[w], weights[v], weights[w]
            if kinds not in together:
                together[kinds] = _fit_together(tables, v, w)
            apart = not together[kinds]
            related = bytes(bool(r.items[v, w]) for r in problem.conflicts)
            key = (2 * i + apart, rows[v], rows[w], f, g, related)
            if key not in closest:
                closest[key] = _closest(tables, i, v, w, apart=apart)
            floor[flow.tier, v, w] += closest[key]
            floor[flow.tier, w, v] += closest[key]
    return floor


def spread_rise(tables: Tables, pairs: IntArray) -> IntArray:
    """
    Give what groups cost beyond their pairs at their closest where each of their items has a site of its own.

    Row by row: the largest flow of an item goes the shortest way from its site, the next the next (Gilmore 1962,
    Lawler 1963). Not where some site may hold several of them, such as the one that stands for no pnode.

    Parameters
    ----------
    pairs
        What :func:`pair_floors` gives.

    Returns
    -------
    array ``[tiers]``
    """
    problem = tables.problem
    rise = np.zeros(tables.tiers, dtype=np.int64)
    apart = [relation.items for relation in problem.relations if relation.sites.diagonal().all()]
    for items in problem.groups:
        k, block = len(items), np.ix_(items, items)
        sites = np.flatnonzero(problem.allowed[items].any(axis=0))
        if not any(related[block].sum() == k * (k - 1) for related in apart) or not 2 <= k <= len(sites):
            continue
        least, allowed = np.zeros(tables.tiers, dtype=np.int64), problem.allowed[np.ix_(items, sites)]
        for flow in tables.flows:
            f, d = flow.flow[block], flow.distance[np.ix_(sites, sites)]
            least[flow.tier] += max(_spread_rows(f, d, allowed), _spread_rows(f.T, d.T, allowed))
        rise += np.maximum(least - pairs[:, items][:, :, items].sum(axis=(1, 2)) // 2, 0)
    return rise


def _spread_rows(flow: IntArray, distance: IntArray, allowed: BoolArray) -> int:
    shortest = np.sort(np.stack([np.delete(row, p) for p, row in enumerate(distance)]), axis=1)
    largest = -np.sort(-flow, axis=1)[:, :-1]
    price = largest @ shortest[:, : len(flow) - 1].T
    return int(np.where(allowed, price, np.iinfo(np.int64).max).min(axis=1).sum())


def _fit_together(tables: Tables, v: int, w: int) -> bool:
    fits = (tables.weight[:, v] + tables.weight[:, w])[:, None] <= tables.capacity
    both = tables.problem.allowed[[v, w]].all(axis=0)
    return bool((fits.all(axis=0) & both).any())


def _closest(tables: Tables, i: int, v: int, w: int, *, apart: bool) -> int:
    problem, flow = tables.problem, tables.flows[i]
    cost = flow.flow[v, w] * flow.distance + flow.flow[w, v] * flow.distance.T
    open_pairs = problem.open_pairs(v, w)
    if apart:
        open_pairs &= ~np.eye(problem.m, dtype=bool)
    return int(cost[open_pairs].min()) if open_pairs.any() else 0


def bound_load(tables: Tables, crowd: Crowd, items: IntArray) -> int:
    """Sum the weight of those items that have no site where load is free."""
    free = tables.problem.allowed[items][:, crowd.pool_of < 0].any(axis=1)
    return int((crowd.weight[items] * ~free).sum())


def least_rise(crowd: Crowd, load: IntArray, more: int) -> IntArray:
    """
    Give the least price of adding load, one unit at a time where it costs least.

    Parameters
    ----------
    load
        ``[s, pools]``, the load so far.
    more
        Units to add.

    Returns
    -------
    array ``[s]``
        What the price rises by.
    """
    steps = np.diff(crowd.table, axis=1)
    prices = distinct(steps)
    within = np.stack([np.searchsorted(row, prices, side="right") for row in steps], axis=0)
    units: IntArray = np.maximum(within[None, :, :] - load[:, :, None], 0).sum(axis=1)
    filled = np.minimum(units, more)
    rise: IntArray = (np.diff(filled, axis=1, prepend=0) * prices).sum(axis=1)
    return rise
