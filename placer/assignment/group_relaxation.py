"""Lower bounds from placing each group alone: exact for its flows and the load it brings, blind to the other groups."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from placer.assignment import BoolArray, ConvexLoad, Flow, IntArray, Linear, Problem, ReducedSlotsLoad, Status, Term
from placer.assignment.bounds.elementary import (
    excess_over,
    lower_bounds,
    marginal_cost,
    pair_bounds,
)
from placer.assignment.context import SearchContext
from placer.assignment.exact.branch_and_bound import branch_and_bound
from placer.assignment.structure.term_index import TermIndex

STATES = 5_000
"""Partial assignments looked at for one group; beyond that its items and pairs bound it."""


def group_bounds(index: TermIndex, context: SearchContext, known: tuple[int, ...]) -> tuple[int, ...]:
    """
    Bound every tier by the least that each group costs alone, plus the load spread evenly and the room.

    The price of load falls into what units cost up to a price and what they cost beyond it. Both parts are convex. The
    first is least for an even spread; the second is 0 for no load, so that groups together pay no less than each alone.

    Parameters
    ----------
    known
        Bounds known so far; each is kept where it is higher.
    """
    found, pairs = list(known), pair_bounds(index)
    context = replace(context, on_log=None, on_progress=None)  # a search for each group says little of the whole
    for t in range(index.tiers):
        if not index.problem.tiers[t]:
            continue
        convex_loads = [convex_load for tier, convex_load in index.convex_loads if tier == t]
        even = [
            (convex_load.even_spread_bound(index.problem.allowed), marginal_cost(index, convex_load))
            for convex_load in convex_loads
        ]
        ways = [
            (
                sum(bound for bound, _ in even),
                [excess_over(c, price) for c, (_, price) in zip(convex_loads, even, strict=True)],
            )
        ]
        if sum(convex_load.lower_bound(index.problem.allowed) for convex_load in convex_loads) > ways[0][0]:
            ways.append(
                (
                    sum(int(convex_load.table[:, 0].sum()) for convex_load in convex_loads),
                    [excess_over(convex_load, 0) for convex_load in convex_loads],
                )
            )
        least = [bound + _Alone(index, context, t, pairs[t], dearer).least() for bound, dearer in ways]
        others = sum(
            term.lower_bound(index.problem.allowed) for tier, term in index.terms if tier == t and not _is_load(term)
        )
        found[t] = max(known[t], others + max(least))
    return tuple(found)


class _Alone:
    """
    What the groups cost in one tier, each alone: its linear costs, its flows and its load.

    Parameters
    ----------
    pairs
        ``[n, n]``, the least that each pair of items costs.
    convex_loads
        That price its load, 0 for none.
    """

    def __init__(
        self, index: TermIndex, context: SearchContext, t: int, pairs: IntArray, convex_loads: list[ConvexLoad]
    ) -> None:
        self._index, self._budget = index, context
        self._linear = index.linear[t]
        self._flows = [flow for flow in index.flows if flow.tier == t]
        self._crowds = convex_loads
        self._pairs = pairs
        self._cheapest = np.where(index.problem.allowed, self._linear, np.iinfo(np.int64).max).min(axis=1)
        self._seen: dict[tuple[bytes, ...], int] = {}

    def least(self) -> int:
        """Sum the least that each group costs."""
        return sum(self._group(items) for items in self._index.problem.groups)

    def _group(self, items: IntArray) -> int:
        """Give the least of one group: that of its items and pairs where they can have it on one site."""
        least = int(self._cheapest[items].sum()) + int(self._pairs[np.ix_(items, items)].sum()) // 2
        if (self._on_one_site(items) == least).any():
            return least
        return max(least, self._enumerated(items))

    def _on_one_site(self, items: IntArray) -> IntArray:
        """Price the whole group on each site that can hold it."""
        sites, block = np.flatnonzero(_holds_all(self._index, items)), np.ix_(items, items)
        cost: IntArray = self._linear[items][:, sites].sum(axis=0)
        for flow in self._flows:
            cost += flow.flow[block].sum() * flow.distance.diagonal()[sites]
        for convex_load in self._crowds:
            pools = convex_load.pool_of[sites]
            cost += np.where(pools >= 0, convex_load.table[pools, convex_load.weight[items].sum()], 0)
        return cost

    def _enumerated(self, items: IntArray) -> int:
        """Place the group alone; 0 where that takes too long."""
        alone = self._problem(items)
        arrays = [alone.allowed, *(r.weight for r in alone.resources), *(r.items for r in alone.relations)]
        arrays += [np.array([len(alone.relations)])]
        for term in alone.tiers[0]:
            arrays.append(
                term.flow if isinstance(term, Flow) else getattr(term, "cost", getattr(term, "weight", items))
            )
        key = tuple(array.tobytes() for array in arrays)
        if key not in self._seen:
            self._seen[key] = _least_of(alone, self._budget)
        return self._seen[key]

    def _problem(self, items: IntArray) -> Problem:
        problem, own, block = self._index.problem, np.arange(len(items)), np.ix_(items, items)
        terms: list[Term] = [Linear(name="", cost=self._linear[items])]
        terms += [Flow(name="", items=own, flow=flow.flow[block], distance=flow.distance) for flow in self._flows]
        for convex_load in self._crowds:
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
    """Find the least that a group costs alone; 0 where that takes too long."""
    if len(problem.selectors):
        return _least_of_choices(problem, int(problem.selectors[0]), context)
    solution = branch_and_bound(problem, context, state_limit=STATES)
    return solution.costs[0] if solution.status is Status.OPTIMAL else 0


def _least_of_choices(problem: Problem, selector: int, context: SearchContext) -> int:
    """Take the least over the sites of an item that decides for the others; 0 where nothing can be placed."""
    found = [_under(problem, selector, int(c), context) for c in np.flatnonzero(problem.allowed[selector])]
    return min((cost for cost in found if cost is not None), default=0)


def _under(problem: Problem, selector: int, c: int, context: SearchContext) -> int | None:
    """
    Bound a group from below whose selector stands on site c; None where nothing can be placed.

    Items with one site left are settled and pay only what they pay there by themselves; the others are placed.
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
    """Whether it is bounded with the groups: this bound splits convex loads, and what is on top of one is left out."""
    return isinstance(term, ConvexLoad | ReducedSlotsLoad)


def _of_items(term: Term, items: IntArray) -> Term:
    """Leave some items of a group in a term; :class:`_Alone` makes no other kinds."""
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
    """Sites that can hold a whole group, slots apart, ``[m]``."""
    problem = index.problem
    fits = (index.weight[:, items].sum(axis=1)[:, None] <= index.capacity).all(axis=0)
    holds: BoolArray = fits & problem.allowed[items].all(axis=0)
    for relation in problem.relations:
        if relation.items[np.ix_(items, items)].any():
            holds &= ~relation.sites.diagonal()
    return holds
