"""What moves of many chains cost: flows, convex prices of load, and overloaded sites, in arrays ``[chains, ...]``."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from placer.assignment import ConvexLoad, IntArray
from placer.assignment.structure.term_index import PairFlow

FloatArray = npt.NDArray[np.float64]

OVERLOADED, OVERLOAD = 1.5, 5.0
"""
Price of a site that is overloaded, and of an overload by the mean weight of an item, in first temperatures.

Chosen by trial. Without the first a small overload would cost nothing.
"""


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

    def all_now(self, site: IntArray) -> FloatArray:
        """Give what each item of each chain pays where it is, ``[chains, n]``."""
        each = self._flow * self._distance[site[:, :, None], site[:, None, :]]
        return np.asarray(each.sum(axis=2) + each.sum(axis=1))

    def paid(self, site_of: IntArray) -> FloatArray:
        """Give what each item would pay on each site for its flows, ``[n, m]``, the others being on ``site_of [n]``."""
        distance = self._distance
        return np.asarray(self._flow @ distance[:, site_of].T + self._flow.T @ distance[site_of])

    def row(self, v: IntArray, site: IntArray) -> FloatArray:
        """Give what item v of each chain would pay on each site, ``[chains, m]``."""
        sent, got = (by_site(each, site, len(self._distance)) for each in (self._flow[v], self._flow.T[v]))
        return np.asarray(sent @ self._distance.T + got @ self._distance)

    def there(self, a: IntArray, site: IntArray) -> FloatArray:
        """Give what every item would pay on site a of each chain, ``[chains, n]``."""
        return np.asarray(
            self._distance[a[:, None], site] @ self._flow.T + self._distance[site, a[:, None]] @ self._flow
        )

    def exchanged(self, v: IntArray, a: IntArray, site: IntArray) -> FloatArray:
        """Give what two shifts count too little where v, on site a, changes places with each item, ``[chains, n]``."""
        return np.asarray(self._both[v] * self._apart[a[:, None], site])

    def whole(self, a: IntArray, site: IntArray, now: FloatArray) -> FloatArray:
        """
        Price the exchange of all items on site a with all on each other site, ``[chains, m]``.

        With G the flows between the items of two sites, and both bundles priced as if the other stayed, what is between
        them and within them is counted wrongly by ``(d_ab + d_ba - d_aa - d_bb) (G_ab + G_ba - G_aa - G_bb)``.

        Parameters
        ----------
        now
            ``[chains, n]``, what each item pays where it is.
        """
        m, each = len(self._distance), np.arange(len(a))
        on_a = (site == a[:, None]).astype(float)
        sent, got = by_site(on_a @ self._flow, site, m), by_site(on_a @ self._flow.T, site, m)
        goes = sent @ self._distance.T + got @ self._distance - (on_a * now).sum(axis=1, keepdims=True)
        comes = by_site(self.there(a, site) - now, site, m)
        within = by_site((self._flow * (site[:, :, None] == site[:, None, :])).sum(axis=2), site, m)
        between = sent + got - within - within[each, a][:, None]
        return np.asarray(goes + comes + self._apart[a] * between)

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
        self.hold(site)

    def hold(self, site: IntArray) -> None:
        """Take the loads of new assignments."""
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

    def whole(self, a: IntArray, site: IntArray) -> IntArray:
        """Price the exchange of all items on site a with all on each other site, ``[chains, m]``."""
        table, here, there = self._table, self._pool[a][:, None], self._pool[None, :]
        on = by_site(np.broadcast_to(self._weight, site.shape), site, len(self._pool)).astype(np.int64)
        gain = np.where(here == there, 0, on - np.take_along_axis(on, a[:, None], axis=1))
        one, other = np.take_along_axis(self._held, here, axis=1), self._held[:, self._pool]
        return np.asarray(table[here, one + gain] - table[here, one] + table[there, other - gain] - table[there, other])

    def move(self, chains: IntArray, v: IntArray, a: IntArray, b: IntArray) -> None:
        """Move item v of some chains from site a to site b."""
        self._held[chains, self._pool[a]] -= self._weight[v]
        self._held[chains, self._pool[b]] += self._weight[v]


class ChainRoom:
    """
    What each chain leaves free of a resource; sites that are overloaded have a price.

    Parameters
    ----------
    weight, capacity
        ``[n]`` and ``[m]``.
    site
        ``[chains, n]``.

    Attributes
    ----------
    free
        ``[chains, m]``.
    """

    def __init__(self, weight: IntArray, capacity: IntArray, site: IntArray) -> None:
        self._weight, self._capacity = weight, capacity
        self._mean = max(1.0, float(weight.mean()))
        self.hold(site)

    def hold(self, site: IntArray) -> None:
        """Take new assignments."""
        self.free = np.repeat(self._capacity[None], len(site), axis=0)
        np.subtract.at(self.free, (np.arange(len(site))[:, None], site), self._weight[None, :])

    def moves(self, v: IntArray, a: IntArray, site: IntArray) -> FloatArray:
        """
        Price the overload that shifts of item v from site a to each site, and exchanges with each item, make or mend.

        Returns
        -------
        array ``[chains, m + n]``
            In first temperatures.
        """
        free, mine = self.free, self._weight[v][:, None]
        here, there = np.take_along_axis(free, a[:, None], axis=1), np.take_along_axis(free, site, axis=1)
        now = self._price(free)
        stays, other = np.take_along_axis(now, a[:, None], axis=1), np.take_along_axis(now, site, axis=1)
        shifted = self._price(free - mine) - now + self._price(here + mine) - stays
        more = self._weight[None, :] - mine
        swapped = self._price(here - more) - stays + self._price(there + more) - other
        at_a = np.arange(free.shape[1]) == a[:, None]
        return np.concatenate([np.where(at_a, 0.0, shifted), np.where(site == a[:, None], 0.0, swapped)], axis=1)

    def whole(self, a: IntArray) -> FloatArray:
        """Price the overload that an exchange of all items on site a with all on each other site makes or mends."""
        free, held = self.free, self._capacity - self.free
        here, more = np.take_along_axis(free, a[:, None], axis=1), held - np.take_along_axis(held, a[:, None], axis=1)
        change = self._price(here - more) - self._price(here) + self._price(free + more) - self._price(free)
        return np.where(np.arange(free.shape[1]) == a[:, None], 0.0, change)

    def move(self, chains: IntArray, v: IntArray, a: IntArray, b: IntArray) -> None:
        """Move item v of some chains from site a to site b."""
        self.free[chains, a] += self._weight[v]
        self.free[chains, b] -= self._weight[v]

    def _price(self, free: IntArray) -> FloatArray:
        """Price what is left of a capacity: nothing unless it is exceeded."""
        return np.asarray(np.where(free < 0, OVERLOADED - OVERLOAD / self._mean * free, 0.0))


def by_site(values: FloatArray, site: IntArray, m: int) -> FloatArray:
    """Sum values of items, ``[chains, n]``, by their sites, ``[chains, m]``."""
    cells = (np.arange(len(site))[:, None] * m + site).ravel()
    totals = np.bincount(cells, weights=values.ravel(), minlength=len(site) * m)
    return np.asarray(totals, dtype=np.float64).reshape(len(site), m)
