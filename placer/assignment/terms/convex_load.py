"""A convex price of load."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from placer.assignment.terms.arrays import (
    BoolArray,
    IntArray,
    array_faults,
    between_pools,
    distinct,
    sums,
    widened_items,
    widened_sites,
)
from placer.assignment.terms.tally import Tally
from placer.assignment.terms.term import Term


@dataclass(frozen=True, kw_only=True, eq=False)
class ConvexLoad(Term):
    """
    A convex price of load: the sum over pools of ``table[pool, load]``, the load being the weight on its sites.

    Parameters
    ----------
    weight
        ``[n]``, non-negative.
    pool_of
        ``[m]``, the pool of each site, -1 where load is free.
    table
        ``[pools, total weight + 1]``, convex and nondecreasing along each row; ``table[:, 0]``, the price
        of an empty pool, may be positive.
    """

    name: str
    weight: IntArray
    pool_of: IntArray
    table: IntArray

    def loads(self, site_of: IntArray) -> IntArray:
        """Load of each pool, ``[b, pools]``, for each row of ``site_of [b, n]``."""
        return sums(self.weight, self.pool_of[site_of], len(self.table))

    def evaluate(self, site_of: IntArray) -> IntArray:
        """Cost of each row of ``site_of [b, n]``."""
        costs: IntArray = self.table[np.arange(len(self.table)), self.loads(site_of)].sum(axis=1)
        return costs

    def lower_bound(self, allowed: BoolArray) -> int:
        """
        The price of all pools empty, plus the larger of two bounds on the load.

        One spreads the load evenly, unit by unit. The other puts each item alone into its cheapest pool: the price is
        convex, so items together cost no less than the sum of each alone.
        """
        empty = self.table[:, 0]
        own = np.where(self.pool_of >= 0, (self.table - empty[:, None])[self.pool_of][:, self.weight].T, 0)
        alone = np.where(allowed, own, np.iinfo(np.int64).max).min(axis=1).sum()
        return max(self.even_spread_bound(allowed), int(empty.sum()) + int(alone))

    def even_spread_bound(self, allowed: BoolArray) -> int:
        """The price of all pools empty, plus that of the load spread evenly, unit by unit, over the usable pools."""
        usable = self.usable(allowed)
        load = np.zeros((1, len(usable.table)), dtype=np.int64)
        units = self.unavoidable_load(allowed, np.arange(len(self.weight)))
        return int(self.table[:, 0].sum()) + (int(usable.cheapest_increase(load, units)[0]) if len(usable.table) else 0)

    def usable(self, allowed: BoolArray) -> ConvexLoad:
        """Return the same price without the pools that no item with weight can reach."""
        pools = distinct(self.pool_of[allowed[self.weight > 0].any(axis=0)])
        return replace(self, table=self.table[pools[pools >= 0]])

    def unavoidable_load(self, allowed: BoolArray, items: IntArray) -> int:
        """Sum the weight of the given items that may use no site without a pool."""
        free = allowed[items][:, self.pool_of < 0].any(axis=1)
        return int((self.weight[items] * ~free).sum())

    def cheapest_increase(self, load: IntArray, more: int) -> IntArray:
        """
        Least cost of adding load, unit by unit, each where it is cheapest.

        Convexity makes the greedy choice optimal: the cheapest steps of all pools are taken in order.

        Parameters
        ----------
        load
            ``[s, pools]``, the load so far.
        more
            Units to add.

        Returns
        -------
        array ``[s]``
            The increase of the cost.
        """
        steps = np.diff(self.table, axis=1)
        prices = distinct(steps)
        within = np.stack([np.searchsorted(row, prices, side="right") for row in steps], axis=0)
        units: IntArray = np.maximum(within[None, :, :] - load[:, :, None], 0).sum(axis=1)
        filled = np.minimum(units, more)
        increase: IntArray = (np.diff(filled, axis=1, prepend=0) * prices).sum(axis=1)
        return increase

    def partial_bound(self, rows: IntArray, placed: IntArray, rest: IntArray, allowed: BoolArray) -> IntArray:
        """Cost of the load placed so far, plus the least increase by the unavoidable load of the rest, ``[s]``."""
        on = self.pool_of[rows][:, :, None] == np.arange(len(self.table))
        load = (on * self.weight[placed][:, None]).sum(axis=1)
        now = self.table[np.arange(len(self.table)), load].sum(axis=1)
        return np.asarray(now + self.cheapest_increase(load, self.unavoidable_load(allowed, rest)))

    def beside(self, v: int, others: IntArray, site_of: IntArray, m: int) -> IntArray:
        """Increase of the cost by item v on each site, ``[m]``."""
        pools = self.pool_of
        load = np.zeros(len(self.table), dtype=np.int64)
        np.add.at(load, pools[site_of[others]], np.where(pools[site_of[others]] >= 0, self.weight[others], 0))
        increase = self.table[range(len(load)), load + self.weight[v]] - self.table[range(len(load)), load]
        return np.where(pools >= 0, increase[pools], 0)

    def tallies(self, n: int, m: int) -> tuple[Tally, ...]:
        """Ask for the load of each pool."""
        return (Tally.by_site(self.weight, self.pool_of, len(self.table)),)

    def added(self, v: int, tallies: tuple[Tally, ...], held: tuple[IntArray, ...]) -> IntArray:
        """Increase of the cost by item v on each site, ``[s, m]``."""
        pools, load = np.arange(len(self.table)), held[0]
        increase = self.table[pools, load + self.weight[v]] - self.table[pools, load]
        return np.where(self.pool_of >= 0, increase[:, self.pool_of], 0)

    def shift_delta(self, site_of: IntArray, m: int) -> IntArray:
        """Change in cost of every shift of an item to a site, ``[n, m]``."""
        load = self.loads(site_of[None, :])[0]
        rows, w = np.arange(len(load)), self.weight[:, None]
        most = self.table.shape[1] - 1
        up = self.table[rows, np.minimum(load + w, most)] - self.table[rows, load]
        down = self.table[rows, load] - self.table[rows, np.maximum(load - w, 0)]
        return between_pools(self.pool_of, site_of, up, down)

    def swap_delta(self, site_of: IntArray, v: IntArray, w: IntArray) -> IntArray:
        """Change in cost of each swap of ``v[i]`` and ``w[i]``."""
        load = self.loads(site_of[None, :])[0]
        a, b = self.pool_of[site_of[v]], self.pool_of[site_of[w]]
        gain = np.where(a == b, 0, self.weight[w] - self.weight[v])
        up, down = np.where(a >= 0, load[a] + gain, 0), np.where(b >= 0, load[b] - gain, 0)
        change = np.where(a >= 0, self.table[a, up] - self.table[a, load[a]], 0)
        change += np.where(b >= 0, self.table[b, down] - self.table[b, load[b]], 0)
        return change

    def item_key(self, n: int) -> IntArray:
        """Key of each item: its weight, ``[n, 1]``."""
        return self.weight[:, None]

    def site_key(self, m: int) -> IntArray:
        """Key of each site: the prices of its pool, and its own number where it shares the pool with other sites."""
        shared = np.bincount(self.pool_of[self.pool_of >= 0], minlength=len(self.table))
        own = (self.pool_of < 0) | (shared[self.pool_of] == 1)
        lone = np.where(own, -1, np.arange(m))
        prices = np.where((self.pool_of >= 0)[:, None], self.table[self.pool_of], -1)
        return np.hstack([lone[:, None], prices])

    def faults(self, n: int, m: int) -> Iterator[str]:
        """Yield the faults of its arrays, the first one first."""
        yield from array_faults("weight", self.weight, (n,), least=0)
        yield from array_faults("pool_of", self.pool_of, (m,), least=-1, most=len(self.table) - 1)
        yield from array_faults("table", self.table, (len(self.table), int(self.weight.sum()) + 1))
        steps = np.diff(self.table, axis=1)
        if (steps < 0).any() or (np.diff(steps, axis=1) < 0).any():
            yield "table is not convex and nondecreasing along each row"

    def largest(self) -> int:
        """Upper bound on its cost over all assignments."""
        return sum(row[-1] for row in self.table.tolist())

    def widened(self, n: int, m: int, memo: dict[int, Term]) -> ConvexLoad:
        """Add items of weight 0 and sites without a pool; one call and the next return the same object."""
        known = memo.get(id(self))
        if not isinstance(known, ConvexLoad):
            known = replace(self, weight=widened_items(self.weight, n), pool_of=widened_sites(self.pool_of, m, -1))
            memo[id(self)] = known
        return known
