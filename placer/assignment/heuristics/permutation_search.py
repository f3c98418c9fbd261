"""
Robust tabu search for quadratic assignments where each site holds one item: many chains in arrays.

Robust tabu search: Taillard (Parallel Computing 17, 1991): a swap is tabu while both items would return to sites that
they left lately, for a random number of moves around the number of items. A chain that finds nothing better for long
starts again from a good permutation of which some items are mixed, as in iterated tabu search (Misevicius,
Mathematical and Computer Modelling 2005). That the chains share the best permutation is own.

A move changes what each item pays on each site by a product of a column and a row, so that all swaps of all chains are
priced anew in a few operations on arrays ``[chains, n, n]``.
"""

from __future__ import annotations

import numpy as np

from placer.assignment import BoolArray, IntArray, Problem
from placer.assignment.context import SearchContext
from placer.assignment.structure.term_index import TermIndex

SITES = 256
"""Sites up to which it is used: a move of one chain takes time by their square."""
CELLS, MOST_CHAINS = 16_384, 32
"""
Swaps of all chains that are priced together, about, and chains at most.

Chosen, not tuned: more take no less time for each, as the arrays leave the cache.
"""
TENURE = (0.9, 1.1)
"""Moves for which an item may not return to a site, for each site: least and most. As in the paper."""
STALE = 20
"""Moves for each site after which a chain that found nothing better starts again. Chosen, not tuned."""


def holds_one_item_a_site(problem: Problem) -> bool:
    """Whether a Problem is a quadratic assignment of one tier, whose sites hold any item and no two of them."""
    if not 1 < problem.n <= problem.m <= SITES or not problem.allowed.all():
        return False
    if problem.all_conflicts or problem.slot_matching is not None:
        return False
    index = TermIndex(problem)
    if index.tiers != 1 or index.terms or len(index.flows) != 1:
        return False
    fits = (index.weight.max(axis=1) <= index.capacity.min(axis=1)).all()
    two = np.sort(index.weight, axis=1)[:, :2].sum(axis=1) > index.capacity.max(axis=1)
    return bool(fits and two.any())


def permutation_search(
    problem: Problem,
    context: SearchContext,
    *,
    time_limit_s: float,
    start: IntArray | None = None,
    patience: int = 10**12,
    bound: int | None = None,
) -> IntArray:
    """
    Search for a permutation of low cost, and tell the context of each better one.

    Parameters
    ----------
    problem
        Of which :func:`holds_one_item_a_site` is true.
    start
        ``[n]``, an assignment that one chain starts from; the others start at random.
    patience
        Moves of each chain, without a better permutation of any, after which the search ends.
    bound
        A lower bound; the search ends at a permutation that costs no more.

    Returns
    -------
    array ``[n]``
    """
    chains = _Chains(problem, np.random.default_rng(context.seed), start)
    until = context.elapsed_s() + min(time_limit_s, context.left_s())
    best, found, stale = chains.assignment(), int(chains.costs.min()), 0
    context.keep(problem, best)
    context.tell("local search", costs=(found,))
    goal = np.iinfo(np.int64).min if bound is None else bound
    while stale < patience and found > goal and context.left_s() > 0 and context.elapsed_s() < until:
        chains.step()
        stale += 1
        if chains.least < found:
            best, found, stale = chains.assignment(), chains.least, 0
            context.keep(problem, best)
            context.tell("local search", costs=(found,))
    context.log(f"permutation search: {chains.steps} moves of {len(chains.sites)} chains, costs {found}")
    return best


