"""
Dynamic program over counts: exact, for items that are all alike on sites whose distances nest.

Only the number of items on each site matters then. Distances nest where the distance of two sites depends only on the
smallest cluster that holds both; the least cost of k items in a cluster follows from that of its parts. The cluster
tree: Boecker and Dress (Advances in Mathematics 138, 1998). Dynamic programming: Bellman (1957); its use here is own.
"""

from __future__ import annotations

from itertools import accumulate

import numpy as np

from placer.assignment import (
    ConvexLoad,
    Flow,
    IntArray,
    Linear,
    Problem,
    ResidualCapacity,
    ResidualValue,
    SetOnSite,
    Solution,
    Status,
)
from placer.assignment.context import SearchContext
from placer.assignment.method import Applies, GaveUp
from placer.assignment.structure.cluster_tree import Cluster, cluster_tree
from placer.assignment.structure.symmetry import item_classes
from placer.assignment.structure.term_index import TermIndex

WORK = 50_000_000
"""Sites times items squared, the steps of the program, up to which it is run: 3.5 s at the limit (Python 3.11)."""


def counts_apply(problem: Problem) -> Applies:
    """Say whether counts decide all costs and rules, as far as shows without comparing items."""
    work = problem.m * problem.n**2
    if problem.n == 0:
        return Applies(False, "there are no items")
    if work > WORK:
        return Applies(False, f"{WORK} steps at most, needs {work}")
    if not _plain(problem):
        return Applies(
            False, "the items differ in their sites, conflict, need slots, or have a term that counts do not decide"
        )
    return Applies(True, f"the {problem.n} items are alike, and only the number on each site matters")


def solve_by_counts(problem: Problem, context: SearchContext) -> Solution | GaveUp:
    """Find and prove the best assignment of items that are all alike on nested sites; give up if either fails."""
    applies = counts_apply(problem)
    if not applies:
        return GaveUp(applies.reason)
    if context.left_s() <= 0:
        return GaveUp("no time is left")
    index = TermIndex(problem)
    if (index.weight != index.weight[:, :1]).any() or len(item_classes(index)) > 1:
        return GaveUp("the items are of more than one kind")
    most = _most(index)
    sites = np.flatnonzero(most)
    if int(most.sum()) < problem.n:
        return Solution(status=Status.INFEASIBLE, wall_time_s=context.elapsed_s())
    apart = _pair_costs(index)[:, sites[:, None], sites]
    tree = cluster_tree(apart)
    if tree is None or not _own_pools(index, sites):
        return GaveUp("the distances do not nest" if tree is None else "sites share a pool")
    alone = [_site_costs(index, p, int(most[p])) for p in sites.tolist()]
    tier_weights = _tier_weights(alone, apart, problem.n)
    costs = [_scalarized(each, tier_weights) for each in alone]
    counts = _Counts(costs, _scalarized(apart, tier_weights), problem.n).run(tree)
    return _proved(index, np.repeat(sites, [counts[i] for i in range(len(sites))]), context)


def _proved(index: TermIndex, site_of: IntArray, context: SearchContext) -> Solution:
    costs = tuple(index.problem.evaluate(site_of[None, :])[0].tolist())
    context.log(f"counting: costs {costs}")
    context.tell("counting", tier=index.tiers - 1, costs=costs)
    return Solution(status=Status.OPTIMAL, site_of=site_of, costs=costs, bounds=costs, wall_time_s=context.elapsed_s())


class _Counts:
    """
    The dynamic program: the least cost of k items in a cluster, for every k that it holds.

    Parameters
    ----------
    costs
        For each site the cost of 0, 1, 2 ... items on it, as many as it holds.
    apart
        ``[m, m]``, the cost of a pair of items on two sites. A part with j items beside parts with k adds j k times
        that of their cluster.
    n
        Number of items.
    """

    def __init__(self, costs: list[IntArray], apart: IntArray, n: int) -> None:
        self._costs, self._apart, self._n = costs, apart, n
        self._splits: dict[tuple[int, int], list[IntArray]] = {}

    def run(self, tree: Cluster) -> dict[int, int]:
        """Give the number of items on each site."""
        self._least(tree)
        counts: dict[int, int] = {}
        self._spread(tree, self._n, counts)
        return counts

    def _least(self, cluster: Cluster) -> IntArray:
        """Give the least cost of 0, 1, 2 ... items in a cluster."""
        if not cluster.parts:
            return self._costs[cluster.p]
        each = self._apart[cluster.p, cluster.q]
        least = self._least(cluster.parts[0])
        splits = []
        for part in cluster.parts[1:]:
            least, split = self._join(least, self._least(part), each)
            splits.append(split)
        self._splits[cluster.p, cluster.q] = splits
        return least

    def _join(self, one: IntArray, other: IntArray, each: int) -> tuple[IntArray, IntArray]:
        """Give the least costs of two clusters together, and the number of items in the second one then."""
        most = min(self._n, len(one) + len(other) - 2)
        least, split = np.zeros(most + 1, dtype=one.dtype), np.full(most + 1, -1, dtype=np.int64)
        for j in range(min(len(other), most + 1)):
            here = np.arange(min(len(one), most + 1 - j))
            cost = one[: len(here)] + other[j] + here.astype(one.dtype) * (j * each)
            places = here + j
            better = (split[places] < 0) | (cost < least[places]).astype(bool)
            least[places[better]], split[places[better]] = cost[better], j
        return least, split

    def _spread(self, cluster: Cluster, k: int, counts: dict[int, int]) -> None:
        """Put k items on the sites of a cluster as the least cost did."""
        if not cluster.parts:
            counts[cluster.p] = k
            return
        for part, split in zip(cluster.parts[:0:-1], self._splits[cluster.p, cluster.q][::-1], strict=True):
            self._spread(part, int(split[k]), counts)
            k -= int(split[k])
        self._spread(cluster.parts[0], k, counts)


