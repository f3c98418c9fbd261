"""
Dynamic program over subsets: exact, for few items of any kind on sites whose distances nest.

Where the distance of two sites depends only on the smallest cluster that holds both, the cost of a set of items inside
a cluster does not depend on the sites of the others. So the least costs of all sets in a cluster are the min-plus
subset convolution of those in its parts, in O(3^n) steps. Dynamic programs over subsets: Held and Karp (Journal of the
SIAM 10, 1962); subset convolution: Bjorklund, Husfeldt, Kaski and Koivisto (STOC 2007); on the cluster tree: own.
"""

from __future__ import annotations

from itertools import accumulate

import numpy as np

from placer.assignment import (
    ConvexLoad,
    IntArray,
    Problem,
    ReducedSlotsLoad,
    ResidualCapacity,
    ResidualValue,
    SetOnSite,
    Solution,
    Status,
)
from placer.assignment.context import SearchContext
from placer.assignment.exact.subset_tables import NEVER, Unions, pair_sums, part_for, sums
from placer.assignment.method import Applies, GaveUp
from placer.assignment.structure.cluster_tree import Cluster, cluster_tree
from placer.assignment.structure.term_index import TermIndex

ITEMS = 18
"""Items up to which it is run: 17 on 8 sites take 2.2 s (Python 3.11), and each item more three times as long."""
WORK = 1_500_000_000
"""Splits of sets between two clusters in one run, at most. Chosen so that 18 vnodes on 8 pnodes are within."""
SHARE = 0.8
"""Part of the time left that a run may take, so that other methods have some if it gives up. Chosen, not tuned."""
LARGEST = 2**58
"""Limit of the weighted sum of all tiers, so that sums of two costs stay below NEVER."""


def subsets_apply(problem: Problem) -> Applies:
    """Say whether the items are few enough and need no slots."""
    if problem.n == 0:
        return Applies(False, "there are no items")
    if problem.n > ITEMS:
        return Applies(False, f"{ITEMS} items at most are tried, it has {problem.n}")
    if problem.slot_matching is not None:
        return Applies(False, "items need slots on their sites")
    if not problem.allowed.any():
        return Applies(False, "no item has an allowed site")
    return Applies(True, f"its {problem.n} items are no more than {ITEMS}, on sites whose distances nest")


def solve_by_subsets(problem: Problem, context: SearchContext) -> Solution | GaveUp:
    """
    Find and prove the best assignment of a few items on nested sites.

    Returns
    -------
    Solution or GaveUp
        OPTIMAL or INFEASIBLE; gives up if the sites do not nest, the work is too much, or its time is over.
    """
    applies = subsets_apply(problem)
    if not applies:
        return GaveUp(applies.reason)
    index = TermIndex(problem)
    sites = np.flatnonzero(problem.allowed.any(axis=0))
    distances = np.array([flow.distance for flow in index.flows] or np.zeros((1, problem.m, problem.m), np.int64))
    tier_weights = _weights_of_tiers(index)
    if tier_weights is None:
        return GaveUp(f"the weighted sum of the tiers passes {LARGEST}")
    if not _known(index) or not _separable(index, distances, sites):
        return GaveUp("sites are coupled by a rounded term, or by more than symmetric distances")
    tree = cluster_tree(distances[:, sites[:, None], sites])
    splits = len(sites) * 3**problem.n
    if tree is None or splits > 64 * WORK:
        return GaveUp("the distances do not nest" if tree is None else f"{64 * WORK} splits at most, needs {splits}")
    return _Sets(index, context, sites, tier_weights).run(tree)