class _Chains:
    """
    The chains: a permutation of all sites each, those beyond the items' as sites of items without flows.

    Attributes
    ----------
    sites
        ``[chains, m]``, the site of each item.
    costs
        ``[chains]``.
    least
        The cost of the best permutation so far.

    Notes
    -----
    ``_paid`` is what each item would pay on each site, its linear cost and its flows with the others where they stand,
    ``[chains, m, m]``. A swap of v on site a and w on site b changes the cost by ``_paid`` of both on their new sites
    less that on their old ones, but for the flows between v and w, which it counts as if the other had not moved. The
    difference is their flow, in both directions, times d(a, b) + d(b, a) - d(a, a) - d(b, b): ``_both`` times
    ``_apart``, ``[chains, m, m]``.
    """

    def __init__(self, problem: Problem, random: np.random.Generator, start: IntArray | None) -> None:
        index = TermIndex(problem)
        n, m = problem.n, problem.m
        self._n, self._m, self._random = n, m, random
        self._flow = np.zeros((m, m), dtype=np.int64)
        self._flow[:n, :n] = index.flows[0].flow
        self._distance = index.flows[0].distance
        self._symmetric = bool((self._distance == self._distance.T).all())
        self._linear = np.zeros((m, m), dtype=np.int64)
        self._linear[:n] = index.linear[0]
        self._both = self._flow + self._flow.T
        own = np.diagonal(self._distance)
        self._between = self._distance + self._distance.T - own[:, None] - own[None, :]
        chains = int(np.clip(CELLS // (m * m), 2, MOST_CHAINS))
        self.sites = np.array([random.permutation(m) for _ in range(chains)])
        if start is not None:
            self.sites[0] = np.concatenate([start, np.setdiff1d(np.arange(m), start)])
        self._each = np.arange(chains)
        self._upper = np.triu(np.ones((m, m), dtype=bool), 1)
        self._upper[n:] = False  # two items without flows change nothing
        self._paid = np.empty((chains, m, m), dtype=np.int64)
        self._apart = np.empty((chains, m, m), dtype=np.int64)
        self._free_from = np.zeros((chains, m, m), dtype=np.int64)
        self.costs = np.empty(chains, dtype=np.int64)
        self.steps = 0
        for c in range(chains):
            self._begin(c)
        self._best_of = self.costs.copy()
        self._since = np.zeros(chains, dtype=np.int64)
        self.least = np.iinfo(np.int64).max
        self._keep()

    def assignment(self) -> IntArray:
        """Give the best permutation so far, ``[n]``."""
        return np.asarray(self._best[: self._n].copy())

    def step(self) -> None:
        """Make the best swap of each chain that is not tabu, or leads to the best cost so far."""
        self.steps += 1
        delta, tabu = self._deltas(), self._tabu()
        barred = ~self._upper | (tabu & (self.costs[:, None, None] + delta >= self.least))
        flat = np.where(barred, np.iinfo(np.int64).max, delta).reshape(len(self.costs), -1)
        chosen = flat.argmin(axis=1)
        movable = flat[self._each, chosen] < np.iinfo(np.int64).max
        v, w = np.divmod(chosen, self._m)
        self._swap(self._each[movable], v[movable], w[movable], flat[self._each, chosen][movable])
        self._since += 1
        better = self.costs < self._best_of
        self._best_of[better], self._since[better] = self.costs[better], 0
        self._keep()
        for c in np.flatnonzero(self._since > STALE * self._m):
            self._restart(int(c))

    def _deltas(self) -> IntArray:
        """Give the change of cost of each swap of two items, ``[chains, m, m]``."""
        there = np.take_along_axis(self._paid, self.sites[:, None, :], axis=2)
        change = there - np.diagonal(there, axis1=1, axis2=2)[:, :, None]
        return np.asarray(change + change.transpose(0, 2, 1) + self._both * self._apart)

    def _tabu(self) -> BoolArray:
        """Tell of which swaps both items would return too soon."""
        barred = np.take_along_axis(self._free_from, self.sites[:, None, :], axis=2) > self.steps
        return np.asarray(barred & barred.transpose(0, 2, 1))

    def _swap(self, c: IntArray, v: IntArray, w: IntArray, delta: IntArray) -> None:
        """Swap items v[i] and w[i] of chain c[i]."""
        a, b = self.sites[c, v], self.sites[c, w]
        tenures = self._random.uniform(*TENURE, (2, len(c))) * self._m
        self._free_from[c, v, a] = self.steps + tenures[0].astype(np.int64) + 2
        self._free_from[c, w, b] = self.steps + tenures[1].astype(np.int64) + 2
        d, f = self._distance, self._both if self._symmetric else self._flow
        self._paid[c] += (f[:, v] - f[:, w]).T[:, :, None] * (d[:, b] - d[:, a]).T[:, None, :]
        if not self._symmetric:
            self._paid[c] += (f[v] - f[w])[:, :, None] * (d[b] - d[a])[:, None, :]
        self.sites[c, v], self.sites[c, w] = b, a
        self._apart[c, v] = self._between[b[:, None], self.sites[c]]
        self._apart[c, w] = self._between[a[:, None], self.sites[c]]
        self._apart[c, :, v] = self._apart[c, v]
        self._apart[c, :, w] = self._apart[c, w]
        self.costs[c] += delta

    def _begin(self, c: int) -> None:
        """Price the permutation of a chain from its definition."""
        p, f, d = self.sites[c], self._flow, self._distance
        self._paid[c] = self._linear + f @ d[:, p].T + f.T @ d[p, :]
        self._apart[c] = self._between[np.ix_(p, p)]
        self.costs[c] = (f * d[np.ix_(p, p)]).sum() + self._linear[np.arange(self._m), p].sum()

    def _restart(self, c: int) -> None:
        """Start a chain again: from the best permutation of all, or its own, with some items mixed."""
        if self._random.random() < 0.5:
            self.sites[c] = self._best
        count = int(self._random.integers(2, max(3, self._m // 2 + 1)))
        mixed = self._random.choice(self._m, size=count, replace=False)
        self.sites[c, mixed] = self.sites[c, np.roll(mixed, 1)]
        self._free_from[c] = 0
        self._begin(c)
        self._best_of[c], self._since[c] = self.costs[c], 0

    def _keep(self) -> None:
        """Keep the best permutation of all chains."""
        c = int(self.costs.argmin())
        if self.costs[c] < self.least:
            self.least, self._best = int(self.costs[c]), self.sites[c].copy()
