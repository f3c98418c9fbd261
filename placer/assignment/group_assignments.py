"""
The assignments of a group alone, all of them: those that an assignment no worse than a known one can hold.

A group has few assignments once its own costs are known to be near their least: then each of them can be one choice of
a model, whose linear relaxation sees the whole group, and not its pairs. That is the column of a Dantzig-Wolfe
decomposition (Dantzig and Wolfe 1960) with a block for each group, and all columns at once. Own.
"""

from __future__ import annotations

import numpy as np

from placer.assignment import BoolArray, IntArray
from placer.assignment.bounds.elementary import pair_bounds
from placer.assignment.context import SearchContext
from placer.assignment.group_relaxation import least_alone
from placer.assignment.structure.symmetry import item_classes
from placer.assignment.structure.term_index import TermIndex

MOST, MOST_OF_ALL = 2_000, 10_000
"""Assignments of one group, and of all groups, that are listed at most. Chosen, not tuned."""
DENSE = 2
"""
Assignments of a group for each pair of an item and a site, at most, if it has no selectors.

Measured: of three vnodes on eight pnodes 24 assignments make a model easier, and 450 harder than pairs do. With
selectors pairs are worse, as items may be unused.
"""
FEW = 2_000
"""Assignments up to which a model has all of them at once: CP-SAT then takes tenths of a second. Chosen, not tuned."""
NEAR = (0.0, 0.1, 0.4)
"""
Parts of the gap of a tier, one after the other: what costs more is left out, and nothing after the last.

Chosen, not tuned: the first looks for an assignment that meets the bound.
"""
WIDTH = 100_000
"""Partial assignments of one group that are looked at at once, at most. Chosen, not tuned: some MiB of memory."""


def near_assignments(
    index: TermIndex, context: SearchContext, costs: tuple[int, ...], bounds: tuple[int, ...], tried: int | None = None
) -> tuple[dict[int, IntArray], int | None]:
    """
    List what each group can look like in an assignment no worse than a known one; where that is much, less of it.

    Parameters
    ----------
    costs, bounds
        ``[tiers]``, those of the known assignment, and lower bounds.
    tried
        How many of :data:`NEAR` were tried before; None leaves nothing out.

    Returns
    -------
    dict, int or None
        For each group that has few assignments ``[a, k]``, the site of each of its k items. Equal items stand in the
        order of their sites. Groups of one item, and those with too many assignments, are left out. And the most that
        the tier costs in assignments of which all is there, if that is less than the known cost.
    """
    tier = next((t for t, (cost, bound) in enumerate(zip(costs, bounds, strict=True)) if cost > bound), None)
    lister = _Lister(index, context)
    listed = lister.all_within(costs if tier is None else costs[: tier + 1])
    several = sum(len(items) > 1 for items in index.problem.groups)
    total = sum(map(len, listed.values()))
    short = several < 2 or (len(listed) == several and total <= FEW)
    if short or tier is None or tried is None or tried >= len(NEAR):
        return listed, None
    target = bounds[tier] + int(NEAR[tried] * (costs[tier] - bounds[tier]))
    nearer = lister.all_within((*costs[:tier], target))
    fewer = len(nearer) > len(listed) or sum(map(len, nearer.values())) < total // 2
    return (nearer, target) if fewer else (listed, None)