class _Sets:
    """The dynamic program: the least cost of every set of items within a cluster, ``[2**n]``."""

    def __init__(self, index: TermIndex, context: SearchContext, sites: IntArray, tier_weights: list[int]) -> None:
        self._index, self._context, self._sites, self._tier_weights = index, context, sites, tier_weights
        self._deadline = context.elapsed_s() + context.left_s() * (SHARE if context.deterministic_limit is None else 1)
        self._flows = [tier_weights[flow.tier] * pair_sums(flow.flow) for flow in index.flows]
        self._unions = Unions(index.problem.n)
        self._splits: dict[tuple[int, int], list[tuple[IntArray, IntArray]]] = {}

    def run(self, tree: Cluster) -> Solution | GaveUp:
        """Price all sets and trace the best assignment back; give up if that takes too long."""
        problem, context = self._index.problem, self._context
        leaves = [self._alone(p) for p in self._sites.tolist()]
        everything = (1 << problem.n) - 1
        if self._work(tree, leaves) - (3**problem.n if tree.parts and tree.parts[-1].parts else 0) > WORK:
            return GaveUp(f"more than {WORK} splits of sets")
        self._leaves = leaves
        try:
            least = self._least(tree, only=everything)
        except TimeoutError:
            return GaveUp("its share of the time is over")
        if least[everything] >= NEVER:
            return Solution(status=Status.INFEASIBLE, wall_time_s=context.elapsed_s())
        site_of = np.empty(problem.n, dtype=np.int64)
        self._spread(tree, everything, site_of)
        costs = tuple(problem.evaluate(site_of[None, :])[0].tolist())
        context.log(f"sets of items: costs {costs}")
        context.tell("sets of items", tier=self._index.tiers - 1, costs=costs)
        return Solution(
            status=Status.OPTIMAL, site_of=site_of, costs=costs, bounds=costs, wall_time_s=context.elapsed_s()
        )

    def _work(self, cluster: Cluster, leaves: list[IntArray]) -> int:
        """Count the splits of sets between the parts of a cluster and of its parts."""
        n, total = self._index.problem.n, 0
        for i, part in enumerate(cluster.parts):
            total += self._work(part, leaves)
            if i and part.parts:
                total += 3**n
            elif i:
                total += int((1 << (n - np.bitwise_count(np.flatnonzero(leaves[part.p] < NEVER)).astype(int))).sum())
        return total

    def _least(self, cluster: Cluster, only: int | None = None) -> IntArray:
        """Give the least cost of every set of items within a cluster; NEVER for all but ``only``, if that is given."""
        if not cluster.parts:
            return self._leaves[cluster.p]
        far = self._pairs(cluster.p, cluster.q)
        least, splits = _less(self._least(cluster.parts[0]), far), []
        for part in cluster.parts[1:]:
            if self._context.elapsed_s() > self._deadline or self._context.stop.is_set():
                raise TimeoutError
            other = _less(self._least(part), far)
            splits.append((least, other))
            if only is not None and part is cluster.parts[-1]:
                there = part_for(only, least, other)
                least = np.where(np.arange(len(least)) == only, min(least[only ^ there] + other[there], NEVER), NEVER)
            else:
                least = self._unions.least(least, other)
        self._splits[cluster.p, cluster.q] = splits
        return _less(least, -far)

    def _spread(self, cluster: Cluster, whole: int, site_of: IntArray) -> None:
        """Put a set of items, given as a number, on the sites of a cluster."""
        if not cluster.parts:
            site_of[(whole >> np.arange(len(site_of)) & 1).astype(bool)] = self._sites[cluster.p]
            return
        for part, (one, other) in zip(cluster.parts[:0:-1], self._splits[cluster.p, cluster.q][::-1], strict=True):
            there = part_for(whole, one, other)
            self._spread(part, there, site_of)
            whole ^= there
        self._spread(cluster.parts[0], whole, site_of)

    def _pairs(self, p: int, q: int) -> IntArray:
        """Cost of the flows within each set if every two items are as far apart as sites p and q."""
        a, b = self._sites[[p, q]]
        total = np.zeros(1 << self._index.problem.n, dtype=np.int64)
        for flow, within in zip(self._index.flows, self._flows, strict=True):
            total += int(flow.distance[a, b]) * within
        return total

    def _alone(self, p: int) -> IntArray:
        """Cost of each set on site p; NEVER if the set may not be there."""
        index, problem = self._index, self._index.problem
        cost = sum((w * sums(row[:, p]) for w, row in zip(self._tier_weights, index.linear, strict=True)), np.int64(0))
        for flow, within in zip(index.flows, self._flows, strict=True):
            cost = cost + int(flow.distance[p, p]) * within
        for t, convex_load in index.convex_loads:
            cost = cost + self._tier_weights[t] * _load_costs(convex_load, p)
        for t, reduced in index.reduced_slots:
            pool = int(reduced.convex_load.pool_of[p])
            if pool >= 0:
                increase = reduced.increase(
                    sums(reduced.convex_load.weight)[:, None], sums(reduced.slots_claimed)[:, None]
                )[:, pool]
                cost = cost + self._tier_weights[t] * increase
        for t, residual in index.residual_capacities:
            left = (int(residual.room[p]) - sums(residual.weight)) // residual.unit
            left[0] = 0
            cost = cost + self._tier_weights[t] * left * int(residual.room[p] >= 0)
        for t, value in index.residual_values:
            cost = cost + self._tier_weights[t] * value.lost_on(p, np.stack([sums(each) for each in value.weights]))
        sets = np.arange(1 << problem.n)
        for t, on_site in index.sets_on_site:
            for items in on_site.sets if on_site.site == p else ():
                cost = cost + self._tier_weights[t] * ((sets & int((1 << items).sum())) > 0)
        return np.where(self._fits(p), cost, NEVER)

    def _fits(self, p: int) -> IntArray:
        """Whether each set breaks no rule on site p."""
        index, problem = self._index, self._index.problem
        fits = sums((~problem.allowed[:, p]).astype(np.int64)) == 0
        for weight, capacity in zip(index.weight, index.capacity, strict=True):
            fits &= sums(weight) <= capacity[p]
        for conflict in problem.all_conflicts:
            if conflict.sites[p, p]:
                fits &= pair_sums(conflict.items.astype(np.int64)) == 0
        return np.asarray(fits)


