"""
Three greedy methods: first-fit of the 2013 RFC in two versions, and first-fit-decreasing, which keeps every rule.

The RFC is Elena Ufimtseva's vNUMA series for libxl, ``libxl__init_vnode_to_pnode``: that of 2013-11-18 has a first
stage that puts a whole guest on one node, that of 2013-12-03 has not. Both use free memory and the nodemap only.

First-fit-decreasing is the method for bin packing of Johnson (doctoral thesis, MIT, 1973), here with rules.
"""

from __future__ import annotations

import numpy as np

from placer.assignment import IntArray, Problem, Solution, Status
from placer.assignment.context import SearchContext
from placer.assignment.heuristics.partial_assignment import PartialAssignment


def first_fit(problem: Problem, context: SearchContext) -> Solution:
    """
    Place as the RFC of November 2013 does; needs a Problem lowered for the baseline.

    Guest after guest: on the user's map if it is usable, else all vnodes on the first pnode that holds them, else
    first-fit vnode by vnode. A vnode that fits nowhere is put on the last site, which stands for no pnode.

    Returns
    -------
    Solution
        FEASIBLE, though it may break rules that the RFC does not know.
    """
    return _greedy_of_2013(problem, context, whole_first=True)


def first_fit_2013_12(problem: Problem, context: SearchContext) -> Solution:
    """Place as the RFC of December 2013 does: first-fit vnode by vnode, without the user's map."""
    return _greedy_of_2013(problem, context, whole_first=False)


def first_fit_decreasing(problem: Problem, context: SearchContext) -> Solution:
    """
    Place the vnodes by falling size, each on the first pnode that breaks no rule.

    Vnodes that a rule holds on one pnode are placed in sequence, the first on a pnode with room for all, if any.

    Returns
    -------
    Solution
        FEASIBLE; UNKNOWN without an assignment if a vnode fits nowhere.
    """
    partial = PartialAssignment(problem)
    size = problem.resources[0].weight if problem.resources else np.zeros(problem.n, dtype=np.int64)
    for v in _order(problem, size):
        site = next((p for p in _fitting_sites(partial, v).tolist() if partial.slots(v, p)), None)
        if site is None:
            return Solution(
                status=Status.UNKNOWN, wall_time_s=context.elapsed_s(), attempts="first-fit by falling size got stuck"
            )
        partial.put(v, site)
    costs = tuple(problem.evaluate(partial.site_of[None, :])[0].tolist())
    return Solution(status=Status.FEASIBLE, site_of=partial.site_of, costs=costs, wall_time_s=context.elapsed_s())


def _order(problem: Problem, size: IntArray) -> list[int]:
    """Order the items by falling size, each followed by the items that a rule holds on its site."""
    order: dict[int, None] = {}
    for v in np.argsort(-size, kind="stable").tolist():
        order |= dict.fromkeys([v, *np.flatnonzero(problem.colocated[v]).tolist()])
    return list(order)


def _fitting_sites(partial: PartialAssignment, v: int) -> IntArray:
    """Sites open to item v; only sites with room for the items held on the same site as well, if there are any."""
    problem, open_sites = partial.problem, partial.open_sites(v)
    joining = problem.colocated[v] & (partial.site_of < 0)
    roomy = open_sites & problem.allowed[joining].all(axis=0)
    for resource, left in zip(problem.resources, partial.left, strict=True):
        roomy &= resource.weight[v] + resource.weight[joining].sum() <= left
    return np.flatnonzero(roomy if roomy.any() else open_sites)


def _greedy_of_2013(problem: Problem, context: SearchContext, *, whole_first: bool) -> Solution:
    """Place guest after guest; ``whole_first`` uses the user's map and the stage that keeps a guest whole."""
    memory = problem.resources[0]
    nowhere = problem.m - 1
    free = memory.capacity[:nowhere].copy()
    site_of = np.full(problem.n, nowhere, dtype=np.int64)
    for items in problem.groups:
        nodemap = np.flatnonzero(problem.allowed[items[0], :nowhere])
        sizes = memory.weight[items]
        given = problem.hint[items] if problem.hint is not None and whole_first else None
        if given is not None and (given >= 0).all() and _usable(given, sizes, free):
            site_of[items] = given
        else:
            site_of[items] = _first_fit(sizes, free, nodemap, nowhere, whole_first=whole_first)
        np.subtract.at(free, site_of[items][site_of[items] < nowhere], sizes[site_of[items] < nowhere])
        for size in sizes[site_of[items] == nowhere]:
            _take_evenly(int(size), free)
    costs = tuple(problem.evaluate(site_of[None, :])[0].tolist())
    return Solution(status=Status.FEASIBLE, site_of=site_of, costs=costs, wall_time_s=context.elapsed_s())


def _usable(given: IntArray, sizes: IntArray, free: IntArray) -> bool:
    """Whether every pnode of a user's map has the memory free that the map puts there."""
    taken = np.zeros_like(free)
    np.add.at(taken, given, sizes)
    return bool((taken <= free).all())


def _first_fit(sizes: IntArray, free: IntArray, nodemap: IntArray, nowhere: int, *, whole_first: bool) -> IntArray:
    """Place the vnodes of one guest on the first pnodes of its nodemap that hold them, ``[vnodes]``."""
    whole = [p for p in nodemap if sizes.sum() <= free[p]]
    if whole_first and whole:
        return np.full(len(sizes), whole[0], dtype=np.int64)
    left = free.copy()
    site_of = np.full(len(sizes), nowhere, dtype=np.int64)
    for v, size in enumerate(sizes):
        for p in nodemap:
            if size <= left[p]:
                site_of[v] = p
                left[p] -= size
                break
    return site_of


def _take_evenly(size: int, free: IntArray) -> None:
    """Take the memory of an unplaced vnode in equal parts from all pnodes with free memory."""
    while size > 0 and (free > 0).any():
        givers = np.flatnonzero(free > 0)
        part = max(1, size // len(givers))
        for p in givers:
            taken = min(part, size, int(free[p]))
            free[p] -= taken
            size -= taken
