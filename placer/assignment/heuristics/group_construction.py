"""
Greedy construction by groups: whole groups are placed one after the other, the largest first.

Every site is tried for the first item of a group; each is a row of an array, and in each row every further item goes
where it costs least beside the items placed before it. The group is placed as in the cheapest row. Own.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from placer.assignment import BoolArray, ConvexLoad, IntArray, Problem, Term
from placer.assignment.bounds.elementary import excess_over, marginal_cost
from placer.assignment.context import SearchContext
from placer.assignment.heuristics.partial_assignment import PartialAssignment
from placer.assignment.structure.term_index import TermIndex

FloatArray = npt.NDArray[np.float64]


def construct_by_groups(index: TermIndex, context: SearchContext) -> IntArray | None:
    """
    Place the groups by falling size twice: with the price of load as it is, and with excess load only.

    Returns
    -------
    array ``[n]`` or None
        The better of the two assignments, which keeps every rule; None if both ended without one, or time is up.
    """
    problem = index.problem
    shared = any(marginal_cost(index, convex_load) for _, convex_load in index.convex_loads)  # else excess load is load
    indices = [index, TermIndex(with_excess_load(index))] if shared else [index]
    found = [site_of for each in indices if (site_of := _one_by_one(each, context)) is not None]
    costs = [tuple(problem.evaluate(site_of[None, :])[0].tolist()) for site_of in found]
    return found[costs.index(min(costs))] if found else None


def with_excess_load(index: TermIndex) -> Problem:
    """
    Charge load only above the marginal cost of an even spread; append the full load cost as the next tier.

    Up to that marginal cost all pools will be filled by groups placed later, so that it is no use to split a group
    over two sites to avoid it.
    """
    tiers: list[tuple[Term, ...]] = []
    for terms in index.problem.tiers:
        convex_loads = [term for term in terms if isinstance(term, ConvexLoad)]
        later = {
            id(convex_load): excess_over(convex_load, marginal_cost(index, convex_load)) for convex_load in convex_loads
        }
        tiers += [tuple(later.get(id(term), term) for term in terms)]
        tiers += [tuple(convex_loads)] if convex_loads else []
    return replace(index.problem, tiers=tuple(tiers))


def _one_by_one(index: TermIndex, context: SearchContext) -> IntArray | None:
    """Place the groups by falling size; None if one has no place, or time is up."""
    placer = GroupPlacer(index)
    partial = PartialAssignment(index.problem)
    for items in sorted(index.problem.groups, key=lambda items: -float(placer.size[items].sum())):
        if context.left_s() <= 0 or not placer.place(partial, items):
            return None
    return partial.site_of


class GroupPlacer:
    """
    Places groups beside the items placed before.

    Attributes
    ----------
    size
        ``[n]``, the part of the largest capacity that each item weighs, summed over the resources.
    scarcity
        ``[resources]``, 1 over the largest capacity.
    active
        The tiers that have terms.
    tallies
        The sums over placed items that each term of the index needs to price the next item.
    """

    def __init__(self, index: TermIndex) -> None:
        self.index = index
        most = np.maximum(index.capacity.max(axis=1, initial=1), 1)
        self.size = (index.weight / most[:, None]).sum(axis=0)
        self.scarcity = 1 / most
        self.active = [t for t, terms in enumerate(index.problem.tiers) if terms]
        self._outside = self._flows_outside()
        n, m = index.problem.n, index.problem.m
        self.tallies = [term.tallies(n, m) for _, term in index.terms]

    def place(self, partial: PartialAssignment, items: IntArray) -> bool:
        """
        Place a group where the cheapest row puts it; False if no row has a site for every item.

        Parameters
        ----------
        partial
           Gets the items of the group on their sites.
        items
           The group, without sites yet.
        """
        ordered = items[np.argsort(-self.size[items], kind="stable")]
        first = partial.open_sites(int(ordered[0]))
        beam = _Beam(self, partial, np.flatnonzero(first))
        for v in ordered.tolist():
            beam.add(v)
        for row in beam.ranked():
            if _has_slots(partial, ordered, row):
                for v, p in zip(ordered.tolist(), row.tolist(), strict=True):
                    partial.put(v, p)
                return True
        return False

    def towards(self, v: int, site_of: IntArray) -> IntArray:
        """Linear cost of item v on each site and the cost of its flows with placed items, ``[tiers, m]``."""
        cost: IntArray = self.index.linear[:, v, :].copy()
        for flow in self.index.flows if self._outside[v] else ():
            others = np.flatnonzero(site_of >= 0)
            at = site_of[others]
            cost[flow.tier] += flow.distance[:, at] @ flow.flow[v, others] + flow.flow[others, v] @ flow.distance[at, :]
        return cost

    def _flows_outside(self) -> BoolArray:
        """Items with a flow that leaves their group, ``[n]``."""
        problem = self.index.problem
        outside = np.ones((problem.n, problem.n), dtype=bool)
        for items in problem.groups:
            outside[np.ix_(items, items)] = False
        leaving = np.zeros(problem.n, dtype=bool)
        for flow in self.index.flows:
            leaving |= ((flow.flow != 0) & outside).any(axis=1) | ((flow.flow.T != 0) & outside).any(axis=1)
        return leaving


class _Beam:
    """
    Partial assignments of one group, a row for each site of its first item.

    Each row has its cost, the capacities it leaves, and the tallies of the terms.
    """

    def __init__(self, placer: GroupPlacer, partial: PartialAssignment, sites: IntArray) -> None:
        self._placer, self._index, self._partial, self._first = placer, placer.index, partial, sites
        index, placed = placer.index, np.flatnonzero(partial.site_of >= 0)
        at = partial.site_of[placed]
        self._items: list[int] = []
        self._rows = np.zeros((len(sites), 0), dtype=np.int64)
        self._cost = np.zeros((index.tiers, len(sites)), dtype=np.int64)
        self._alive = np.ones(len(sites), dtype=bool)
        self._left = np.tile(partial.left, (len(sites), 1, 1))
        self._held = [tuple(tally.held(placed, at, len(sites)) for tally in tallies) for tallies in placer.tallies]

    def add(self, v: int) -> None:
        """Put the next item of the group where it costs least beside each row."""
        cost, each = self._prices(v), np.arange(len(self._first))
        if not self._items:
            sites = self._first
        else:
            open_sites = self._open(v)
            self._alive &= open_sites.any(axis=1)
            sites = self._least(cost, open_sites)
        self._cost += cost[:, each, sites]
        self._left[each, :, sites] -= self._index.weight[:, v]
        for tallies, held in zip(self._placer.tallies, self._held, strict=True):
            for tally, sums in zip(tallies, held, strict=True):
                tally.add(sums, v, sites)
        self._rows = np.hstack([self._rows, sites[:, None]])
        self._items.append(v)

    def ranked(self) -> list[IntArray]:
        """Rows with a site for every item, the cheapest first; of equals, the row that leaves least capacity."""
        rows = np.flatnonzero(self._alive)
        tight = self._room()[np.arange(len(self._rows))[:, None], self._rows].sum(axis=1).round(3)
        ranks = np.lexsort([tight[rows], *self._cost[self._placer.active][::-1, rows]])
        return list(self._rows[rows[ranks]])

    def _open(self, v: int) -> BoolArray:
        """Sites where item v breaks no rule beside each row, except for slots, ``[s, m]``."""
        fits = (self._index.weight[:, v][None, :, None] <= self._left).all(axis=1)
        open_sites: BoolArray = fits & self._partial.free_of_conflicts(v)
        for conflict in self._index.problem.all_conflicts:
            for i in np.flatnonzero(conflict.items[v, self._items]).tolist():
                open_sites &= ~conflict.sites[self._rows[:, i]]
        return open_sites

    def _prices(self, v: int) -> IntArray:
        """Cost that item v adds to each tier on each site beside each row, ``[tiers, s, m]``."""
        index, count = self._index, len(self._first)
        cost = np.repeat(self._placer.towards(v, self._partial.site_of)[:, None, :], count, axis=1)
        for flow in index.flows:
            for w, at in zip(self._items, self._rows.T, strict=True):
                if flow.flow[v, w] or flow.flow[w, v]:
                    cost[flow.tier] += flow.flow[v, w] * flow.distance.T[at] + flow.flow[w, v] * flow.distance[at]
        for (t, term), tallies, held in zip(index.terms, self._placer.tallies, self._held, strict=True):
            cost[t] += term.added(v, tallies, held)
        return cost

    def _least(self, cost: IntArray, open_sites: BoolArray) -> IntArray:
        """Find the cheapest open site of each row, the fullest of equals, ``[s]``."""
        best = open_sites
        for t in self._placer.active:
            price = np.where(best, cost[t], np.iinfo(np.int64).max)
            best = best & (price == price.min(axis=1, keepdims=True))
        return np.asarray(np.where(best, self._room(), np.inf).argmin(axis=1))

    def _room(self) -> FloatArray:
        """Capacity left on each site beside each row, in parts of the largest capacity, to a thousandth, ``[s, m]``."""
        left: FloatArray = np.einsum("srm,r->sm", self._left, self._placer.scarcity).round(3)
        return left


def _has_slots(partial: PartialAssignment, items: IntArray, row: IntArray) -> bool:
    """Whether all items find their slots on the sites of a row."""
    slot_matching = partial.problem.slot_matching
    return slot_matching is None or all(
        slot_matching.fits(p, [*np.flatnonzero(partial.site_of == p).tolist(), *items[row == p].tolist()])
        for p in set(row.tolist())
    )
