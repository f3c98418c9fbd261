"""
Branch and bound over permutations by the Gilmore-Lawler bound: quadratic assignments where each site holds one item.

Partial permutations are rows of an array, bounded many at a time, and taken depth first in chunks, best first; those
that are left when time is up still bound the cost. Branch and bound on that bound: Lawler (Management Science 9, 1963).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from placer.assignment import IntArray, Problem
from placer.assignment.bounds.permutation import PermutationCosts, dual_bound
from placer.assignment.context import SearchContext
from placer.assignment.structure.term_index import TermIndex

CHUNK = 1024
"""Rows that are bounded together. Chosen, not tuned: arrays of a few MiB for a dozen items."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Tree:
    """
    The outcome of a search of the tree.

    Parameters
    ----------
    site_of
        ``[n]``, the best permutation.
    cost
        Its cost.
    bound
        Of every permutation; the cost itself where the whole tree was searched.
    nodes
        Partial permutations that were bounded.
    """

    site_of: IntArray
    cost: int
    bound: int
    nodes: int


def search_permutations(
    problem: Problem, context: SearchContext, start: IntArray, *, time_limit_s: float, known_bound: int
) -> Tree:
    """
    Search the tree of permutations until it is empty, or time is up.

    Parameters
    ----------
    problem
        With one item a site (:func:`~placer.assignment.heuristics.permutation_search.holds_one_item_a_site`).
    start
        ``[n]``, the first incumbent.
    known_bound
        A lower bound; the search ends at a permutation that costs no more.
    """
    index = TermIndex(problem)
    flow, n = index.flows[0], problem.n
    order = np.argsort(-(flow.flow + flow.flow.T).sum(axis=1), kind="stable")  # the items with most flows first
    costs = PermutationCosts(index.linear[0][order], flow.flow[np.ix_(order, order)], flow.distance)
    best, cost = start, int(costs.cost(start[order][None, :])[0])
    until, nodes = context.elapsed_s() + time_limit_s, 0
    stack: list[tuple[IntArray, IntArray]] = [(np.zeros((1, 0), dtype=np.int64), np.array([known_bound]))]
    while stack and cost > known_bound:
        rows, bounds = stack.pop()
        below_cost = bounds < cost
        rows, bounds = rows[below_cost], bounds[below_cost]
        if not len(rows):
            continue
        if context.elapsed_s() > until or context.left_s() <= 0:
            stack.append((rows, bounds))
            break
        nodes += len(rows)
        children, below = _children(costs, rows, problem.m, cost)
        if rows.shape[1] + 1 == n and len(children):
            best, cost = np.empty(n, dtype=np.int64), int(below[0])
            best[order] = children[0]
            context.keep(problem, best)
            context.tell("permutation tree", costs=(cost,))
            continue
        pieces = range(0, len(children), CHUNK)
        stack += [(children[i : i + CHUNK], below[i : i + CHUNK]) for i in pieces][::-1]
    bound = min([cost, *(int(bounds.min()) for _, bounds in stack)])
    context.log(f"permutation tree: {nodes} partial permutations, costs {cost}, bound {bound}")
    return Tree(site_of=best, cost=cost, bound=max(bound, known_bound), nodes=nodes)


def _children(costs: PermutationCosts, rows: IntArray, m: int, cost: int) -> tuple[IntArray, IntArray]:
    """
    Place the next item of every row on every free site whose bound is below ``cost``, best bounds first.

    The bound of a child by its parent's: what it costs more to use that site. Of the last item it is the cost.
    """
    used = np.zeros((len(rows), m), dtype=bool)
    np.put_along_axis(used, rows, True, axis=1)
    free = np.argsort(used, axis=1, kind="stable")[:, : m - rows.shape[1]]
    bound, reduced = dual_bound(costs.least(rows, free))
    below = (costs.cost(rows) + bound)[:, None] + reduced[:, 0, :]
    parents, columns = np.nonzero(below < cost)
    found = below[parents, columns]
    ranks = np.argsort(found, kind="stable")
    parents, columns = parents[ranks], columns[ranks]
    return np.hstack([rows[parents], free[parents, columns][:, None]]), found[ranks]
