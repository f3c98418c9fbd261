"""
Interchangeable items and sites, read off the arrays of a Problem.

Two items, or two sites, are interchangeable if no array changes when they swap. Searches keep one of the
assignments that such swaps make of each other.
"""

from __future__ import annotations

import numpy as np

from placer.assignment import IntArray
from placer.assignment.structure.term_index import TermIndex


def item_classes(index: TermIndex) -> list[list[int]]:
    """
    Group the items into classes of interchangeable ones.

    Returns
    -------
    list of list of int
        Every item in one class, ascending.
    """
    problem = index.problem
    group_of = np.zeros(problem.n, dtype=np.int64)
    for g, items in enumerate(problem.groups):
        group_of[items] = g
    alone = np.array([len(problem.groups[g]) == 1 for g in group_of], dtype=bool)
    key = [problem.allowed, *index.linear, index.weight.T, alone[:, None]]
    key += [convex_load.weight[:, None] for _, convex_load in index.convex_loads]
    key += [np.stack([room.weight, room.uses], axis=1) for _, room in index.residual_capacities]
    key.append(np.isin(np.arange(problem.n), problem.selectors)[:, None])
    key += [part[:, None] for part in _claims(index)]
    key += [floored.by_item(problem.n) for _, floored in index.floored_linears]
    keys = [tuple(part[v].tobytes() for part in key) for v in range(problem.n)]
    matrices = [f.flow for f in index.flows] + [r.items.astype(np.int64) for r in problem.relations]
    classes: list[list[int]] = []
    for v in range(problem.n):
        for members in classes:
            w = members[0]
            together = group_of[v] == group_of[w] or (alone[v] and alone[w])
            if together and keys[v] == keys[w] and all(_swappable(matrix, v, w) for matrix in matrices):
                members.append(v)
                break
        else:
            classes.append([v])
    return classes


def group_classes(index: TermIndex) -> list[list[IntArray]]:
    """
    Collect the groups of two or more items that are interchangeable as a whole, item by item.

    Returns
    -------
    list of list of array
        The items of the groups of each class of at least two groups, in the order of the groups.
    """
    problem = index.problem
    classes: dict[tuple[bytes, ...], list[IntArray]] = {}
    matrices = [f.flow for f in index.flows] + [r.items.astype(np.int64) for r in problem.relations]
    for items in problem.groups:
        if len(items) > 1 and not any(_flow_leaves(matrix, items) for matrix in matrices):
            key = [problem.allowed[items], index.linear[:, items], index.weight[:, items]]
            key += [matrix[np.ix_(items, items)] for matrix in matrices]
            key += [convex_load.weight[items] for _, convex_load in index.convex_loads]
            key += [np.stack([room.weight, room.uses], axis=1)[items] for _, room in index.residual_capacities]
            key += [part[items] for part in _claims(index)]
            key += _quotients_within(index, items)
            classes.setdefault(tuple(part.tobytes() for part in key), []).append(items)
    return [twins for twins in classes.values() if len(twins) > 1]


def _quotients_within(index: TermIndex, items: IntArray) -> list[IntArray]:
    """What quotients say of a group: those of its own alike whoever has them, others by their places."""
    parts, own = [], set(items.tolist())
    for i, (t, floored) in enumerate(index.floored_linears):
        theirs = set(floored.items.tolist())
        if theirs & own:
            which = [t, floored.divisor, floored.scale] if theirs <= own else [t, -1, i]
            parts += [np.array(which), floored.by_item(index.problem.n)[items]]
    return parts


def _claims(index: TermIndex) -> list[IntArray]:
    """What items claim besides weights: of slots, of slots, and towards the fullest site."""
    slot_matching = index.problem.slot_matching
    own = [peak.weight for _, peak in index.max_utilizations]
    return (
        own
        + [reduced.slots_claimed for _, reduced in index.reduced_slots]
        + ([slot_matching.item_kinds] if slot_matching is not None else [])
    )


def _flow_leaves(flow: IntArray, items: IntArray) -> bool:
    inside = np.zeros(len(flow), dtype=bool)
    inside[items] = True
    return bool(flow[items][:, ~inside].any() or flow[~inside][:, items].any())


def site_classes(index: TermIndex) -> list[list[int]]:
    """
    Group the sites into classes of interchangeable ones.

    Returns
    -------
    list of list of int
        Every site in one class, ascending.
    """
    problem = index.problem
    key: list[IntArray] = [problem.allowed.T.astype(np.int64), index.capacity.T]
    key += [linear.T for linear in index.linear]
    for _, convex_load in index.convex_loads:
        shared = np.bincount(convex_load.pool_of[convex_load.pool_of >= 0], minlength=len(convex_load.table))
        own = (convex_load.pool_of < 0) | (shared[convex_load.pool_of] == 1)
        lone = np.where(own, -1, np.arange(problem.m))
        prices = np.where((convex_load.pool_of >= 0)[:, None], convex_load.table[convex_load.pool_of], -1)
        key += [lone[:, None], prices]
    for _, reduced in index.reduced_slots:
        pools, inside = reduced.convex_load.pool_of, reduced.convex_load.pool_of >= 0
        key += [np.where(inside, part[pools], -1)[:, None] for part in (reduced.start, reduced.slots)]
    if problem.slot_matching is not None:
        key.append(problem.slot_matching.site_kinds[:, None])
    key += [room.room[:, None] for _, room in index.residual_capacities]
    key += [peak.room[:, None] for _, peak in index.max_utilizations]
    key += [floored.cost.T for _, floored in index.floored_linears]
    key += [(np.arange(problem.m) == touch.site)[:, None].astype(np.int64) for _, touch in index.sets_on_site]
    keys = [tuple(part[p].tobytes() for part in key) for p in range(problem.m)]
    matrices = [flow.distance for flow in index.flows] + [problem.incompatible.astype(np.int64)]
    matrices += [relation.sites.astype(np.int64) for relation in problem.relations]
    classes: list[list[int]] = []
    for p in range(problem.m):
        for members in classes:
            q = members[0]
            if keys[p] == keys[q] and all(_swappable(matrix, p, q) for matrix in matrices):
                members.append(p)
                break
        else:
            classes.append([p])
    return classes


def _swappable(matrix: IntArray, i: int, j: int) -> bool:
    order = np.arange(len(matrix))
    order[[i, j]] = j, i
    return bool((matrix[i] == matrix[j][order]).all() and (matrix[:, i] == matrix[:, j][order]).all())
