"""
Few items, of any kind, on sites whose distances nest: an exact dynamic program over sets of items.

Where the distance between two sites depends only on the smallest cluster that holds both, what a set of items costs
inside a cluster does not depend on where the others are. So the least price of every set follows from cluster to
cluster.
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
"""Items up to which it is tried: beyond, the 3**n splits at a cluster take too long; by trial,"""
WORK = 1_500_000_000
"""and splits of sets between two clusters, all told."""
SHARE = 0.8
"""Part of the time left that it may take."""
LARGEST = 2**58
"""What prices may come to, all tiers in one number."""


def subsets_apply(problem: Problem) -> Applies:
    """Say whether the items are few enough and need no slots."""
    if problem.n == 0:
        return Applies(False, "there are no items")
    if problem.n > ITEMS:
        return Applies(False, f"{ITEMS} items at most, has {problem.n}")
    if problem.slot_matching is not None:
        return Applies(False, "items need slots on their sites")
    if not problem.allowed.any():
        return Applies(False, "no item may stand anywhere")
    return Applies(True, f"its {problem.n} items are no more than {ITEMS}, on sites whose distances nest")


def solve_by_subsets(problem: Problem, context: SearchContext) -> Solution | GaveUp:
    """
    Find and prove the best assignment of a few items on nested sites.

    Returns
    -------
    Solution or GaveUp
        OPTIMAL or INFEASIBLE; else the sites do not nest, it is too much work, or most of the time is over.
    """
    applies = subsets_apply(problem)
    if not applies:
        return GaveUp(applies.reason)
    index = TermIndex(problem)
    sites = np.flatnonzero(problem.allowed.any(axis=0))
    distances = np.array([flow.distance for flow in index.flows] or np.zeros((1, problem.m, problem.m), np.int64))
    tier_weights = _worth(index)
    if tier_weights is None:
        return GaveUp(f"all tiers in one number pass {LARGEST}")
    if not _known(index) or not _separable(index, distances, sites):
        return GaveUp("sites meet in a rounded term, or in more than symmetric distances")
    tree = cluster_tree(distances[:, sites[:, None], sites])
    splits = len(sites) * 3**problem.n
    if tree is None or splits > 64 * WORK:
        return GaveUp("the distances do not nest" if tree is None else f"{64 * WORK} splits at most, needs {splits}")
    return _Sets(index, context, sites, tier_weights).run(tree)


class _Sets:
    """The dynamic program: the least price of every set of items within a cluster."""

    def __init__(self, index: TermIndex, context: SearchContext, sites: IntArray, tier_weights: list[int]) -> None:
        self._index, self._budget, self._sites, self._worth = index, context, sites, tier_weights
        self._deadline = context.elapsed_s() + context.left_s() * (SHARE if context.deterministic_limit is None else 1)
        self._flows = [tier_weights[flow.tier] * pair_sums(flow.flow) for flow in index.flows]
        self._unions = Unions(index.problem.n)
        self._ways: dict[tuple[int, int], list[tuple[IntArray, IntArray]]] = {}

    def run(self, tree: Cluster) -> Solution | GaveUp:
        """Price all sets and read the best assignment off them; give up where that takes too long."""
        problem, context = self._index.problem, self._budget
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
        """Count the splits of sets that are priced."""
        n, total = self._index.problem.n, 0
        for i, part in enumerate(cluster.parts):
            total += self._work(part, leaves)
            if i and part.parts:
                total += 3**n
            elif i:
                total += int((1 << (n - np.bitwise_count(np.flatnonzero(leaves[part.p] < NEVER)).astype(int))).sum())
        return total

    def _least(self, cluster: Cluster, only: int | None = None) -> IntArray:
        """Price every set of items within a cluster, or one alone."""
        if not cluster.parts:
            return self._leaves[cluster.p]
        far = self._pairs(cluster.p, cluster.q)
        least, ways = _less(self._least(cluster.parts[0]), far), []
        for part in cluster.parts[1:]:
            if self._budget.elapsed_s() > self._deadline or self._budget.stop.is_set():
                raise TimeoutError
            other = _less(self._least(part), far)
            ways.append((least, other))
            if only is not None and part is cluster.parts[-1]:
                there = part_for(only, least, other)
                least = np.where(np.arange(len(least)) == only, min(least[only ^ there] + other[there], NEVER), NEVER)
            else:
                least = self._unions.least(least, other)
        self._ways[cluster.p, cluster.q] = ways
        return _less(least, -far)

    def _spread(self, cluster: Cluster, whole: int, site_of: IntArray) -> None:
        """Put a set of items, given as a number, on the sites of a cluster."""
        if not cluster.parts:
            site_of[(whole >> np.arange(len(site_of)) & 1).astype(bool)] = self._sites[cluster.p]
            return
        for part, (one, other) in zip(cluster.parts[:0:-1], self._ways[cluster.p, cluster.q][::-1], strict=True):
            there = part_for(whole, one, other)
            self._spread(part, there, site_of)
            whole ^= there
        self._spread(cluster.parts[0], whole, site_of)

    def _pairs(self, p: int, q: int) -> IntArray:
        """What the flows within each set cost if every two items are as far apart as sites p and q."""
        a, b = self._sites[[p, q]]
        total = np.zeros(1 << self._index.problem.n, dtype=np.int64)
        for flow, within in zip(self._index.flows, self._flows, strict=True):
            total += int(flow.distance[a, b]) * within
        return total

    def _alone(self, p: int) -> IntArray:
        """What each set costs on site p by itself; NEVER where it cannot stand there."""
        index, problem = self._index, self._index.problem
        price = sum((w * sums(row[:, p]) for w, row in zip(self._worth, index.linear, strict=True)), np.int64(0))
        for flow, within in zip(index.flows, self._flows, strict=True):
            price = price + int(flow.distance[p, p]) * within
        for t, convex_load in index.convex_loads:
            price = price + self._worth[t] * _crowded(convex_load, p)
        for t, reduced in index.reduced_slots:
            pool = int(reduced.convex_load.pool_of[p])
            if pool >= 0:
                load, claims = sums(reduced.convex_load.weight), sums(reduced.slots_claimed)
                price = price + self._worth[t] * reduced.increase(load[:, None], claims[:, None])[:, pool]
        for t, room in index.residual_capacities:
            left = (int(room.room[p]) - sums(room.weight)) // room.unit
            left[0] = 0
            price = price + self._worth[t] * left * int(room.room[p] >= 0)
        sets = np.arange(1 << problem.n)
        for t, touch in index.sets_on_site:
            for items in touch.sets if touch.site == p else ():
                price = price + self._worth[t] * ((sets & int((1 << items).sum())) > 0)
        return np.where(self._fits(p), price, NEVER)

    def _fits(self, p: int) -> IntArray:
        index, problem = self._index, self._index.problem
        fits = sums((~problem.allowed[:, p]).astype(np.int64)) == 0
        for weight, capacity in zip(index.weight, index.capacity, strict=True):
            fits &= sums(weight) <= capacity[p]
        for conflict in problem.all_conflicts:
            if conflict.sites[p, p]:
                fits &= pair_sums(conflict.items.astype(np.int64)) == 0
        return np.asarray(fits)


def _less(price: IntArray, other: IntArray) -> IntArray:
    """Take something off a price, unless that is NEVER."""
    return np.where(price >= NEVER, NEVER, price - other)


def _crowded(convex_load: ConvexLoad, p: int) -> IntArray:
    """What load on site p costs beyond none, for every set."""
    row = convex_load.table[convex_load.pool_of[p]]
    load = sums(convex_load.weight)
    return row[load] - row[0] if convex_load.pool_of[p] >= 0 else np.zeros_like(load)


def _known(index: TermIndex) -> bool:
    """Whether all terms are of kinds that a set of items on a site can be priced by."""
    return all(
        isinstance(term, ConvexLoad | ReducedSlotsLoad | ResidualCapacity | SetOnSite) for _, term in index.terms
    )


def _separable(index: TermIndex, distances: IntArray, sites: IntArray) -> bool:
    """Whether sites meet in nothing but symmetric distances."""
    symmetric = bool((distances == distances.transpose(0, 2, 1)).all())
    convex_loads = [convex_load for _, convex_load in index.convex_loads] + [
        reduced.convex_load for _, reduced in index.reduced_slots
    ]
    pools = [convex_load.pool_of[sites] for convex_load in convex_loads]
    own = all(len(np.unique(each[each >= 0])) == int((each >= 0).sum()) for each in pools)
    apart = ~np.eye(index.problem.m, dtype=bool)
    return symmetric and own and not any((conflict.sites & apart).any() for conflict in index.problem.all_conflicts)


def _worth(index: TermIndex) -> list[int] | None:
    """Weigh the tiers so that one unit of a tier outweighs all lower tiers; None where that comes to too much."""
    most = [int(np.abs(rows).max(axis=1).sum()) for rows in index.linear]
    for flow in index.flows:
        most[flow.tier] += int(flow.flow.sum()) * int(flow.distance.max())
    for t, convex_load in index.convex_loads:
        most[t] += int((convex_load.table.max(axis=1) - convex_load.table[:, 0]).sum())
    for t, reduced in index.reduced_slots:
        most[t] += reduced.largest()
    for t, room in index.residual_capacities:
        most[t] += int(np.maximum(room.room, int(room.weight.sum())).sum()) // room.unit + len(room.room)
    for t, touch in index.sets_on_site:
        most[t] += len(touch.sets)
    tier_weights = list(accumulate([2 * each + 1 for each in most[:0:-1]], int.__mul__, initial=1))[::-1]
    return tier_weights if sum(w * each for w, each in zip(tier_weights, most, strict=True)) < LARGEST else None
