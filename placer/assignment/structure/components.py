"""
The connected components of the items of a Problem: no component changes what another may do or costs.

Two items are coupled if the site of one can change the sites open to the other, or its cost. They are coupled by

- a resource of a site that cannot hold all items that may stand there;
- the price of load of a pool to which both may add, and the room left on a site that both may use, or its value;
- a conflict between sites that both may use, and a flow from one to the other;
- a set of items that is counted on a site that both may use, and a sum that is rounded;
- a demand of both for slots of one site.

A site with none of these couples no items, such as the site of unplaced items. The utilization of the fullest site is
no sum over components: it couples all items. Selectors say what other items may do, and couple all items, too.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from placer.assignment import (
    BoolArray,
    ConvexLoad,
    FlooredLinear,
    Flow,
    IntArray,
    MaxUtilization,
    Problem,
    ReducedSlotsLoad,
    ResidualCapacity,
    ResidualValue,
    SetOnSite,
    Term,
)


def components(problem: Problem) -> list[IntArray]:
    """
    Cut the items of a Problem into its connected components.

    Returns
    -------
    list of array
        Items of each component, ascending, in the order of their first; a single one where all items hang together.
    """
    whole = [np.arange(problem.n)]
    terms = [term for tier in problem.tiers for term in tier]
    if problem.n < 2 or len(problem.selectors) or any(isinstance(term, MaxUtilization) for term in terms):
        return whole
    if not problem.allowed.any(axis=1).all():
        return whole
    sets, pairs = coupled_sets(problem), coupled_pairs(problem)
    # A walk over the arrays is enough to see that all hangs together, as in most small solves, which then do not pay
    # for the import of networkx: 190 ms, more than the whole of such a solve.
    if _reached(sets, pairs).all():
        return whole
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(range(problem.n))
    graph.add_edges_from(np.argwhere(np.triu(pairs)).tolist())
    graph.add_edges_from((int(v), ("coupler", c)) for c, v in np.argwhere(sets).tolist())
    found = [sorted(v for v in part if isinstance(v, int)) for part in nx.connected_components(graph)]
    return [np.array(items, dtype=np.int64) for items in sorted(found)]


def coupled_sets(problem: Problem) -> BoolArray:
    """Collect the sets of items that one capacity, slot demand or term couples with each other, ``[sets, n]``."""
    rows = [row for row in _by_sites(problem) if row.sum() > 1]
    for term in (term for tier in problem.tiers for term in tier):
        rows += [row for row in _by_term(problem, term) if row.sum() > 1]
    return np.array(rows, dtype=bool).reshape(len(rows), problem.n)


def coupled_pairs(problem: Problem) -> BoolArray:
    """Mark the pairs of items that a flow or a conflict couples, ``[n, n]``, symmetric; no other kind couples pairs."""
    pairs = np.zeros((problem.n, problem.n), dtype=bool)
    for term in (term for tier in problem.tiers for term in tier):
        if isinstance(term, Flow):
            pairs[np.ix_(term.items, term.items)] |= (term.flow + term.flow.T) != 0
    # single precision is exact up to 2^24 sites, and multiplied by BLAS where integers are not
    allowed = problem.allowed.astype(np.float32)
    for conflict in problem.all_conflicts:
        pairs |= conflict.items & (allowed @ conflict.sites.astype(np.float32) @ allowed.T > 0)
    np.fill_diagonal(pairs, False)
    return pairs


def reach(problem: Problem, weight: IntArray, pool_of: IntArray, pools: int) -> BoolArray:
    """
    Mark the pools that each item may add load to.

    Parameters
    ----------
    weight
        ``[n]``; an item of weight 0 adds to none.
    pool_of
        ``[m]``, the pool of each site, -1 for none.
    pools
        Number of pools.

    Returns
    -------
    array ``[n, pools]``
    """
    inside = np.zeros((problem.m, pools), dtype=bool)
    sites = np.flatnonzero(pool_of >= 0)
    inside[sites, pool_of[sites]] = True
    reached: BoolArray = (problem.allowed.astype(np.float32) @ inside.astype(np.float32) > 0) & (weight > 0)[:, None]
    return reached


def _by_sites(problem: Problem) -> Iterator[BoolArray]:
    """Couple all items that may use a site too small for their sum, and all items with a demand for its slots."""
    for resource in problem.resources:
        users = problem.allowed & (resource.weight > 0)[:, None]
        scarce = resource.weight @ users > resource.capacity
        yield from users[:, scarce].T
    if problem.slot_matching is not None:
        limited = np.array([slots is not None for slots in problem.slot_matching.slot_groups], dtype=bool)
        asking = problem.slot_matching.item_kinds >= 0
        yield from (problem.allowed & asking[:, None])[:, limited].T


def _by_term(problem: Problem, term: Term) -> Iterator[BoolArray]:
    """
    Couple the items whose joint cost in a term is not the sum of their costs alone.

    By kind: the answer follows from the formula of each and from the sites that the Problem allows, and no other module
    asks for it. Flows couple pairs, in :func:`coupled_pairs`; a linear term couples no items.
    """
    match term:
        case ConvexLoad():
            priced = (term.table != term.table[:, :1]).any(axis=1)
            yield from reach(problem, term.weight, term.pool_of, len(term.table))[:, priced].T
        case ReducedSlotsLoad():
            load = term.convex_load
            yield from reach(problem, load.weight + term.slots_claimed, load.pool_of, len(load.table)).T
        case ResidualCapacity():
            users = problem.allowed & (term.uses | (term.weight > 0))[:, None]
            yield from users[:, term.room >= 0].T
        case ResidualValue():
            users = problem.allowed & (term.weights.sum(axis=0) > 0)[:, None]
            yield from users[:, term.table_of >= 0].T
        case SetOnSite():
            for items in term.sets:
                yield np.isin(np.arange(problem.n), items) & problem.allowed[:, term.site]
        case FlooredLinear():
            yield np.isin(np.arange(problem.n), term.items)


def _reached(sets: BoolArray, pairs: BoolArray) -> BoolArray:
    """Mark the items in the component of the first, ``[n]``."""
    reached: BoolArray = np.arange(len(pairs)) == 0
    while True:
        wider: BoolArray = reached | sets[sets[:, reached].any(axis=1)].any(axis=0) | pairs[reached].any(axis=0)
        if (wider == reached).all():
            return reached
        reached = wider
