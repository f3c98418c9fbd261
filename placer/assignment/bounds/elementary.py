"""Lower bounds that need no solver: of whole tiers, and of what the rest of a partial assignment must cost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from placer.assignment import BoolArray, ConvexLoad, IntArray, ResidualCapacity
from placer.assignment.structure.symmetry import site_classes
from placer.assignment.structure.term_index import TermIndex


def lower_bounds(index: TermIndex) -> tuple[int, ...]:
    """
    Bound every tier from below: each item on its cheapest site, each pair at its closest, the load spread evenly.

    Returns
    -------
    tuple of int
        Per tier; no assignment that keeps the rules costs less.
    """
    problem = index.problem
    if not problem.allowed.any(axis=1).all():
        return (0,) * index.tiers
    bound = np.where(problem.allowed, index.linear, np.iinfo(np.int64).max).min(axis=2).sum(axis=1)
    pairs = pair_bounds(index)
    bound += pairs.sum(axis=(1, 2)) // 2 + gilmore_lawler_gain(index, pairs)
    for t, term in index.terms:
        bound[t] += term.lower_bound(problem.allowed)
    return tuple(bound.tolist())


def marginal_cost(index: TermIndex, convex_load: ConvexLoad) -> int:
    """What the last unit of load costs with all of it spread evenly; 0 without load."""
    units, steps = (
        convex_load.unavoidable_load(index.problem.allowed, np.arange(index.problem.n)),
        np.diff(convex_load.usable(index.problem.allowed).table, axis=1),
    )
    return int(np.sort(steps, axis=None)[min(units, steps.size) - 1]) if units and steps.size else 0


def excess_over(convex_load: ConvexLoad, price: int) -> ConvexLoad:
    """
    Price load only where, and as far as, a unit costs more than ``price``; nothing costs nothing.

    The part that is left out is convex, too. Where ``price`` is that of the last unit, an even spread
    of load costs that part as much as the whole.
    """
    dearer = np.cumsum(np.maximum(np.diff(convex_load.table, axis=1) - price, 0), axis=1)
    return replace(convex_load, table=np.pad(dearer, ((0, 0), (1, 0))))


def residual_capacity_bound(index: TermIndex, room: ResidualCapacity, needed: list[int]) -> int:
    """Bound the room left from below where some sites are needed: their room less all the weight."""
    inexact = len(room.room) if (room.weight % room.unit).any() else 0
    left = sum(int(room.room[p]) // room.unit for p in needed) - int(room.weight.sum()) // room.unit - inexact
    return max(0, left)


def forced_sites(index: TermIndex, costs: tuple[int, ...], tier: int) -> list[int]:
    """
    Find sites that hold an item in every assignment no worse than ``costs`` in the tiers before ``tier``.

    Without such a site the bounds of those tiers would be above the costs, or an item would have no place left.
    """
    needed = []
    for sites in site_classes(index):
        if _is_needed(index, costs, tier, sites[0]):
            needed += sites
    return sorted(needed)


def _is_needed(index: TermIndex, costs: tuple[int, ...], tier: int, p: int) -> bool:
    problem = index.problem
    allowed = problem.allowed.copy()
    allowed[:, p] = False
    fits = all(w.sum() <= c[allowed.any(axis=0)].sum() for w, c in zip(index.weight, index.capacity, strict=True))
    if not fits or not allowed.any(axis=1).all():
        return True
    return lower_bounds(TermIndex(replace(problem, allowed=allowed)))[:tier] > costs[:tier]


def pair_bounds(index: TermIndex) -> IntArray:
    """
    Give the least that each pair of items can cost by its mutual flow.

    Returns
    -------
    array ``[tiers, n, n]``
        Symmetric; the cost of the pair stands at both places.
    """
    problem = index.problem
    bound = np.zeros((index.tiers, problem.n, problem.n), dtype=np.int64)
    closest: dict[tuple[int, bytes, bytes, int, int, bytes], int] = {}
    together: dict[tuple[bytes, bytes, bytes, bytes], bool] = {}
    rows = [row.tobytes() for row in problem.allowed]
    weights = [column.tobytes() for column in index.weight.T]
    for i, flow in enumerate(index.flows):
        there_and_back = flow.flow + flow.flow.T
        for v, w in np.argwhere(np.triu(there_and_back)).tolist():
            f, g = int(flow.flow[v, w]), int(flow.flow[w, v])
            kinds = rows[v], rows[w], weights[v], weights[w]
            if kinds not in together:
                together[kinds] = _fit_together(index, v, w)
            apart = not together[kinds]
            related = bytes(bool(r.items[v, w]) for r in problem.all_conflicts)
            key = (2 * i + apart, rows[v], rows[w], f, g, related)
            if key not in closest:
                closest[key] = _closest(index, i, v, w, apart=apart)
            bound[flow.tier, v, w] += closest[key]
            bound[flow.tier, w, v] += closest[key]
    return bound


def gilmore_lawler_gain(index: TermIndex, pairs: IntArray) -> IntArray:
    """
    Give what groups cost beyond their pairs at their closest where each of their items has a site of its own.

    Row by row: the largest flow of an item goes the shortest way from its site, the next the next (Gilmore 1962,
    Lawler 1963). Not where some site may hold several of them, such as the one that stands for no pnode.

    Parameters
    ----------
    pairs
        What :func:`pair_bounds` gives.

    Returns
    -------
    array ``[tiers]``
    """
    problem = index.problem
    rise = np.zeros(index.tiers, dtype=np.int64)
    apart = [relation.items for relation in problem.relations if relation.sites.diagonal().all()]
    for items in problem.groups:
        k, block = len(items), np.ix_(items, items)
        sites = np.flatnonzero(problem.allowed[items].any(axis=0))
        if not any(related[block].sum() == k * (k - 1) for related in apart) or not 2 <= k <= len(sites):
            continue
        least, allowed = np.zeros(index.tiers, dtype=np.int64), problem.allowed[np.ix_(items, sites)]
        for flow in index.flows:
            f, d = flow.flow[block], flow.distance[np.ix_(sites, sites)]
            least[flow.tier] += max(_spread_rows(f, d, allowed), _spread_rows(f.T, d.T, allowed))
        rise += np.maximum(least - pairs[:, items][:, :, items].sum(axis=(1, 2)) // 2, 0)
    return rise


def _spread_rows(flow: IntArray, distance: IntArray, allowed: BoolArray) -> int:
    shortest = np.sort(np.stack([np.delete(row, p) for p, row in enumerate(distance)]), axis=1)
    largest = -np.sort(-flow, axis=1)[:, :-1]
    price = largest @ shortest[:, : len(flow) - 1].T
    return int(np.where(allowed, price, np.iinfo(np.int64).max).min(axis=1).sum())


def _fit_together(index: TermIndex, v: int, w: int) -> bool:
    fits = (index.weight[:, v] + index.weight[:, w])[:, None] <= index.capacity
    both = index.problem.allowed[[v, w]].all(axis=0)
    return bool((fits.all(axis=0) & both).any())


def _closest(index: TermIndex, i: int, v: int, w: int, *, apart: bool) -> int:
    problem, flow = index.problem, index.flows[i]
    cost = flow.flow[v, w] * flow.distance + flow.flow[w, v] * flow.distance.T
    open_pairs = problem.open_pairs(v, w)
    if apart:
        open_pairs &= ~np.eye(problem.m, dtype=bool)
    return int(cost[open_pairs].min()) if open_pairs.any() else 0