def _less(cost: IntArray, other: IntArray) -> IntArray:
    """Subtract from a cost that is not NEVER."""
    return np.where(cost >= NEVER, NEVER, cost - other)


def _load_costs(convex_load: ConvexLoad, p: int) -> IntArray:
    """Cost of the load of every set on site p beyond that of no load."""
    row = convex_load.table[convex_load.pool_of[p]]
    load = sums(convex_load.weight)
    return row[load] - row[0] if convex_load.pool_of[p] >= 0 else np.zeros_like(load)


def _known(index: TermIndex) -> bool:
    """Whether all terms are of the kinds that :meth:`_Sets._alone` prices, by the set of items on one site."""
    kinds = ConvexLoad | ReducedSlotsLoad | ResidualCapacity | ResidualValue | SetOnSite
    return all(isinstance(term, kinds) for _, term in index.terms)


def _separable(index: TermIndex, distances: IntArray, sites: IntArray) -> bool:
    """Whether sites are coupled by nothing but symmetric distances."""
    symmetric = bool((distances == distances.transpose(0, 2, 1)).all())
    convex_loads = [convex_load for _, convex_load in index.convex_loads] + [
        reduced.convex_load for _, reduced in index.reduced_slots
    ]
    pools = [convex_load.pool_of[sites] for convex_load in convex_loads]
    own = all(len(np.unique(each[each >= 0])) == int((each >= 0).sum()) for each in pools)
    apart = ~np.eye(index.problem.m, dtype=bool)
    return symmetric and own and not any((conflict.sites & apart).any() for conflict in index.problem.all_conflicts)


def _weights_of_tiers(index: TermIndex) -> list[int] | None:
    """Weigh the tiers so that one unit of a tier outweighs all lower tiers; None if the sum passes LARGEST."""
    most = [int(np.abs(rows).max(axis=1).sum()) for rows in index.linear]
    for flow in index.flows:
        most[flow.tier] += int(flow.flow.sum()) * int(flow.distance.max())
    for t, convex_load in index.convex_loads:
        most[t] += int((convex_load.table.max(axis=1) - convex_load.table[:, 0]).sum())
    for t, term in [*index.reduced_slots, *index.residual_values]:
        most[t] += term.largest()
    for t, residual in index.residual_capacities:
        most[t] += int(np.maximum(residual.room, int(residual.weight.sum())).sum()) // residual.unit + len(
            residual.room
        )
    for t, on_site in index.sets_on_site:
        most[t] += len(on_site.sets)
    tier_weights = list(accumulate([2 * each + 1 for each in most[:0:-1]], int.__mul__, initial=1))[::-1]
    return tier_weights if sum(w * each for w, each in zip(tier_weights, most, strict=True)) < LARGEST else None
