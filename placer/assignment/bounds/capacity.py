"""Items, groups and sets that no capacity can take: a proof of infeasibility that needs no search."""

from __future__ import annotations

import numpy as np

from placer.assignment import BoolArray, IntArray, Problem


def overfull(problem: Problem) -> str:
    """
    Say which items no capacity can take, in words; nothing where this look finds none.

    Tried are each item alone, all items together, each group within each part of the sites that its items can reach
    from one another, and each group whose items all keep apart, on as many sites.

    Examples
    --------
    >>> from placer.assignment.build import gqap
    >>> nothing = [[0, 0], [0, 0]]
    >>> overfull(gqap(cost=nothing, flow=nothing, distance=nothing, weight=[3, 1], capacity=[2, 2]))
    'no site takes item 0 even alone'
    >>> overfull(gqap(cost=nothing, flow=nothing, distance=nothing, weight=[2, 1], capacity=[2, 2]))
    ''
    """
    takes = problem.allowed.copy()
    for resource in problem.resources:
        takes &= resource.weight[:, None] <= resource.capacity[None, :]
    lost = np.flatnonzero(~takes.any(axis=1))
    if len(lost):
        return f"no site takes item {lost[0]} even alone"
    used = problem.allowed.any(axis=0)
    for resource in problem.resources:
        need, room = int(resource.weight.sum()), int(resource.capacity[used].sum())
        if need > room:
            return f"the items need {need} of {resource.name}, all sites together have {room}"
    return _overfull_group(problem)


def _overfull_group(problem: Problem) -> str:
    parts = _reachable_parts(problem.incompatible)
    apart = _keeping_apart(problem)
    for g, items in enumerate(problem.groups):
        if len(items) > 1 and not any(_takes_group(problem, items, part) for part in parts):
            return f"no sites that can reach each other take the items of group {g} even alone"
        if len(items) > 1 and apart is not None and not _takes_set(problem, items, apart):
            return f"no {len(items)} sites take one item each of group {g} even alone"
    return ""


def _takes_group(problem: Problem, items: IntArray, part: BoolArray) -> bool:
    usable = problem.allowed[items].any(axis=0) & part
    return all(int(r.weight[items].sum()) <= int(r.capacity[usable].sum()) for r in problem.resources)


def _takes_set(problem: Problem, items: IntArray, apart: BoolArray) -> bool:
    """Whether the i-th largest item is no larger than the i-th largest site, if all the items keep apart."""
    if apart[np.ix_(items, items)].sum() < len(items) * (len(items) - 1):
        return True
    usable = problem.allowed[items].any(axis=0)
    if usable.sum() < len(items):
        return False
    pairs = ((np.sort(r.weight[items])[::-1], np.sort(r.capacity[usable])[::-1]) for r in problem.resources)
    return all((weight <= capacity[: len(items)]).all() for weight, capacity in pairs)


def _keeping_apart(problem: Problem) -> BoolArray | None:
    """Mark the pairs of items that may not share any site, ``[n, n]``; None if there are none."""
    alone = [relation.items for relation in problem.relations if relation.sites.diagonal().all()]
    return np.logical_or.reduce(alone) if alone else None


def _reachable_parts(incompatible: BoolArray) -> list[BoolArray]:
    """Split the sites into parts such that every site outside a part is incompatible with all of it, ``[m]`` each."""
    # a walk over the array, as networkx takes longer to import than most solves, which all pass here
    left, parts = np.ones(len(incompatible), dtype=bool), []
    while left.any():
        part = np.zeros(len(incompatible), dtype=bool)
        part[left.argmax()] = True
        while (grown := part | (~incompatible[part]).any(axis=0)).sum() > part.sum():
            part = grown
        parts.append(part)
        left &= ~part
    return parts
