"""
Shifts and swaps of items: the change of cost of every move, in arrays.

What each item pays for its flows on each site is kept from move to move, so that a move costs O(n m) and not O(n^2 m):
the update of robust tabu search (Taillard, Parallel Computing 17, 1991) for a matrix of items and sites.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from placer.assignment import BoolArray, IntArray
from placer.assignment.heuristics.candidates import exchangeable, least_column
from placer.assignment.heuristics.overload import CONFLICT, decrease, increase, swap_conflicts
from placer.assignment.structure.symmetry import item_classes
from placer.assignment.structure.term_index import TermIndex

FORBIDDEN = np.int64(2**60)
"""Overload that marks a shift to a site that is not allowed, or to the item's own."""


@dataclass(frozen=True)
class Shift:
    """An item goes to another site; ``delta``, ``[1 + tiers]``, is the change of overload and tiers."""

    item: int
    site: int
    delta: IntArray


@dataclass(frozen=True)
class Swap:
    """Two items exchange their sites; ``delta``, ``[1 + tiers]``, is the change of overload and tiers."""

    item: int
    other: int
    delta: IntArray


class Neighbourhood:
    """
    An assignment, its costs, and the change of costs of every move.

    Parameters
    ----------
    site_of
        ``[n]``, sites that are allowed; the assignment may break other rules.

    Attributes
    ----------
    site_of
        ``[n]``, the present assignment.
    costs
        ``[1 + tiers]``: the overload, then each tier.
    overload_price
        Cost of a unit of overload in the highest tier while moves are compared; 0 compares overload before all tiers.
    """

    def __init__(self, index: TermIndex, site_of: IntArray) -> None:
        self.index = index
        problem = index.problem
        self._items = np.arange(problem.n)
        self._class_of = np.zeros(problem.n, dtype=np.int64)
        for i, members in enumerate(item_classes(index)):
            self._class_of[members] = i
        self.overload_price = 0.0
        self._conflicts = [(c.items.astype(np.int64), c.sites.astype(np.int64)) for c in problem.all_conflicts]
        self.jump(site_of)

    def jump(self, site_of: IntArray) -> None:
        """Replace the assignment, ``[n]``."""
        self.site_of = site_of.copy()
        self.costs = self._evaluate()
        self._evaluate_items()

    def shift(self, v: int, p: int) -> None:
        """Move item v to site p."""
        self._relocate(v, p)
        self.costs = self._evaluate()

    def make(self, move: Shift | Swap) -> None:
        """Make a move; its ``delta`` updates the costs, unless slots have to be matched anew."""
        if isinstance(move, Shift):
            self._relocate(move.item, move.site)
        else:
            here, there = int(self.site_of[move.item]), int(self.site_of[move.other])
            self._relocate(move.item, there)
            self._relocate(move.other, here)
        self.costs = self.costs + move.delta if self.index.problem.slot_matching is None else self._evaluate()

    def _relocate(self, v: int, p: int) -> None:
        """Put item v on site p, and update what depends on it but the costs."""
        a = self.site_of[v]
        self.site_of[v] = p
        for i, flow in enumerate(self.index.flows):
            d = flow.distance
            self._flow_cost[i] += np.outer(flow.flow[:, v], d[:, p] - d[:, a])
            self._flow_cost[i] += np.outer(flow.flow[v, :], d[p, :] - d[a, :])
        for i, (related, sites) in enumerate(self._conflicts):
            self._clash[i] += np.outer(related[:, v], sites[p] - sites[a])
        self._loads[:, a] -= self.index.weight[:, v]
        self._loads[:, p] += self.index.weight[:, v]

    def best_shift(self, tabu: BoolArray, best_costs: IntArray) -> Shift | None:
        """
        Find the lexicographically best shift that is not tabu, or whose costs are below ``best_costs``.

        Parameters
        ----------
        tabu
            ``[n, m]``, shifts not to be made.
        best_costs
            ``[1 + tiers]``.
        """
        delta = self.shift_deltas()
        delta[0][self._items, self.site_of] = FORBIDDEN
        delta[0][~self.index.problem.allowed] = FORBIDDEN
        free = ~tabu | self._better(delta, best_costs)
        free &= delta[0] < FORBIDDEN
        flat = least_column([row.ravel() for row in self.ranked(delta)], free.ravel())
        if flat is None:
            return None
        v, p = divmod(flat, self.index.problem.m)
        return Shift(v, p, delta[:, v, p])

    def best_swap(
        self, tabu: BoolArray, best_costs: IntArray, random: np.random.Generator | None = None
    ) -> Swap | None:
        """
        Find the lexicographically best swap that is not tabu, or whose costs are below ``best_costs``.

        Parameters
        ----------
        tabu, best_costs
            As for :meth:`best_shift`.
        random
            As for :meth:`swap_pairs`.
        """
        v, w = self.swap_pairs(random)
        if not len(v):
            return None
        delta = self.swap_deltas(v, w)
        blocked = tabu[v, self.site_of[w]] | tabu[w, self.site_of[v]]
        i = least_column(self.ranked(delta), ~blocked | self._better(delta, best_costs))
        return None if i is None else Swap(int(v[i]), int(w[i]), delta[:, i])

    def ranked(self, delta: IntArray) -> list[Any]:
        """Give the rows by which moves are compared lexicographically; overload with a price joins the highest tier."""
        return [delta[0] * self.overload_price + delta[1], *delta[2:]] if self.overload_price else list(delta)

    def _better(self, delta: IntArray, best_costs: IntArray) -> BoolArray:
        """Whether the costs after each move are lexicographically below ``best_costs``."""
        better = np.zeros(delta.shape[1:], dtype=bool)
        equal = np.ones(delta.shape[1:], dtype=bool)
        for now, change, best in zip(self.costs, delta, best_costs, strict=True):
            better |= equal & (now + change < best)
            equal &= now + change == best
        return better

    def _evaluate(self) -> IntArray:
        """Evaluate the assignment from its definition, ``[1 + tiers]``, and keep the loads of the sites."""
        problem, index = self.index.problem, self.index
        loads = np.stack(
            [np.bincount(self.site_of, weights=w, minlength=problem.m).astype(np.int64) for w in index.weight]
            or [np.zeros(problem.m, dtype=np.int64)]
        )[: len(index.weight)]
        self._loads = loads
        overload = np.maximum(loads - index.capacity, 0).sum()
        for items, sites in self._conflicts:
            overload += (items * sites[np.ix_(self.site_of, self.site_of)]).sum() * CONFLICT
        overload += len(problem.infeasible_sites(self.site_of)) * CONFLICT
        return np.concatenate([[overload], problem.evaluate(self.site_of[None, :])[0]])

    def _evaluate_items(self) -> None:
        """
        Compute from their definitions what moves are evaluated by, and :meth:`_relocate` updates.

        That is what each item would pay on each site for its flows with the others, ``[n, m]`` for each flow, and the
        number of items that it would be in conflict with there, ``[n, m]`` for each kind of conflict.
        """
        self._flow_cost = [
            flow.flow @ flow.distance[:, self.site_of].T + flow.flow.T @ flow.distance[self.site_of, :]
            for flow in self.index.flows
        ]
        self._clash = [related @ sites[self.site_of] for related, sites in self._conflicts]

    def shift_deltas(self) -> IntArray:
        """Give the change of overload and tiers of every shift, ``[1 + tiers, n, m]``."""
        index, problem = self.index, self.index.problem
        n, m, s, items = problem.n, problem.m, self.site_of, self._items
        delta = np.zeros((1 + index.tiers, n, m), dtype=np.int64)
        for w, load, capacity in zip(index.weight, self._loads, index.capacity, strict=True):
            delta[0] += increase(load, capacity, w[:, None]) - decrease(load, capacity, w, s)[:, None]
        for clash in self._clash:
            both = clash * 2 * CONFLICT  # both orders of a pair
            delta[0] += both - both[items, s][:, None]
        delta[1:] += index.linear - index.linear[:, items, s][:, :, None]
        for cost, flow in zip(self._flow_cost, index.flows, strict=True):
            delta[1 + flow.tier] += cost - cost[items, s][:, None]
        for t, term in index.terms:
            delta[1 + t] += term.shift_delta(s, m)
        return delta

    def swap_pairs(self, random: np.random.Generator | None = None) -> tuple[IntArray, IntArray]:
        """
        List the pairs of different items that may exchange their sites.

        Where overload has no price, only pairs that overload neither site more than now, which are few on full sites.

        Parameters
        ----------
        random
            As for :func:`~placer.assignment.heuristics.candidates.exchangeable`.
        """
        s = self.site_of
        v, w = exchangeable(self.index.problem.allowed, s, self._class_of, random)
        if self.overload_price:
            return v, w
        slack = np.ones(len(v), dtype=bool)
        for weight, load, capacity in zip(self.index.weight, self._loads, self.index.capacity, strict=True):
            gain = weight[w] - weight[v]
            fits_v = (load[s[v]] + gain <= capacity[s[v]]) | (gain <= 0)
            slack &= fits_v & ((load[s[w]] - gain <= capacity[s[w]]) | (gain >= 0))
        return v[slack], w[slack]

    def swap_deltas(self, v: IntArray, w: IntArray) -> IntArray:
        """Give the change of overload and tiers of swaps, ``[1 + tiers, swaps]``: two shifts, and their interaction."""
        index, s = self.index, self.site_of
        a, b = s[v], s[w]
        delta = np.zeros((1 + index.tiers, len(v)), dtype=np.int64)
        for weight, load, capacity in zip(index.weight, self._loads, index.capacity, strict=True):
            gain = weight[w] - weight[v]
            delta[0] += increase(load[a], capacity[a], gain) + increase(load[b], capacity[b], -gain)
        for clash, (related, sites) in zip(self._clash, self._conflicts, strict=True):
            delta[0] += swap_conflicts(clash, related, sites, s, v=v, w=w)
        delta[1:] += index.linear[:, v, b] - index.linear[:, v, a] + index.linear[:, w, a] - index.linear[:, w, b]
        for cost, flow in zip(self._flow_cost, index.flows, strict=True):
            d, f = flow.distance, flow.flow
            change = cost[v, b] - cost[v, a] + cost[w, a] - cost[w, b]
            change += f[v, w] * (d[a, b] + d[b, a] - d[a, a] - d[b, b])
            change += f[w, v] * (d[a, b] + d[b, a] - d[a, a] - d[b, b])
            delta[1 + flow.tier] += change
        for t, term in index.terms:
            delta[1 + t] += term.swap_delta(s, v, w)
        return delta
