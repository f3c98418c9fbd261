"""What moves of many chains cost: flows between items, and convex prices of load, in arrays ``[chains, ...]``."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from placer.assignment import ConvexLoad, IntArray
from placer.assignment.structure.term_index import PairFlow

FloatArray = npt.NDArray[np.float64]


class ChainFlow:
    """
    The flow of a tier; its numbers are whole, and exact in floating point, which products of matrices are fast in.

    Parameters
    ----------
    flow
        Flows between different items.
    """

    def __init__(self, flow: PairFlow) -> None:
        self._flow, self._distance = flow.flow.astype(float), flow.distance.astype(float)
        self._both = self._flow + self._flow.T
        own = np.diagonal(self._distance)
        self._apart = self._distance + self._distance.T - own[:, None] - own[None, :]

    def paid(self, site_of: IntArray) -> FloatArray:
        """Give what each item would pay on each site for its flows, ``[n, m]``, the others being on ``site_of [n]``."""
        distance = self._distance
        return np.asarray(self._flow @ distance[:, site_of].T + self._flow.T @ distance[site_of])

    def row(self, v: IntArray, site: IntArray) -> FloatArray:
        """Give what item v of each chain would pay on each site, ``[chains, m]``."""
        count, m = len(v), len(self._distance)
        cells = (np.arange(count)[:, None] * m + site).ravel()
        sent, got = (
            np.bincount(cells, weights=each.ravel(), minlength=count * m).reshape(count, m)
            for each in (self._flow[v], self._flow.T[v])
        )
        return np.asarray(sent @ self._distance.T + got @ self._distance)

    def there(self, a: IntArray, site: IntArray) -> FloatArray:
        """Give what every item would pay on site a of each chain, ``[chains, n]``."""
        return np.asarray(
            self._distance[a[:, None], site] @ self._flow.T + self._distance[site, a[:, None]] @ self._flow
        )

    def exchanged(self, v: IntArray, a: IntArray, site: IntArray) -> FloatArray:
        """Give what two shifts count too little where v, on site a, changes places with each item, ``[chains, n]``."""
        return np.asarray(self._both[v] * self._apart[a[:, None], site])

    def moved(self, v: IntArray, a: IntArray, b: IntArray, site: IntArray) -> FloatArray:
        """Give how much more every other item pays where it is once v is on site b, not a, ``[chains, n]``."""
        distance = self._distance
        sent = distance[site, b[:, None]] - distance[site, a[:, None]]
        got = distance[b[:, None], site] - distance[a[:, None], site]
        return np.asarray(self._flow.T[v] * sent + self._flow[v] * got)

    def now(self, v: IntArray, b: IntArray, site: IntArray) -> FloatArray:
        """Give what item v of each chain pays on site b, ``[chains]``."""
        sent, got = self._distance[b[:, None], site], self._distance[site, b[:, None]]
        return np.asarray((self._flow[v] * sent + self._flow.T[v] * got).sum(axis=1))


class ChainLoad:
    """
    A convex price of load, and the loads of each chain; sites without a price are in a pool that costs nothing.

    Parameters
    ----------
    term
        The price.
    site
        ``[chains, n]``.
    """

    def __init__(self, term: ConvexLoad, site: IntArray) -> None:
        self._weight = term.weight
        self._table = np.vstack([term.table, np.zeros_like(term.table[:1])])
        self._pool = np.where(term.pool_of >= 0, term.pool_of, len(term.table))
        self._pools = np.arange(len(self._table))
        self._held = np.zeros((len(site), len(self._table)), dtype=np.int64)
        np.add.at(self._held, (np.arange(len(site))[:, None], self._pool[site]), self._weight[None, :])

    def shifts(self, v: IntArray, a: IntArray) -> IntArray:
        """Price a shift of item v from site a to each site, ``[chains, m]``."""
        table, held, w = self._table, self._held, self._weight[v]
        chains, here = np.arange(len(v)), self._pool[a]
        up = table[self._pools, np.minimum(held + w[:, None], table.shape[1] - 1)] - table[self._pools, held]
        load = held[chains, here]
        change = up[:, self._pool] - (table[here, load] - table[here, load - w])[:, None]
        return np.where(self._pool == here[:, None], 0, change)

    def swaps(self, v: IntArray, a: IntArray, site: IntArray) -> IntArray:
        """Price an exchange of item v, on site a, with each item, ``[chains, n]``."""
        table, here, there = self._table, self._pool[a][:, None], self._pool[site]
        gain = np.where(here == there, 0, self._weight[None, :] - self._weight[v][:, None])
        one, other = (np.take_along_axis(self._held, pool, axis=1) for pool in (here, there))
        return np.asarray(table[here, one + gain] - table[here, one] + table[there, other - gain] - table[there, other])

    def move(self, chains: IntArray, v: IntArray, a: IntArray, b: IntArray) -> None:
        """Move item v of some chains from site a to site b."""
        self._held[chains, self._pool[a]] -= self._weight[v]
        self._held[chains, self._pool[b]] += self._weight[v]
