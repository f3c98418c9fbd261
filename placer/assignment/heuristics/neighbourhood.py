"""Shifts and swaps of items, priced in arrays and kept up to date from move to move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from placer.assignment import BoolArray, IntArray
from placer.assignment.structure.symmetry import item_classes
from placer.assignment.structure.term_index import TermIndex

FORBIDDEN = np.int64(2**60)
"""Overload that marks a move to a site the item may not use."""


@dataclass(frozen=True)
class Shift:
    """Item to another site; ``delta`` of overload and tiers."""

    item: int
    site: int
    delta: IntArray


@dataclass(frozen=True)
class Swap:
    """Two items exchange their sites; ``delta`` of overload and tiers."""

    item: int
    other: int
    delta: IntArray


class Neighbourhood:
    """
    An assignment, its costs, and what every move would change.

    Attributes
    ----------
    site_of
        ``[n]``.
    costs
        ``[1 + tiers]``: the overload, then each tier.
    overload_price
        What a unit of overload costs in the highest tier while moves are chosen; 0 where none is worth any cost.
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
        """Go on from another assignment, ``[n]``."""
        self.site_of = site_of.copy()
        self.costs = self._price()
        self._refresh()

    def shift(self, v: int, p: int) -> None:
        """Move item v to site p."""
        self._carry(v, p)
        self.costs = self._price()

    def make(self, move: Shift | Swap) -> None:
        """Make a move whose change of costs is known; who has no slot is looked up."""
        if isinstance(move, Shift):
            self._carry(move.item, move.site)
        else:
            here, there = int(self.site_of[move.item]), int(self.site_of[move.other])
            self._carry(move.item, there)
            self._carry(move.other, here)
        self.costs = self.costs + move.delta if self.index.problem.slot_matching is None else self._price()

    def _carry(self, v: int, p: int) -> None:
        a = self.site_of[v]
        self.site_of[v] = p
        for i, flow in enumerate(self.index.flows):
            d = flow.distance
            self._pull[i] += np.outer(flow.flow[:, v], d[:, p] - d[:, a])
            self._pull[i] += np.outer(flow.flow[v, :], d[p, :] - d[a, :])
        self._loads[:, a] -= self.index.weight[:, v]
        self._loads[:, p] += self.index.weight[:, v]

    def best_shift(self, tabu: BoolArray, best_costs: IntArray) -> Shift | None:
        """Find the lexicographically best shift that is not tabu or beats ``best_costs``."""
        delta = self._shift_deltas()
        delta[0][self._items, self.site_of] = FORBIDDEN
        delta[0][~self.index.problem.allowed] = FORBIDDEN
        free = ~tabu | self._better(delta, best_costs)
        free &= delta[0] < FORBIDDEN
        flat = _best([row.ravel() for row in self.ranked(delta)], free.ravel())
        if flat is None:
            return None
        v, p = divmod(flat, self.index.problem.m)
        return Shift(v, p, delta[:, v, p])

    def best_swap(self, tabu: BoolArray, best_costs: IntArray) -> Swap | None:
        """Find the lexicographically best swap of items on different sites, not tabu or beating ``best_costs``."""
        v, w = self._swap_pairs()
        if not len(v):
            return None
        delta = self._swap_deltas(v, w)
        blocked = tabu[v, self.site_of[w]] | tabu[w, self.site_of[v]]
        i = _best(self.ranked(delta), ~blocked | self._better(delta, best_costs))
        return None if i is None else Swap(int(v[i]), int(w[i]), delta[:, i])

    def ranked(self, delta: IntArray) -> list[Any]:
        """Rows by which moves are compared, the first row first."""
        return [delta[0] * self.overload_price + delta[1], *delta[2:]] if self.overload_price else list(delta)

    def _better(self, delta: IntArray, best_costs: IntArray) -> BoolArray:
        """Whether a move would end below the best known costs."""
        better = np.zeros(delta.shape[1:], dtype=bool)
        equal = np.ones(delta.shape[1:], dtype=bool)
        for now, change, best in zip(self.costs, delta, best_costs, strict=True):
            better |= equal & (now + change < best)
            equal &= now + change == best
        return better

    def _price(self) -> IntArray:
        problem, index = self.index.problem, self.index
        loads = np.stack(
            [np.bincount(self.site_of, weights=w, minlength=problem.m).astype(np.int64) for w in index.weight]
            or [np.zeros(problem.m, dtype=np.int64)]
        )[: len(index.weight)]
        self._loads = loads
        overload = np.maximum(loads - index.capacity, 0).sum()
        for items, sites in self._conflicts:
            overload += (items * sites[np.ix_(self.site_of, self.site_of)]).sum() * 1024
        overload += len(problem.infeasible_sites(self.site_of)) * 1024
        return np.concatenate([[overload], problem.evaluate(self.site_of[None, :])[0]])

    def _refresh(self) -> None:
        """Recompute what each item would pay on each site towards the others, ``[n, m]`` per flow."""
        self._pull = [
            flow.flow @ flow.distance[:, self.site_of].T + flow.flow.T @ flow.distance[self.site_of, :]
            for flow in self.index.flows
        ]

    def _shift_deltas(self) -> IntArray:
        index, problem = self.index, self.index.problem
        n, m, s, items = problem.n, problem.m, self.site_of, self._items
        delta = np.zeros((1 + index.tiers, n, m), dtype=np.int64)
        for w, load, capacity in zip(index.weight, self._loads, index.capacity, strict=True):
            delta[0] += _rise(load, capacity, w[:, None]) - _fall(load, capacity, w, s)[:, None]
        for related, sites in self._conflicts:
            clash = related @ sites[s] * 2048
            delta[0] += clash - clash[items, s][:, None]
        delta[1:] += index.linear - index.linear[:, items, s][:, :, None]
        for pull, flow in zip(self._pull, index.flows, strict=True):
            delta[1 + flow.tier] += pull - pull[items, s][:, None]
        for t, term in index.terms:
            delta[1 + t] += term.shift_delta(s, m)
        return delta

    def _swap_pairs(self) -> tuple[IntArray, IntArray]:
        s, allowed = self.site_of, self.index.problem.allowed
        other = allowed[:, s]
        pairs = other & other.T & (s[:, None] != s[None, :])
        pairs &= self._class_of[:, None] != self._class_of[None, :]  # equal items would change nothing
        v, w = np.nonzero(np.triu(pairs))
        if self.overload_price:
            return v, w
        slack = np.ones(len(v), dtype=bool)
        for weight, load, capacity in zip(self.index.weight, self._loads, self.index.capacity, strict=True):
            gain = weight[w] - weight[v]
            fits_v = (load[s[v]] + gain <= capacity[s[v]]) | (gain <= 0)
            slack &= fits_v & ((load[s[w]] - gain <= capacity[s[w]]) | (gain >= 0))
        return v[slack], w[slack]

    def _swap_deltas(self, v: IntArray, w: IntArray) -> IntArray:
        """Price swaps exactly: two shifts, less what they count twice."""
        index, s = self.index, self.site_of
        a, b = s[v], s[w]
        delta = np.zeros((1 + index.tiers, len(v)), dtype=np.int64)
        for weight, load, capacity in zip(index.weight, self._loads, index.capacity, strict=True):
            gain = weight[w] - weight[v]
            delta[0] += np.maximum(load[a] + gain - capacity[a], 0) - np.maximum(load[a] - capacity[a], 0)
            delta[0] += np.maximum(load[b] - gain - capacity[b], 0) - np.maximum(load[b] - capacity[b], 0)
        for related, sites in self._conflicts:
            delta[0] += _swap_clashes(related, sites, s, v, w)
        delta[1:] += index.linear[:, v, b] - index.linear[:, v, a] + index.linear[:, w, a] - index.linear[:, w, b]
        for pull, flow in zip(self._pull, index.flows, strict=True):
            d, f = flow.distance, flow.flow
            change = pull[v, b] - pull[v, a] + pull[w, a] - pull[w, b]
            change += f[v, w] * (d[a, b] + d[b, a] - d[a, a] - d[b, b])
            change += f[w, v] * (d[a, b] + d[b, a] - d[a, a] - d[b, b])
            delta[1 + flow.tier] += change
        for t, term in index.terms:
            delta[1 + t] += term.swap_delta(s, v, w)
        return delta