def _plain(problem: Problem) -> bool:
    """
    Whether counts decide all costs and rules, as far as shows without comparing items.

    By kinds of terms, as :func:`_site_costs` and :func:`_pair_costs` price these kinds by counts and no others.
    """
    if problem.all_conflicts or problem.slot_matching is not None or (problem.allowed != problem.allowed[0]).any():
        return False
    terms = [term for tier in problem.tiers for term in tier]
    sets_on_site = [
        len(term.sets) == 1 or all(len(s) == 1 for s in term.sets) for term in terms if isinstance(term, SetOnSite)
    ]
    covered = [
        sorted(v for s in term.sets for v in s.tolist()) == list(range(problem.n))
        for term in terms
        if isinstance(term, SetOnSite)
    ]
    known = all(
        isinstance(term, Linear | Flow | ConvexLoad | ResidualCapacity | ResidualValue | SetOnSite) for term in terms
    )
    return known and all(sets_on_site) and all(covered)


def _own_pools(index: TermIndex, sites: IntArray) -> bool:
    """Whether no two sites share a pool of load, whose price would not be by single sites."""
    pools = [convex_load.pool_of[sites] for _, convex_load in index.convex_loads]
    return all(len(np.unique(each[each >= 0])) == int((each >= 0).sum()) for each in pools)


def _most(index: TermIndex) -> IntArray:
    """Number of items that each site holds, ``[m]``."""
    most = np.where(index.problem.allowed[0], index.problem.n, 0)
    for weight, capacity in zip(index.weight[:, 0].tolist(), index.capacity, strict=True):
        if weight:
            most = np.minimum(most, capacity // weight)
    return np.asarray(most, dtype=np.int64)


def _pair_costs(index: TermIndex) -> IntArray:
    """Cost of the flows between two items on two sites, ``[tiers, m, m]``."""
    costs = np.zeros((index.tiers, index.problem.m, index.problem.m), dtype=np.int64)
    for flow in index.flows:
        costs[flow.tier] += flow.flow[0, 1] * (flow.distance + flow.distance.T)
    return costs


def _site_costs(index: TermIndex, p: int, most: int) -> IntArray:
    """Cost of 0 to ``most`` items on site p, with the flows between them, ``[tiers, most + 1]``."""
    k = np.arange(most + 1)
    costs = index.linear[:, 0, p, None] * k
    for flow in index.flows:
        costs[flow.tier] += flow.flow[0, 1] * flow.distance[p, p] * k * (k - 1)
    for t, convex_load in index.convex_loads:
        if convex_load.pool_of[p] >= 0:
            row = convex_load.table[convex_load.pool_of[p]]
            costs[t] += row[k * convex_load.weight[0]] - row[0]
    for t, residual in index.residual_capacities:
        if residual.room[p] >= 0:
            costs[t] += np.where(k > 0, (residual.room[p] - k * residual.weight[0]) // residual.unit, 0)
    for t, value in index.residual_values:
        costs[t] += value.lost_on(p, value.weights[:, :1] * k)
    for t, on_site in index.sets_on_site:
        if on_site.site == p:
            costs[t] += np.minimum(k, len(on_site.sets))
    return np.asarray(costs, dtype=np.int64)


def _tier_weights(alone: list[IntArray], apart: IntArray, n: int) -> list[int]:
    """Weigh the tiers so that one unit of a tier outweighs all differences in lower tiers."""
    highest = [sum(int(np.abs(each[t]).max()) for each in alone) for t in range(len(apart))]
    span = [2 * (own + n * n * int(np.abs(apart[t]).max(initial=0))) + 1 for t, own in enumerate(highest)]
    return list(accumulate(span[:0:-1], int.__mul__, initial=1))[::-1]


def _scalarized(costs: IntArray, tier_weights: list[int]) -> IntArray:
    """Sum the tiers by their weights: lexicographic scalarisation, in Python integers, which do not overflow."""
    total = np.zeros(costs.shape[1:], dtype=object)
    for each, row in zip(tier_weights, costs, strict=True):
        total += each * row.astype(object)
    return total
