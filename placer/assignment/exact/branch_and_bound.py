"""
Layered branch and bound over arrays: exact, for few items.

Items are placed one after the other; partial assignments are rows of an array, bounded and pruned many at a time, and
taken depth first in chunks. The bound of a row is its cost so far, the cheapest open site of each remaining item, the
pair bounds of the remaining items, and the bounds of the other terms for the rest of the load.

Branch and bound: Land and Doig (Econometrica 28, 1960). The layers, bounds and symmetry breaking are own.
"""

from __future__ import annotations

import numpy as np

from placer.assignment import BoolArray, IntArray, Problem, Solution, Status
from placer.assignment.bounds.elementary import lower_bounds, pair_bounds
from placer.assignment.context import SearchContext
from placer.assignment.exact.search_order import earlier_equal, previous_equal_site, search_order
from placer.assignment.heuristics.tabu_search import tabu_search
from placer.assignment.structure.term_index import TermIndex

STATE_LIMIT = 200_000
"""Partial assignments after which the default turns to other methods: 0.4 to 4 s, see :data:`CHUNK`. Chosen."""
CHUNK = 2048
"""
Partial assignments of one length that are expanded together.

More save time by longer arrays, fewer find good incumbents sooner. On random Problems of 6 to 24 items on 8 and 16
sites, 2048 looked at 100,000 partial assignments in 0.2 to 0.9 s, 512 in 0.3 to 0.9 s, and 8192 found no assignment in
two of four (Python 3.11).
"""
PATIENCE = 5
"""Moves of tabu search without gain before the tree is searched. Chosen so that small instances start sooner."""


def branch_and_bound(
    problem: Problem, context: SearchContext, *, state_limit: int = 10**12, start: IntArray | None = None
) -> Solution:
    """
    Find the best assignment and prove it, or prove that there is none.

    Parameters
    ----------
    state_limit
        Partial assignments to look at, at most; beyond, the Solution is FEASIBLE, or UNKNOWN without an assignment.
    start
        ``[n]``, an assignment that keeps every rule; None searches for one.
    """
    index = TermIndex(problem)
    if start is None:
        start = tabu_search(
            index, context, time_limit_s=context.left_s() / 4, patience=PATIENCE, bounds=lower_bounds(index)
        )
    return BranchAndBound(index, context).run(start, state_limit)