def _swap_clashes(related: IntArray, sites: IntArray, s: IntArray, v: IntArray, w: IntArray) -> IntArray:
    """Price the clashes of swaps: two shifts, less what they count of the pair itself, which clashes as before."""
    clash = related @ sites[s]
    a, b = s[v], s[w]
    pair = 2 * sites[a, b] - sites[a, a] - sites[b, b]
    change = clash[v, b] - clash[v, a] + clash[w, a] - clash[w, b] + related[v, w] * pair
    return np.asarray(change * 2048)


def _rise(load: IntArray, capacity: IntArray, w: IntArray) -> IntArray:
    return np.asarray(np.maximum(load + w - capacity, 0) - np.maximum(load - capacity, 0))


def _fall(load: IntArray, capacity: IntArray, w: IntArray, s: IntArray) -> IntArray:
    return np.asarray(np.maximum(load - capacity, 0)[s] - np.maximum(load[s] - w - capacity[s], 0))


def _best(rows: list[Any], free: BoolArray) -> int | None:
    """Find the column with the lexicographically least rows among the free ones."""
    columns = np.flatnonzero(free)
    for row in rows:
        if len(columns) <= 1:
            break
        values = row[columns]
        columns = columns[values == values.min()]
    return int(columns[0]) if len(columns) else None
