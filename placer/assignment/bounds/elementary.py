"""
Elementary lower bounds: each item on its cheapest site, each pair at its closest, the load spread evenly.

Own, except for the Gilmore-Lawler bound within groups (Gilmore, Journal of the SIAM 10, 1962; Lawler, Management
Science 9, 1963).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from placer.assignment import BoolArray, ConvexLoad, IntArray, ResidualCapacity
from placer.assignment.structure.symmetry import site_classes
from placer.assignment.structure.term_index import TermIndex


def lower_bounds(index: TermIndex) -> tuple[int, ...]:
    """
    Bound every tier from below: the cheapest site of each item, the closest sites of each pair, the bound of each term.

    Returns
    -------
    tuple of int
        ``[tiers]``; no assignment that keeps the rules costs less. All 0 if an item has no allowed site.
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
    """Cost of the last unit of the unavoidable load if all of it is spread evenly; 0 without load."""
    units, steps = (
        convex_load.unavoidable_load(index.problem.allowed, np.arange(index.problem.n)),
        np.diff(convex_load.usable(index.problem.allowed).table, axis=1),
    )
    return int(np.sort(steps, axis=None)[min(units, steps.size) - 1]) if units and steps.size else 0


def excess_over(convex_load: ConvexLoad, price: int) -> ConvexLoad:
    """
    Charge each unit of load only by its cost above ``price``; an empty pool costs 0.

    The rest of the cost is convex, too. If ``price`` is the marginal cost of an even spread, that spread costs as
    much by the rest as by the whole.

    Parameters
    ----------
    price
        Non-negative.

    Returns
    -------
    ConvexLoad
        Convex and nondecreasing.
    """
    excess = np.cumsum(np.maximum(np.diff(convex_load.table, axis=1) - price, 0), axis=1)
    return replace(convex_load, table=np.pad(excess, ((0, 0), (1, 0))))


def residual_capacity_bound(index: TermIndex, term: ResidualCapacity, forced: list[int]) -> int:
    """
    Bound a residual capacity from below: the room of the forced sites, less the weight of all items.

    Parameters
    ----------
    forced
        Sites that hold an item, from :func:`forced_sites`.
    """
    # where weights are no multiples of the unit, each site may round off less than one unit
    inexact = len(term.room) if (term.weight % term.unit).any() else 0
    left = sum(int(term.room[p]) // term.unit for p in forced) - int(term.weight.sum()) // term.unit - inexact
    return max(0, left)


def forced_sites(index: TermIndex, costs: tuple[int, ...], tier: int) -> list[int]:
    """
    Find sites that hold an item in every assignment no worse than ``costs`` in the tiers before ``tier``.

    A site is forced if without it the bounds of those tiers are above the costs, or the items do not fit.

    Parameters
    ----------
    costs
        ``[tiers]``, of a known assignment.
    tier
        Counted from 0.

    Returns
    -------
    list of int
        Ascending.
    """
    forced = []
    for sites in site_classes(index):
        if _is_forced(index, costs, tier, sites[0]):
            forced += sites
    return sorted(forced)


def _is_forced(index: TermIndex, costs: tuple[int, ...], tier: int, p: int) -> bool:
    problem = index.problem
    allowed = problem.allowed.copy()
    allowed[:, p] = False
    fits = all(w.sum() <= c[allowed.any(axis=0)].sum() for w, c in zip(index.weight, index.capacity, strict=True))
    if not fits or not allowed.any(axis=1).all():
        return True
    return lower_bounds(TermIndex(replace(problem, allowed=allowed)))[:tier] > costs[:tier]


def pair_bounds(index: TermIndex) -> IntArray:
    """
    Bound the cost of the mutual flow of each pair of items: that on the closest two sites the pair may hold.

    Returns
    -------
    array ``[tiers, n, n]``
        Symmetric: the bound of a pair is both at ``[v, w]`` and at ``[w, v]``.
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
    Bound groups whose items need different sites by Gilmore-Lawler, and give the gain over their pair bounds.

    Row by row: the largest flow of an item over the shortest distance from its site, the second over the second, and
    so on. Only for groups with a relation that bars any two of their items from every site they could share; the
    site that stands for no pnode holds several.

    Parameters
    ----------
    pairs
        ``[tiers, n, n]``, from :func:`pair_bounds`.

    Returns
    -------
    array ``[tiers]``
        Non-negative.
    """
    problem = index.problem
    gain = np.zeros(index.tiers, dtype=np.int64)
    apart = [relation.items for relation in problem.relations if relation.sites.diagonal().all()]
    for items in problem.groups:
        k, block = len(items), np.ix_(items, items)
        sites = np.flatnonzero(problem.allowed[items].any(axis=0))
        if not any(related[block].sum() == k * (k - 1) for related in apart) or not 2 <= k <= len(sites):
            continue
        least, allowed = np.zeros(index.tiers, dtype=np.int64), problem.allowed[np.ix_(items, sites)]
        for flow in index.flows:
            f, d = flow.flow[block], flow.distance[np.ix_(sites, sites)]
            least[flow.tier] += max(_row_bounds(f, d, allowed), _row_bounds(f.T, d.T, allowed))
        gain += np.maximum(least - pairs[:, items][:, :, items].sum(axis=(1, 2)) // 2, 0)
    return gain


def _row_bounds(flow: IntArray, distance: IntArray, allowed: BoolArray) -> int:
    """Sum over the items the least scalar product of falling flows and rising distances over its allowed sites."""
    shortest = np.sort(np.stack([np.delete(row, p) for p, row in enumerate(distance)]), axis=1)
    largest = -np.sort(-flow, axis=1)[:, :-1]
    price = largest @ shortest[:, : len(flow) - 1].T
    return int(np.where(allowed, price, np.iinfo(np.int64).max).min(axis=1).sum())


def _fit_together(index: TermIndex, v: int, w: int) -> bool:
    """Whether some site is allowed for two items and has the capacity for both."""
    fits = (index.weight[:, v] + index.weight[:, w])[:, None] <= index.capacity
    both = index.problem.allowed[[v, w]].all(axis=0)
    return bool((fits.all(axis=0) & both).any())


def _closest(index: TermIndex, i: int, v: int, w: int, *, apart: bool) -> int:
    """Find the least cost of flow i between two items over the pairs of sites they may hold; 0 if there are none."""
    problem, flow = index.problem, index.flows[i]
    cost = flow.flow[v, w] * flow.distance + flow.flow[w, v] * flow.distance.T
    open_pairs = problem.open_pairs(v, w)
    if apart:
        open_pairs &= ~np.eye(problem.m, dtype=bool)
    return int(cost[open_pairs].min()) if open_pairs.any() else 0