class BranchAndBound:
    """
    One search of the tree of partial assignments; the module says how.

    Parameters
    ----------
    chunk
        Partial assignments of one length that are expanded together, at most.
    """

    def __init__(self, index: TermIndex, context: SearchContext, *, chunk: int = CHUNK) -> None:
        self.index = index
        self.context = context
        self._chunk = chunk
        self._order = search_order(index)
        self._earlier_equal = earlier_equal(index, self._order)
        self._previous_site = previous_equal_site(index)
        self._rest_pairs = self._remaining_pairs()
        self.best: IntArray | None = None
        self.best_costs: tuple[int, ...] = ()

    def run(self, start: IntArray | None, state_limit: int = 10**12) -> Solution:
        """
        Search until all is proved, time is up, or the limit is passed.

        Parameters
        ----------
        start
            ``[n]``, an assignment that keeps the rules, the first incumbent; None for none.
        state_limit
            Partial assignments to look at, at most.
        """
        problem, states = self.index.problem, 0
        if start is not None:
            self._offer(start)
        stack = [np.zeros((1, 0), dtype=np.int64)]
        while stack:
            rows = stack.pop()
            states += len(rows)
            if states > state_limit or self.context.left_s() <= 0:
                return self._unproved(states)
            self.context.tell("branch and bound", costs=self.best_costs)
            if rows.shape[1] == problem.n:
                self._settle(rows)
                continue
            children = self._expand(rows)
            stack += [children[i : i + self._chunk] for i in range(0, len(children), self._chunk)][::-1]
        self.context.log(f"branch and bound ended with a proof after {states} partial placements")
        return self._proved()

    def _proved(self) -> Solution:
        elapsed = self.context.elapsed_s()
        if self.best is None:
            return Solution(status=Status.INFEASIBLE, wall_time_s=elapsed)
        return Solution(
            status=Status.OPTIMAL,
            site_of=self.best,
            costs=self.best_costs,
            bounds=self.best_costs,
            wall_time_s=elapsed,
        )

    def _unproved(self, states: int) -> Solution:
        tried = f"branch and bound looked at {states} partial placements"
        self.context.log(f"{tried}, costs {self.best_costs or None}")
        elapsed = self.context.elapsed_s()
        if self.best is None:
            return Solution(status=Status.UNKNOWN, wall_time_s=elapsed, attempts=tried)
        bounds = tuple(min(*pair) for pair in zip(lower_bounds(self.index), self.best_costs, strict=True))
        return Solution(
            status=Solution.status_for(self.best_costs, bounds),
            site_of=self.best,
            costs=self.best_costs,
            bounds=bounds,
            wall_time_s=elapsed,
            attempts=tried,
        )

    def _offer(self, site_of: IntArray) -> None:
        """Make an assignment the incumbent if it costs less."""
        costs = tuple(self.index.problem.evaluate(site_of[None, :])[0].tolist())
        if self.best is None or costs < self.best_costs:
            self.best, self.best_costs = site_of.copy(), costs
            self.context.keep(self.index.problem, site_of)

    def _settle(self, rows: IntArray) -> None:
        """Offer the best of some whole assignments."""
        site_of = np.empty_like(rows)
        site_of[:, self._order] = rows
        costs = self.index.problem.evaluate(site_of)
        self._offer(site_of[int(np.lexsort(costs.T[::-1])[0])])

    def _expand(self, rows: IntArray) -> IntArray:
        """Place the next item of every row on every open site whose bound is below the incumbent, best bounds first."""
        k = rows.shape[1]
        rest = self._order[k:]
        open_sites = self._open_sites(rows, rest)
        pending = self._pending(rows, rest)
        barred = np.iinfo(np.int64).max // 4
        cheapest = np.where(open_sites[:, None], pending, barred).min(axis=3)
        alive = np.logical_and.reduce(np.logical_or.reduce(open_sites, axis=2), axis=1)
        bound = self._cost_so_far(rows) + cheapest.sum(axis=2) + self._rest_pairs[k]
        self._add_other_terms(rows, rest, bound)
        child_bound = bound[:, :, None] + pending[:, :, 0, :] - cheapest[:, :, 0][:, :, None]
        keep = open_sites[:, 0, :] & alive.reshape(-1, 1) & self._below(child_bound)
        keep &= self._breaks_no_symmetry(rows, k)
        if self.index.problem.slot_matching is not None:
            keep &= self.index.problem.slot_matching.fit_beside(rows, self._order[: k + 1], keep)
        parents, sites = np.nonzero(keep)
        ranks = np.lexsort(child_bound[parents, :, sites].T[::-1])
        return np.hstack([rows[parents[ranks]], sites[ranks, None]])

    def _open_sites(self, rows: IntArray, rest: IntArray) -> BoolArray:
        """Sites where each remaining item breaks no rule beside each row, except for slots, ``[s, rest, m]``."""
        problem, placed = self.index.problem, self._order[: rows.shape[1]]
        on = rows[:, :, None] == np.arange(problem.m)
        good = np.broadcast_to(problem.allowed[rest], (len(rows), len(rest), problem.m)).copy()
        for weight, capacity in zip(self.index.weight, self.index.capacity, strict=True):
            left = capacity - (on * weight[placed][:, None]).sum(axis=1)
            good &= weight[rest][None, :, None] <= left[:, None, :]
        for conflict in problem.all_conflicts:
            clash = conflict.sites[rows].astype(np.int64)
            good &= np.einsum("rk,skm->srm", conflict.items[np.ix_(rest, placed)].astype(np.int64), clash) == 0
        return good

    def _pending(self, rows: IntArray, rest: IntArray) -> IntArray:
        """Linear cost of each remaining item on each site and its flows with placed items, ``[s, tiers, rest, m]``."""
        index, placed = self.index, self._order[: rows.shape[1]]
        pending = np.repeat(index.linear[None][:, :, rest], len(rows), axis=0)
        for flow in index.flows:
            out, into = flow.flow[np.ix_(rest, placed)], flow.flow[np.ix_(placed, rest)]
            if out.any() or into.any():
                pending[:, flow.tier] += np.einsum("rk,skm->srm", out, flow.distance.T[rows])
                pending[:, flow.tier] += np.einsum("kr,skm->srm", into, flow.distance[rows])
        return pending

    def _cost_so_far(self, rows: IntArray) -> IntArray:
        """Linear cost of the placed items and their flows, ``[s, tiers]``; :meth:`_add_other_terms` adds the rest."""
        index, placed = self.index, self._order[: rows.shape[1]]
        cost: IntArray = index.linear[:, placed, rows].sum(axis=2).T.copy()
        for flow in index.flows:
            among = flow.flow[np.ix_(placed, placed)]
            if among.any():
                cost[:, flow.tier] += np.einsum("svw,vw->s", flow.distance[rows[:, :, None], rows[:, None, :]], among)
        return cost

    def _add_other_terms(self, rows: IntArray, rest: IntArray, bound: IntArray) -> None:
        """Add to ``bound [s, tiers]`` the bounds of the other terms for each row and the remaining items."""
        index, placed = self.index, self._order[: rows.shape[1]]
        for t, term in index.terms:
            bound[:, t] += term.partial_bound(rows, placed, rest, index.problem.allowed)

    def _below(self, bound: IntArray) -> BoolArray:
        """Whether a bound, ``[s, tiers, m]``, is lexicographically below the incumbent."""
        if self.best is None:
            return np.ones((bound.shape[0], bound.shape[2]), dtype=bool)
        below = np.zeros((bound.shape[0], bound.shape[2]), dtype=bool)
        level = np.ones_like(below)
        for t, cost in enumerate(self.best_costs):
            below |= level & (bound[:, t] < cost)
            level &= bound[:, t] == cost
        return below

    def _breaks_no_symmetry(self, rows: IntArray, k: int) -> BoolArray:
        """Sites, ``[s, m]``, that keep interchangeable items, groups and sites in order; see module search_order."""
        m = self.index.problem.m
        keep = np.ones((len(rows), m), dtype=bool)
        earlier = self._earlier_equal[k]
        if earlier >= 0:
            keep &= np.arange(m) >= rows[:, earlier][:, None]
        used = (rows[:, :, None] == np.arange(m)).any(axis=1)
        for p, q in enumerate(self._previous_site):
            if q >= 0:
                keep[:, p] &= used[:, p] | used[:, q]
        return keep

    def _remaining_pairs(self) -> IntArray:
        """Sum the pair bounds of the remaining items for each number of placed items, ``[n + 1, tiers]``."""
        pairs = pair_bounds(self.index)[:, self._order][:, :, self._order]
        n = self.index.problem.n
        return np.array([[int(p[k:, k:].sum()) // 2 for p in pairs] for k in range(n + 1)])
