"""
Bound by sets of items on sites: where all sets that fit a site are few, sites are told apart, and load is exact.

The lowest level of a flow is what items on one site keep inside. Instead of clusters of one capacity it is a linear
program of set partitioning: each item in one set, each set on a site of some kind, at what the items cost there, their
load, and the flow between them. All sets are listed, so that reduced costs are those of arrays. The levels above are
bounded as before. The program is that of a generalized assignment by columns (Savelsbergh, Operations Research 45,
1997), with the flow inside as a part of the cost. Prices of the solver are rounded to integers first, so that the bound
is exact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from placer.assignment import BoolArray, IntArray
from placer.assignment.bounds.clustering import FINE
from placer.assignment.bounds.level_clusters import LevelLoad
from placer.assignment.bounds.levels import nested_flow, other_bounds, pairs_apart
from placer.assignment.bounds.linear_program import PackingProgram
from placer.assignment.structure.term_index import TermIndex

ITEMS = 36
"""Items at most: of more, the sets that fit are too many. Three tables of sums over subsets hold them."""
SETS, CELLS = 150_000, 2**20
"""Sets at most, and sets times kinds of sites. Chosen: 0.3 s; 24 vnodes on 8 pnodes have 60,000 at most."""
NEVER = 2**56
"""Cost of a set that does not fit; above all costs that are known."""
MOST = 2**36
"""Costs of sets are no more than this: scaled and added up they fit into 64 bits."""
KEEP, ROUNDS = 150, 100
"""Columns that a round adds at most, and rounds at most: a dozen are enough. Chosen by trial."""
TABLE = 12
"""Items whose subsets are one table of sums. Chosen: its 4096 entries stay in the cache."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SiteSets:
    """
    All sets of items that fit a site, and their costs by kinds of sites.

    Parameters
    ----------
    number
        ``[s]``, numbers whose bits are the items; the first is 0, the empty set.
    kind_of
        ``[m]``, -1 for a site that no item may use.
    cost
        ``[kinds, s]``: added to ``base`` they come to no more than the cost of the tier; 0 for the empty set, and
        :data:`NEVER` for a set that does not fit.
    """

    number: IntArray
    kind_of: IntArray
    cost: IntArray
    base: int
    items: int

    @property
    def count(self) -> IntArray:
        """Sites of each kind, ``[kinds]``."""
        return np.bincount(self.kind_of[self.kind_of >= 0], minlength=len(self.cost))


def site_sets(index: TermIndex, tier: int, going: Callable[[], bool], left_s: Callable[[], float]) -> SiteSets | None:
    """
    List the sets of items that fit a site, where :func:`~placer.assignment.bounds.levels.levels_apply`.

    Parameters
    ----------
    going, left_s
        As of :func:`~placer.assignment.bounds.levels.level_bound`, for the levels above.

    Returns
    -------
    SiteSets or None
        None where they are too many, or a pool of load has several sites.
    """
    allowed = index.problem.allowed
    sites, loads = np.flatnonzero(allowed.any(axis=0)), [load for t, load in index.convex_loads if t == tier]
    shared = any(np.bincount(load.pool_of[load.pool_of >= 0], minlength=1).max() > 1 for load in loads)
    if shared or len(sites) < 2 or index.problem.n > ITEMS:
        return None
    number = _fitting(index.weight, index.capacity[:, sites].max(axis=1, initial=0))
    if number is None:
        return None
    kind_of, first = _kinds(index, tier, sites)
    if len(first) * len(number) > CELLS:
        return None
    flow, load = nested_flow(index, tier), LevelLoad(index, tier)
    apart, price = pairs_apart(index, flow, load, going, left_s)
    between = int(flow.distance[np.ix_(sites, sites)][~np.eye(len(sites), dtype=bool)].min())
    cost = _costs(index, tier, number, first, between) - price * _beyond(load, number, first)
    cost[_misfits(index, number, first)] = NEVER
    if int(np.abs(cost[cost < NEVER]).max()) > MOST:
        return None
    empty = sum(int(one.table[:, 0].sum()) for one in loads)
    reduced = sum(term.lower_bound(allowed) for t, term in index.reduced_slots if t == tier)
    base = apart + empty + reduced + other_bounds(index, tier)
    return SiteSets(number=number, kind_of=kind_of, cost=cost, base=base, items=index.problem.n)


def _kinds(index: TermIndex, tier: int, sites: IntArray) -> tuple[IntArray, IntArray]:
    """Give the kind of each site, ``[m]``, -1 for those of no use, and the first site of each kind."""
    loads = [load for t, load in index.convex_loads if t == tier]
    own = np.diagonal(_distance(index, tier))[:, None]
    tables = [np.where(load.pool_of[:, None] >= 0, load.table[load.pool_of], 0) for load in loads]
    keys = np.concatenate([index.capacity.T, index.problem.allowed.T, index.linear[tier].T, own, *tables], axis=1)
    _, first, kind = np.unique(keys[sites], axis=0, return_index=True, return_inverse=True)
    kind_of = np.full(index.problem.m, -1)
    kind_of[sites] = kind.ravel()
    return kind_of, sites[first]


def _distance(index: TermIndex, tier: int) -> IntArray:
    return next(flow.distance for flow in index.flows if flow.tier == tier)


