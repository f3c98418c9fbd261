"""Flows between items times distances between their sites."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from placer.assignment.terms.arrays import BoolArray, IntArray, array_faults
from placer.assignment.terms.term import Term, nothing_of


@dataclass(frozen=True, kw_only=True, eq=False)
class Flow(Term):
    """
    Directed flows times distances: the sum over v, w of ``flow[v, w] * distance[site(v), site(w)]``, v = w included.

    Parameters
    ----------
    items
        ``[k]``, the items that send or receive.
    flow
        ``[k, k]``, non-negative; rows send.
    distance
        ``[m, m]``, non-negative, row = the sender's site.
    """

    name: str
    items: IntArray
    flow: IntArray
    distance: IntArray

    def evaluate(self, site_of: IntArray) -> IntArray:
        """Cost of each row of ``site_of [b, n]``."""
        sites = site_of[:, self.items]
        distances = self.distance[sites[:, :, None], sites[:, None, :]]
        costs: IntArray = np.einsum("bvw,vw->b", distances, self.flow)
        return costs

    def lower_bound(self, allowed: BoolArray) -> int:
        """Each ordered pair of items as close as their allowed sites are."""
        farthest, may = self.distance.max(initial=0), allowed[self.items]
        from_sender = np.where(may[:, :, None], self.distance, farthest).min(axis=1)
        closest = np.where(may[None, :, :], from_sender[:, None, :], farthest).min(axis=2)
        return int((self.flow * closest).sum())

    def partial_bound(self, rows: IntArray, placed: IntArray, rest: IntArray, allowed: BoolArray) -> IntArray:
        """Cost of the flows among the placed items, ``[s]``."""
        order = np.argsort(placed)
        known = np.isin(self.items, placed)
        sites = rows[:, order[np.searchsorted(placed, self.items[known], sorter=order)]]
        distances = self.distance[sites[:, :, None], sites[:, None, :]]
        return np.asarray(np.einsum("bvw,vw->b", distances, self.flow[np.ix_(known, known)]))

    def shift_delta(self, site_of: IntArray, m: int) -> IntArray:
        """Change in cost of every shift of an item to a site, ``[n, m]``."""
        pull = self._pull(site_of)
        return np.asarray(pull - pull[np.arange(len(site_of)), site_of][:, None])

    def swap_delta(self, site_of: IntArray, v: IntArray, w: IntArray) -> IntArray:
        """Change in cost of each swap of ``v[i]`` and ``w[i]``: two shifts, corrected for their mutual flow."""
        pull, d, a, b = self._pull(site_of), self.distance, site_of[v], site_of[w]
        flow = np.zeros((len(site_of), len(site_of)), dtype=np.int64)
        flow[np.ix_(self.items, self.items)] = self.flow
        between = (flow[v, w] + flow[w, v]) * (d[a, b] + d[b, a] - d[a, a] - d[b, b])
        return np.asarray(pull[v, b] - pull[v, a] + pull[w, a] - pull[w, b] + between)

    def _pull(self, site_of: IntArray) -> IntArray:
        """Cost of each item on each site, its flow to itself included, the other items in place, ``[n, m]``."""
        own, sites = np.diagonal(self.flow), site_of[self.items]
        others = self.flow - np.diag(own)
        pull = np.zeros((len(site_of), len(self.distance)), dtype=np.int64)
        pull[self.items] = others @ self.distance[:, sites].T + others.T @ self.distance[sites, :]
        pull[self.items] += np.outer(own, np.diagonal(self.distance))
        return pull

    def item_key(self, n: int) -> IntArray:
        """An empty key: symmetry compares flows pair by pair."""
        return nothing_of(n)

    def site_key(self, m: int) -> IntArray:
        """An empty key: symmetry compares distances pair by pair."""
        return nothing_of(m)

    def faults(self, n: int, m: int) -> Iterator[str]:
        """Yield the faults of its arrays, the first one first."""
        k = len(self.items)
        yield from array_faults("items", self.items, (k,), least=0, most=n - 1)
        yield from array_faults("flow", self.flow, (k, k), least=0)
        yield from array_faults("distance", self.distance, (m, m), least=0)

    def largest(self) -> int:
        """Upper bound on its cost over all assignments."""
        return sum(map(sum, self.flow.tolist())) * max(map(max, self.distance.tolist()), default=0)

    def widened(self, n: int, m: int, memo: dict[int, Term]) -> Flow:
        """Add sites at distance 0 from every site."""
        return replace(self, distance=np.pad(self.distance, (0, m - len(self.distance))))
