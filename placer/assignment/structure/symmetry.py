"""
Interchangeable items and sites, read off the arrays of a Problem.

Two items, or two sites, are interchangeable if no array changes when they swap. Of all assignments that such swaps turn
into each other, searches keep one.
"""

from __future__ import annotations

import numpy as np

from placer.assignment import IntArray
from placer.assignment.structure.term_index import TermIndex


def item_classes(index: TermIndex) -> list[list[int]]:
    """
    Partition the items into classes of interchangeable items.

    Items of different groups can only be interchangeable if each is alone in its group.

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
    key.append(np.isin(np.arange(problem.n), problem.selectors)[:, None])
    key += [part[:, None] for part in _slots(index)]
    key += [term.item_key(problem.n) for _, term in index.terms]
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
    Collect the groups of two or more items that are interchangeable as a whole, first item for first item and so on.

    Returns
    -------
    list of list of array
        The items of the groups of each class of at least two groups, in the order of the groups.
    """
    problem = index.problem
    classes: dict[tuple[bytes | tuple[int, int, bytes], ...], list[IntArray]] = {}
    matrices = [f.flow for f in index.flows] + [r.items.astype(np.int64) for r in problem.relations]
    for items in problem.groups:
        if len(items) > 1 and not any(_flow_leaves(matrix, items) for matrix in matrices):
            key = [problem.allowed[items], index.linear[:, items], index.weight[:, items]]
            key += [matrix[np.ix_(items, items)] for matrix in matrices]
            key += [part[items] for part in _slots(index)]
            own = [(t, term.group_key(i, items, problem.n)) for i, (t, term) in enumerate(index.terms)]
            known = sorted((t, *each) for t, each in own if each is not None)
            classes.setdefault((*(part.tobytes() for part in key), *known), []).append(items)
    return [groups for groups in classes.values() if len(groups) > 1]


def _slots(index: TermIndex) -> list[IntArray]:
    """The kind of each item's slot demand, in a list; an empty list without slots."""
    slot_matching = index.problem.slot_matching
    return [slot_matching.item_kinds] if slot_matching is not None else []


def _flow_leaves(flow: IntArray, items: IntArray) -> bool:
    inside = np.zeros(len(flow), dtype=bool)
    inside[items] = True
    return bool(flow[items][:, ~inside].any() or flow[~inside][:, items].any())


def site_classes(index: TermIndex) -> list[list[int]]:
    """
    Partition the sites into classes of interchangeable sites.

    Returns
    -------
    list of list of int
        Every site in one class, ascending.
    """
    problem = index.problem
    key: list[IntArray] = [problem.allowed.T.astype(np.int64), index.capacity.T]
    key += [linear.T for linear in index.linear]
    if problem.slot_matching is not None:
        key.append(problem.slot_matching.site_kinds[:, None])
    key += [term.site_key(problem.m) for _, term in index.terms]
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
