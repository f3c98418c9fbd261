"""Greedy construction: item after item, each on the open site where it costs least beside the items placed so far."""

from __future__ import annotations

import numpy as np

from placer.assignment import BoolArray, IntArray
from placer.assignment.heuristics.partial_assignment import PartialAssignment
from placer.assignment.structure.term_index import TermIndex


def greedy_construction(index: TermIndex, random: np.random.Generator, kept: IntArray | None = None) -> IntArray:
    """
    Place the items by falling size, each where it costs least; an item that fits nowhere on its emptiest allowed site.

    Parameters
    ----------
    kept
        ``[n]``, the sites of items that stay, -1 for an item to place; None places all. If given, the others are
        placed in random order instead of by size.

    Returns
    -------
    array ``[n]``
        Every item on an allowed site; it may break other rules.
    """
    problem = index.problem
    partial = PartialAssignment(problem)
    size = (index.weight / np.maximum(index.capacity.max(axis=1, initial=1), 1)[:, None]).sum(axis=0)
    late = ~np.isin(np.arange(problem.n), problem.selectors)
    order = np.lexsort((random.random(problem.n), -size) if kept is None else (random.random(problem.n),))
    order = order[np.argsort(late[order], kind="stable")]
    placed = np.zeros(problem.n, dtype=bool)
    if kept is not None:
        for v in np.flatnonzero(kept >= 0).tolist():
            partial.put(v, int(kept[v]))
        placed = kept >= 0
    for v in order[~placed[order]].tolist():
        open_sites = partial.open_sites(v)
        if not open_sites.any():
            room = np.where(problem.allowed[v], partial.left.min(axis=0, initial=2**62), np.iinfo(np.int64).min)
            partial.put(v, int(room.argmax()))
        else:
            partial.put(v, _cheapest(index, v, partial.site_of, placed, open_sites))
        placed[v] = True
    return partial.site_of


def _cheapest(index: TermIndex, v: int, site_of: IntArray, placed: BoolArray, sites: BoolArray) -> int:
    """Find the open site where item v costs least beside the items placed so far, lexicographically."""
    cost = index.linear[:, v, :].copy()
    others = np.flatnonzero(placed)
    for flow in index.flows:
        at = site_of[others]
        cost[flow.tier] += flow.distance[:, at] @ flow.flow[v, others] + flow.flow[others, v] @ flow.distance[at, :]
    for t, term in index.terms:
        cost[t] += term.beside(v, others, site_of, len(sites))
    return int(np.lexsort(np.where(sites, cost, np.iinfo(np.int64).max)[::-1])[0])
