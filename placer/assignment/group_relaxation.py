"""
Lower bounds by relaxing the coupling of groups: each group is placed alone, and the costs are summed.

The price of load couples the groups. It is split into the cost of each unit up to a price and the cost above it, which
are both convex. The first part is least for an even spread of all load; the second is 0 without load and convex, so
that groups together pay no less than the sum of each alone. Own.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from placer.assignment import BoolArray, ConvexLoad, Flow, IntArray, Linear, Problem, ReducedSlotsLoad, Status, Term
from placer.assignment.bounds.elementary import excess_over, lower_bounds, marginal_cost, pair_bounds
from placer.assignment.context import SearchContext
from placer.assignment.exact.branch_and_bound import branch_and_bound
from placer.assignment.structure.term_index import TermIndex

STATES = 5_000
"""
Partial assignments of branch and bound for one group; beyond, its items and pairs bound it.

Chosen, not tuned: 10 to 50 ms for a group, where there may be hundreds of groups.
"""


def group_bounds(index: TermIndex, context: SearchContext, known: tuple[int, ...]) -> tuple[int, ...]:
    """
    Bound every tier: the sum of the optima of each group alone, an even spread of load, and the other terms.

    The load is split at the marginal cost of an even spread, and, if the elementary bound of the load is higher than
    that spread, at price 0 as well; the higher sum counts.

    Parameters
    ----------
    known
        ``[tiers]``, lower bounds; each is kept if it is higher.

    Returns
    -------
    tuple of int
        ``[tiers]``, no bound below ``known``.
    """
    found, pairs = list(known), pair_bounds(index)
    context = replace(context, on_log=None, on_progress=None)  # progress of each group is none of the whole
    for t in range(index.tiers):
        if not index.problem.tiers[t]:
            continue
        convex_loads = [convex_load for tier, convex_load in index.convex_loads if tier == t]
        least = [
            bound + _Alone(index, context, t, pairs[t], excess).least()
            for bound, excess in _splits(index, convex_loads)
        ]
        others = sum(
            term.lower_bound(index.problem.allowed) for tier, term in index.terms if tier == t and not _is_load(term)
        )
        found[t] = max(known[t], others + max(least))
    return tuple(found)


def least_alone(index: TermIndex, context: SearchContext, t: int, pairs: IntArray) -> IntArray:
    """
    Bound the linear costs and flows of each group in one tier, as if it were alone.

    Parameters
    ----------
    pairs
        ``[n, n]``, of the tier, from :func:`~placer.assignment.bounds.elementary.pair_bounds`.

    Returns
    -------
    array ``[groups]``
    """
    return _Alone(index, replace(context, on_log=None, on_progress=None), t, pairs, []).each()


def _splits(index: TermIndex, convex_loads: list[ConvexLoad]) -> list[tuple[int, list[ConvexLoad]]]:
    """Split the prices of load: a bound of the part that all groups share, and the part that is left to each alone."""
    allowed = index.problem.allowed
    even = sum(convex_load.even_spread_bound(allowed) for convex_load in convex_loads)
    splits = [(even, [excess_over(convex_load, marginal_cost(index, convex_load)) for convex_load in convex_loads])]
    if sum(convex_load.lower_bound(allowed) for convex_load in convex_loads) > even:
        empty = sum(int(convex_load.table[:, 0].sum()) for convex_load in convex_loads)
        splits.append((empty, [excess_over(convex_load, 0) for convex_load in convex_loads]))
    return splits


class _Alone:
    """
    The least cost of each group alone in one tier: its linear costs, its flows and its load.

    Parameters
    ----------
    pairs
        ``[n, n]``, from :func:`~placer.assignment.bounds.elementary.pair_bounds`.
    convex_loads
        Convex prices of load that are 0 without load.
    """

    def __init__(
        self, index: TermIndex, context: SearchContext, t: int, pairs: IntArray, convex_loads: list[ConvexLoad]
    ) -> None:
        self._index, self._context = index, context
        self._linear = index.linear[t]
        self._flows = [flow for flow in index.flows if flow.tier == t]
        self._convex_loads = convex_loads
        self._pairs = pairs
        self._cheapest = np.where(index.problem.allowed, self._linear, np.iinfo(np.int64).max).min(axis=1)
        self._solved: dict[tuple[bytes, ...], int] = {}

    def least(self) -> int:
        """Sum the least costs of the groups."""
        return int(self.each().sum())

    def each(self) -> IntArray:
        """Give the least cost of each group, ``[groups]``."""
        return np.array([self._group(items) for items in self._index.problem.groups], dtype=np.int64)

    def _group(self, items: IntArray) -> int:
        """Bound one group: by its items and pairs if one site reaches that bound, else by branch and bound."""
        least = int(self._cheapest[items].sum()) + int(self._pairs[np.ix_(items, items)].sum()) // 2
        if (self._on_one_site(items) == least).any():
            return least
        return max(least, self._placed(items))

    def _on_one_site(self, items: IntArray) -> IntArray:
        """Give the cost of the whole group on each site that can hold it."""
        sites, block = np.flatnonzero(_holds_all(self._index, items)), np.ix_(items, items)
        cost: IntArray = self._linear[items][:, sites].sum(axis=0)
        for flow in self._flows:
            cost += flow.flow[block].sum() * flow.distance.diagonal()[sites]
        for convex_load in self._convex_loads:
            pools = convex_load.pool_of[sites]
            cost += np.where(pools >= 0, convex_load.table[pools, convex_load.weight[items].sum()], 0)
        return cost

    def _placed(self, items: IntArray) -> int:
        """Give the least cost of the group by branch and bound, 0 beyond its limit; equal groups are solved once."""
        alone = self._problem(items)
        arrays = [alone.allowed, *(r.weight for r in alone.resources), *(r.items for r in alone.relations)]
        arrays += [np.array([len(alone.relations)])]
        for term in alone.tiers[0]:
            arrays.append(
                term.flow if isinstance(term, Flow) else getattr(term, "cost", getattr(term, "weight", items))
            )
        key = tuple(array.tobytes() for array in arrays)
        if key not in self._solved:
            self._solved[key] = _least_of(alone, self._context)
        return self._solved[key]

    def _problem(self, items: IntArray) -> Problem:
        """Make the Problem of one group alone, with one tier and without slots, which only relaxes it."""
        problem, own, block = self._index.problem, np.arange(len(items)), np.ix_(items, items)
        terms: list[Term] = [Linear(name="", cost=self._linear[items])]
        terms += [Flow(name="", items=own, flow=flow.flow[block], distance=flow.distance) for flow in self._flows]
        for convex_load in self._convex_loads:
            weight = convex_load.weight[items]
            terms.append(replace(convex_load, weight=weight, table=convex_load.table[:, : int(weight.sum()) + 1]))
        return Problem(
            allowed=problem.allowed[items],
            resources=tuple(replace(r, weight=r.weight[items]) for r in problem.resources),
            groups=(own,),
            incompatible=problem.incompatible,
            relations=tuple(replace(r, items=r.items[block]) for r in problem.relations if r.items[block].any()),
            selectors=np.flatnonzero(np.isin(items, problem.selectors)),
            tiers=(tuple(terms),),
        )


def _least_of(problem: Problem, context: SearchContext) -> int:
    """Find the least cost of a group alone; 0 beyond the limit of branch and bound."""
    if len(problem.selectors):
        return _least_over_sites(problem, int(problem.selectors[0]), context)
    solution = branch_and_bound(problem, context, state_limit=STATES)
    return solution.costs[0] if solution.status is Status.OPTIMAL else 0


def _least_over_sites(problem: Problem, selector: int, context: SearchContext) -> int:
    """Take the least over the sites of a selector; 0 if the group can be placed under none."""
    found = [_under(problem, selector, int(c), context) for c in np.flatnonzero(problem.allowed[selector])]
    return min((cost for cost in found if cost is not None), default=0)


def _under(problem: Problem, selector: int, c: int, context: SearchContext) -> int | None:
    """
    Bound a group from below with its selector on site c; None if it cannot be placed so.

    Items with one site left pay their linear cost only; branch and bound places the others.
    """
    allowed = problem.allowed.copy()
    allowed[selector] = np.arange(problem.m) == c
    for relation in problem.relations:
        allowed[relation.items[selector]] &= ~relation.sites[c]
    if not allowed.any(axis=1).all():
        return None
    several = allowed.sum(axis=1) > 1
    items, settled = np.flatnonzero(several), np.flatnonzero(~several)
    block = np.ix_(items, items)
    rest = replace(
        problem,
        allowed=allowed[items],
        resources=tuple(replace(r, weight=r.weight[items]) for r in problem.resources),
        groups=(np.arange(len(items)),),
        relations=tuple(replace(r, items=r.items[block]) for r in problem.relations if r.items[block].any()),
        selectors=np.zeros(0, dtype=np.int64),
        tiers=(tuple(_of_items(term, items) for term in problem.tiers[0]),),
    )
    solution = branch_and_bound(rest, context, state_limit=STATES)
    if solution.status is Status.INFEASIBLE:
        return None
    cost = solution.costs[0] if solution.status is Status.OPTIMAL else lower_bounds(TermIndex(rest))[0]
    linear = sum(term.cost for term in problem.tiers[0] if isinstance(term, Linear))
    return cost + int(np.where(allowed, linear, 0)[settled].sum())


def _is_load(term: Term) -> bool:
    """Whether a term is bounded with the groups: by kind, as only a convex load splits and another kind adds to one."""
    return isinstance(term, ConvexLoad | ReducedSlotsLoad)


def _of_items(term: Term, items: IntArray) -> Term:
    """Restrict a term of one group to some items; by kind, as :class:`_Alone` makes these three only."""
    match term:
        case Linear():
            return replace(term, cost=term.cost[items])
        case Flow():
            return replace(term, items=np.arange(len(items)), flow=term.flow[np.ix_(items, items)])
        case ConvexLoad():
            weight = term.weight[items]
            return replace(term, weight=weight, table=term.table[:, : int(weight.sum()) + 1])
    return term


def _holds_all(index: TermIndex, items: IntArray) -> BoolArray:
    """Sites that can hold a whole group if slots are ignored, ``[m]``."""
    problem = index.problem
    fits = (index.weight[:, items].sum(axis=1)[:, None] <= index.capacity).all(axis=0)
    holds: BoolArray = fits & problem.allowed[items].all(axis=0)
    for relation in problem.relations:
        if relation.items[np.ix_(items, items)].any():
            holds &= ~relation.sites.diagonal()
    return holds
