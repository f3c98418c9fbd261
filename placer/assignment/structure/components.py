"""
Which items of a Problem have anything to do with each other: the connected components of what couples them.

Two items are coupled where the site of one can change what the other may do, or what it costs. That is by

- a resource of a site that cannot hold all items that may stand there;
- a price of load of a pool to which both may add, and of the room left on a site both may use;
- a conflict between sites that both may use, and a flow from one to the other;
- a set with a price for a site that both may use, and a sum that is rounded;
- slots of a site that both ask for.

A site with none of these couples nobody, such as the one that stands for no pnode. The largest of all utilizations is
no sum: it couples all items.
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
    SetOnSite,
    Term,
)


def components(problem: Problem) -> list[IntArray]:
    """
    Cut the items into those that have nothing to do with each other.

    Returns
    -------
    list of array
        Items of each component, ascending, in the order of their first; one component where nothing falls apart.
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
    """Collect the sets of items that something couples all with each other, ``[sets, n]``."""
    rows = [row for row in _by_sites(problem) if row.sum() > 1]
    for term in (term for tier in problem.tiers for term in tier):
        rows += [row for row in _by_term(problem, term) if row.sum() > 1]
    return np.array(rows, dtype=bool).reshape(len(rows), problem.n)


def coupled_pairs(problem: Problem) -> BoolArray:
    """Mark the pairs of items that a flow or a conflict couples, ``[n, n]``, symmetric."""
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
    """Mark the pools that each item with weight may come to, ``[n, pools]``."""
    inside = np.zeros((problem.m, pools), dtype=bool)
    sites = np.flatnonzero(pool_of >= 0)
    inside[sites, pool_of[sites]] = True
    reached: BoolArray = (problem.allowed.astype(np.float32) @ inside.astype(np.float32) > 0) & (weight > 0)[:, None]
    return reached


def _by_sites(problem: Problem) -> Iterator[BoolArray]:
    """Couple the items that ask for more of a resource of a site than it has, and those that ask for its slots."""
    for resource in problem.resources:
        users = problem.allowed & (resource.weight > 0)[:, None]
        scarce = resource.weight @ users > resource.capacity
        yield from users[:, scarce].T
    if problem.slot_matching is not None:
        limited = np.array([slots is not None for slots in problem.slot_matching.slot_groups], dtype=bool)
        asking = problem.slot_matching.item_kinds >= 0
        yield from (problem.allowed & asking[:, None])[:, limited].T


def _by_term(problem: Problem, term: Term) -> Iterator[BoolArray]:
    """Couple the items that a term prices together."""
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
        case SetOnSite():
            for items in term.sets:
                yield np.isin(np.arange(problem.n), items) & problem.allowed[:, term.site]
        case FlooredLinear():
            yield np.isin(np.arange(problem.n), term.items)


def _reached(sets: BoolArray, pairs: BoolArray) -> BoolArray:
    """Mark the items that hang together with the first, ``[n]``."""
    reached: BoolArray = np.arange(len(pairs)) == 0
    while True:
        wider: BoolArray = reached | sets[sets[:, reached].any(axis=1)].any(axis=0) | pairs[reached].any(axis=0)
        if (wider == reached).all():
            return reached
        reached = wider
