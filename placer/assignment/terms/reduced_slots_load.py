"""The extra cost of a load where claims leave it fewer slots."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from placer.assignment.terms.arrays import BoolArray, IntArray, array_faults, between_pools, sums, widened_items
from placer.assignment.terms.convex_load import ConvexLoad
from placer.assignment.terms.tally import Tally
from placer.assignment.terms.term import Term


@dataclass(frozen=True, kw_only=True, eq=False)
class ReducedSlotsLoad(Term):
    """
    The extra cost of a load where claims leave it fewer slots.

    It is the sum over pools of ``scale * (even_pairs(n, left) - even_pairs(n, slots))``. There n is ``start`` plus the
    load of ``convex_load``, and ``left = max(1, slots - ceil(claims / per_slot))``, with the claims of the items on the
    sites of the pool. That the claims on a pool fill no more slots than it has is for other rules to ensure.

    Parameters
    ----------
    convex_load
        The load, a term of the same tier; its own price is that on all ``slots``, without claims.
    slots_claimed
        ``[n]``, non-negative, the claims of each item.
    start
        ``[pools]``, non-negative, the load without any item.
    slots
        ``[pools]``, positive, the slots of each pool.
    per_slot
        Claims that fill one slot, positive.
    scale
        Price of a pair that shares a slot, non-negative.
    """

    name: str
    convex_load: ConvexLoad
    slots_claimed: IntArray
    start: IntArray
    slots: IntArray
    per_slot: int
    scale: int

    def claims(self, site_of: IntArray) -> IntArray:
        """Claims on each pool, ``[b, pools]``, for each row of ``site_of [b, n]``."""
        return self._sums(self.slots_claimed, site_of)

    def increase(self, load: IntArray, claims: IntArray, pools: IntArray | slice = slice(None)) -> IntArray:
        """Extra cost of each pool under loads and claims ``[..., pools]``; nondecreasing in both."""
        n, slots = self.start[pools] + load, self.slots[pools]
        left = np.maximum(slots - -(-claims // self.per_slot), 1)
        increase: IntArray = self.scale * (even_pairs(n, left) - even_pairs(n, slots))
        return increase

    def evaluate(self, site_of: IntArray) -> IntArray:
        """Cost of each row of ``site_of [b, n]``."""
        return self._evaluate(site_of, slice(None))

    def _evaluate(self, site_of: IntArray, items: IntArray | slice) -> IntArray:
        """Cost of each row of ``site_of [b, k]`` with k items alone."""
        loads, claims = (self._sums(each[items], site_of) for each in (self.convex_load.weight, self.slots_claimed))
        costs: IntArray = self.increase(loads, claims).sum(axis=1)
        return costs

    def lower_bound(self, allowed: BoolArray) -> int:
        """
        The cost of the whole load spread evenly over all slots left, less the bound of the load itself.

        ``even_pairs(n, c)`` is subadditive in (n, c), so splitting load and slots into pools costs no less. A pool
        whose slots are all claimed still counts one slot: that is one more than claims leave.
        """
        convex_load, items = self.convex_load, np.arange(len(self.slots_claimed))
        claims = replace(convex_load, weight=self.slots_claimed).unavoidable_load(allowed, items)
        filled = claims // (self.per_slot * (int(self.slots.min()) - 1) + 1)
        left = int(self.slots.sum()) - -(-claims // self.per_slot) + min(filled, len(self.slots))
        load = int(self.start.sum()) + convex_load.unavoidable_load(allowed, items)
        pairs = even_pairs(np.array(load), np.array(min(max(left, 1), int(self.slots.sum()))))
        return max(0, self.scale * int(pairs) - convex_load.lower_bound(allowed))

    def partial_bound(self, rows: IntArray, placed: IntArray, rest: IntArray, allowed: BoolArray) -> IntArray:
        """Cost of the placed items, ``[s]``: more load or more claims cost no less."""
        return self._evaluate(rows, placed)

    def tallies(self, n: int, m: int) -> tuple[Tally, ...]:
        """Ask for the load and the claims of each pool."""
        each, pool_of = (self.convex_load.weight, self.slots_claimed), self.convex_load.pool_of
        return tuple(Tally.by_site(weight, pool_of, len(self.slots)) for weight in each)

    def added(self, v: int, tallies: tuple[Tally, ...], held: tuple[IntArray, ...]) -> IntArray:
        """Increase of the cost by the load and the claims of item v on each site, ``[s, m]``."""
        (load, claims), pool_of = held, self.convex_load.pool_of
        with_item = self.increase(load + self.convex_load.weight[v], claims + self.slots_claimed[v])
        return np.where(pool_of >= 0, (with_item - self.increase(load, claims))[:, pool_of], 0)

    def shift_delta(self, site_of: IntArray, m: int) -> IntArray:
        """Change in cost of every shift of an item to a site, ``[n, m]``."""
        load, claims = self.convex_load.loads(site_of[None, :])[0], self.claims(site_of[None, :])[0]
        w, c = self.convex_load.weight[:, None], self.slots_claimed[:, None]
        now = self.increase(load, claims)
        up = self.increase(load + w, claims + c) - now
        down = now - self.increase(np.maximum(load - w, 0), np.maximum(claims - c, 0))
        return between_pools(self.convex_load.pool_of, site_of, up, down)

    def swap_delta(self, site_of: IntArray, v: IntArray, w: IntArray) -> IntArray:
        """Change in cost of each swap of ``v[i]`` and ``w[i]``."""
        convex_load = self.convex_load
        load, claims = convex_load.loads(site_of[None, :])[0], self.claims(site_of[None, :])[0]
        a, b = convex_load.pool_of[site_of[v]], convex_load.pool_of[site_of[w]]
        more = np.where(a == b, 0, convex_load.weight[w] - convex_load.weight[v])
        claimed = np.where(a == b, 0, self.slots_claimed[w] - self.slots_claimed[v])
        change = np.zeros(len(v), dtype=np.int64)
        for pool, sign in ((a, 1), (b, -1)):
            at = np.maximum(pool, 0)
            after = np.maximum(load[at] + sign * more, 0), np.maximum(claims[at] + sign * claimed, 0)
            now = self.increase(load[at], claims[at], at)
            change += np.where(pool >= 0, self.increase(*after, at) - now, 0)
        return change

    def item_key(self, n: int) -> IntArray:
        """Key of each item: its claims, ``[n, 1]``; its weight is in the key of the convex load."""
        return self.slots_claimed[:, None]

    def site_key(self, m: int) -> IntArray:
        """Key of each site: start and slots of its pool, ``[m, 2]``; shared pools are in the key of the convex load."""
        pools = self.convex_load.pool_of
        return np.stack([np.where(pools >= 0, part[pools], -1) for part in (self.start, self.slots)], axis=1)

    def faults(self, n: int, m: int) -> Iterator[str]:
        """Yield the faults of its arrays, the first one first."""
        pools = (len(self.convex_load.table),)
        yield from array_faults("slots_claimed", self.slots_claimed, (n,), least=0)
        yield from array_faults("start", self.start, pools, least=0)
        yield from array_faults("slots", self.slots, pools, least=1)
        if self.per_slot < 1 or self.scale < 0:
            yield f"per_slot is {self.per_slot} and scale {self.scale}, expected at least 1 and 0"

    def largest(self) -> int:
        """Upper bound on its cost over all assignments."""
        load = int(self.start.sum()) + int(self.convex_load.weight.sum())
        return self.scale * load * (load - 1) // 2

    def widened(self, n: int, m: int, memo: dict[int, Term]) -> ReducedSlotsLoad:
        """Add items without claims; the convex load is widened likewise, and stays shared."""
        convex_load = self.convex_load.widened(n, m, memo)
        return replace(self, convex_load=convex_load, slots_claimed=widened_items(self.slots_claimed, n))

    def _sums(self, each: IntArray, site_of: IntArray) -> IntArray:
        return sums(each, self.convex_load.pool_of[site_of], len(self.slots))


def even_pairs(n: IntArray, slots: IntArray) -> IntArray:
    """Pairs that share a slot, n spread evenly: r C(q+1, 2) + (slots - r) C(q, 2), q = n // slots, r = n % slots."""
    q, r = n // slots, n % slots
    pairs: IntArray = r * ((q + 1) * q // 2) + (slots - r) * (q * (q - 1) // 2)
    return pairs