class _Lister:
    """Lists the assignments of groups; what does not depend on limits is worked out once, and equal groups too."""

    def __init__(self, index: TermIndex, context: SearchContext) -> None:
        self._index, self._context = index, context
        self._pairs = pair_bounds(index)
        self._cheapest = np.where(index.problem.allowed, index.linear, np.iinfo(np.int64).max).min(axis=2)
        self._before = np.full(index.problem.n, -1, dtype=np.int64)
        for members in item_classes(index):
            self._before[members[1:]] = members[:-1]
        self._least: dict[int, tuple[IntArray, int]] = {}
        self._most: dict[int, IntArray] = {}
        self._known: dict[tuple[bytes, ...], IntArray | None] = {}

    def all_within(self, limits: tuple[int, ...]) -> dict[int, IntArray]:
        """
        List what each group of several items can look like where the first tiers cost no more than some limits.

        Returns
        -------
        dict
            As of :func:`near_assignments`.
        """
        groups = self._index.problem.groups
        self._most = {t: self._most_alone(t, limit) for t, limit in enumerate(limits)}
        found: dict[int, IntArray] = {}
        total = 0
        for g in sorted((g for g, items in enumerate(groups) if len(items) > 1), key=lambda g: len(groups[g])):
            if self._context.left_s() <= 0:
                break
            rows = self._of(g)
            if rows is not None and total + len(rows) <= MOST_OF_ALL:
                found[g] = rows
                total += len(rows)
        return found

    def _most_alone(self, t: int, limit: int) -> IntArray:
        """
        Bound from above what each group pays in its linear costs and flows, ``[groups]``, where a tier has a limit.

        No assignment costs less than all groups alone and the least of the other terms. What the limit allows beyond
        that is the most by which a group can exceed its own least.
        """
        if t not in self._least:
            others = sum(term.lower_bound(self._index.problem.allowed) for tier, term in self._index.terms if tier == t)
            self._least[t] = least_alone(self._index, self._context, t, self._pairs[t]), others
        least, others = self._least[t]
        return least + (limit - int(least.sum()) - others)

    def _of(self, g: int) -> IntArray | None:
        """List the assignments of a group, ``[a, k]``; None where they are too many."""
        items = self._index.problem.groups[g]
        key = self._key(g, items)
        if key not in self._known:
            self._known[key] = self._listed(g, items)
        return self._known[key]

    def _key(self, g: int, items: IntArray) -> tuple[bytes, ...]:
        index, block = self._index, np.ix_(items, items)
        parts = [index.problem.allowed[items], index.weight[:, items], self._pairs[:, items][:, :, items]]
        parts += [index.linear[t][items] for t in self._most] + [most[g : g + 1] for most in self._most.values()]
        parts += [flow.flow[block] for flow in index.flows]
        parts += [conflict.items[block] for conflict in index.problem.all_conflicts]
        if index.problem.slot_matching is not None:
            parts.append(index.problem.slot_matching.item_kinds[items])
        parts.append(np.searchsorted(items, self._before[items]) * (self._before[items] >= 0))
        return tuple(part.tobytes() for part in parts)

    def _listed(self, g: int, items: IntArray) -> IntArray | None:
        """Place item after item, those first that decide where others may go."""
        problem = self._index.problem
        order = np.argsort(~np.isin(items, problem.selectors), kind="stable")
        rows = np.zeros((1, 0), dtype=np.int64)
        for j in range(len(items)):
            placed = items[order[: j + 1]]
            sites = np.flatnonzero(problem.allowed[placed[-1]])
            if len(rows) * len(sites) > WIDTH:
                return None
            rows = np.column_stack([np.repeat(rows, len(sites), axis=0), np.tile(sites, len(rows))])
            rows = rows[self._fits(placed, rows)]
            rows = rows[self._is_cheap(g, items, order[: j + 1], rows)]
        back = np.argsort(order, kind="stable")
        rows = rows[:, back]
        if problem.slot_matching is not None:
            rows = rows[[self._has_slots(items, row) for row in rows]] if len(rows) else rows
        chooses = bool(np.isin(items, problem.selectors).any())
        return rows if len(rows) <= (MOST if chooses else DENSE * items.size * problem.m) else None

    def _fits(self, placed: IntArray, rows: IntArray) -> BoolArray:
        """Whether the last item placed has room and no conflict, and stands in order among its equals, ``[a]``."""
        index, v = self._index, placed[-1]
        here = rows[:, -1]
        beside = rows == here[:, None]  # itself included
        fits: BoolArray = np.ones(len(rows), dtype=bool)
        if self._before[v] in placed[:-1]:
            fits &= rows[:, int(np.flatnonzero(placed == self._before[v])[0])] <= here
        for weight, capacity in zip(index.weight, index.capacity, strict=True):
            if weight[v]:
                fits &= beside @ weight[placed] <= capacity[here]
        for conflict in index.problem.all_conflicts:
            for i in np.flatnonzero(conflict.items[v, placed]).tolist():
                fits &= ~conflict.sites[rows[:, i], here]
        return fits

    def _is_cheap(self, g: int, items: IntArray, order: IntArray, rows: IntArray) -> BoolArray:
        """Whether the items placed, and the least of the others, cost no more than the group may pay, ``[a]``."""
        cheap: BoolArray = np.ones(len(rows), dtype=bool)
        placed, rest = items[order], np.setdiff1d(items, items[order])
        for t, most in self._most.items():
            linear = self._index.linear[t]
            least = int(self._cheapest[t][rest].sum()) + int(self._pairs[t][np.ix_(rest, rest)].sum()) // 2
            least += int(self._pairs[t][np.ix_(placed, rest)].sum())
            cost = linear[placed, rows].sum(axis=1) + least
            for flow in self._index.flows:
                if flow.tier == t:
                    cost += flow_cost(flow.flow[np.ix_(placed, placed)], flow.distance, rows)
            cheap &= cost <= most[g]
        return cheap

    def _has_slots(self, items: IntArray, row: IntArray) -> bool:
        slot_matching = self._index.problem.slot_matching
        assert slot_matching is not None
        return all(slot_matching.fits(p, items[row == p].tolist()) for p in set(row.tolist()))


def flow_cost(flow: IntArray, distance: IntArray, rows: IntArray) -> IntArray:
    """
    Sum the flows ``[k, k]`` times the distances ``[m, m]`` between the sites of each row of ``rows [a, k]``.

    Pair after pair, as rows are many: :meth:`~placer.assignment.Flow.evaluate` would hold an array ``[a, k, k]``.
    """
    cost = np.zeros(len(rows), dtype=np.int64)
    for i, j in np.argwhere(flow).tolist():
        cost += flow[i, j] * distance[rows[:, i], rows[:, j]]
    return cost