def _costs(index: TermIndex, tier: int, number: IntArray, sites: IntArray, between: int) -> IntArray:
    """Give linear costs, prices of load, and what pairs on one site save, ``[sites, s]``."""
    (flow,) = (flow.flow for flow in index.flows if flow.tier == tier)
    own = np.diagonal(_distance(index, tier))[sites]
    cost = np.array([sums_over(index.linear[tier][:, p], number) for p in sites.tolist()])
    cost -= (between - own)[:, None] * _inside(flow + flow.T, number)
    for t, load in index.convex_loads:
        if t == tier:
            pools, units = load.pool_of[sites], sums_over(load.weight, number)
            table = load.table - load.table[:, :1]
            cost += np.where(pools[:, None] >= 0, table[pools][:, units], 0)
    return cost


def _beyond(load: LevelLoad, number: IntArray, sites: IntArray) -> IntArray:
    """Give the units of load beyond the capacities of levels, ``[sites, s]``."""
    beyond = np.zeros((len(sites), len(number)), dtype=np.int64)
    for weight, free in zip(load.weight, load.free, strict=True):
        beyond += np.maximum(sums_over(weight, number) - free[sites, None], 0)
    return beyond


def _misfits(index: TermIndex, number: IntArray, sites: IntArray) -> BoolArray:
    """Say which sets are too heavy, or have an item that is not allowed there, ``[sites, s]``."""
    misfits = np.array([sums_over(1 - index.problem.allowed[:, p], number) > 0 for p in sites.tolist()])
    for weight, capacity in zip(index.weight, index.capacity, strict=True):
        misfits |= sums_over(weight, number) > capacity[sites, None]
    return misfits


def _fitting(weight: IntArray, capacity: IntArray) -> IntArray | None:
    """Number the sets of items within some capacities; None if there are too many."""
    number = np.zeros(1, dtype=np.int64)
    load = np.zeros((len(weight), 1), dtype=np.int64)
    for v in range(weight.shape[1]):
        more = load + weight[:, v, None]
        fits = (more <= capacity[:, None]).all(axis=0)
        number = np.concatenate([number, number[fits] | 1 << v])
        load = np.concatenate([load, more[:, fits]], axis=1)
        if len(number) > SETS:
            return None
    return number


def sums_over(values: IntArray, number: IntArray) -> IntArray:
    """Sum up ``[n]`` over each of some sets, ``[s]``, by tables of the sums over subsets."""
    total = np.zeros(len(number), dtype=np.int64)
    for first in range(0, len(values), TABLE):
        table = np.zeros(1, dtype=np.int64)
        for value in values[first : first + TABLE].tolist():
            table = np.concatenate([table, table + int(value)])
        total += table[number >> first & len(table) - 1]
    return total


def _inside(flow: IntArray, number: IntArray) -> IntArray:
    """Give the flow inside each set, ``[s]``, from that between each two items."""
    each = np.arange(len(flow))
    return np.asarray(
        sum((number >> v & 1) * sums_over(np.where(each < v, flow[v], 0), number) for v in range(len(flow)))
    )


class SiteProgram:
    """
    The linear program over all sets.

    Attributes
    ----------
    price, least
        ``[n]`` and ``[kinds]``, in parts of a unit: the best prices of items, and the least reduced cost on a site of
        each kind, 0 or less.
    bound
        The bound by these prices in parts of a unit, without the base.
    """

    def __init__(self, sets: SiteSets) -> None:
        self._sets = sets
        self.price = np.zeros(sets.items, dtype=np.int64)
        self.least = np.zeros(len(sets.cost), dtype=np.int64)
        self.bound = -NEVER

    def reduced(self, price: IntArray) -> IntArray:
        """Give the reduced costs ``[kinds, s]``, in parts of a unit."""
        return np.where(self._sets.cost < NEVER, self._sets.cost * FINE - sums_over(price, self._sets.number), NEVER)

    def solve(self, going: Callable[[], bool]) -> int:
        """Generate columns until none is left that improves, and bound the cost of the tier."""
        sets, count = self._sets, self._sets.count
        covered = 2 * int(np.abs(sets.cost[sets.cost < NEVER]).max()) + 1  # worth more than any set costs
        program, columns = PackingProgram(sets.items, count.tolist()), set[int]()
        price, of_kind = np.full(sets.items, covered * FINE), np.zeros(len(count))
        for _ in range(ROUNDS):
            reduced = self.reduced(price)
            least = np.minimum(reduced.min(axis=1), 0)
            bound = int(price.sum()) + int((count * least).sum())
            if bound > self.bound:
                self.bound, self.price, self.least = bound, price, least
            gained = (reduced + np.floor(of_kind * FINE).astype(np.int64)[:, None]).ravel()
            gained[list(columns)] = 0  # the solver may leave some of these a little below
            best = np.argpartition(gained, min(KEEP, len(gained) - 1))[:KEEP]
            new = best[gained[best] < -1].tolist()
            if not new or not going():
                break
            columns.update(new)
            for column in new:
                kind, i = divmod(column, len(sets.number))
                inside = [v for v in range(sets.items) if int(sets.number[i]) >> v & 1]
                program.add(inside, covered * len(inside) - int(sets.cost[kind, i]), kind)
            price = np.floor((covered - program.prices()) * FINE).astype(np.int64)
            of_kind = program.kind_prices()
        return sets.base - (-self.bound // FINE)
