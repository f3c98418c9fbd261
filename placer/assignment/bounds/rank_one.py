"""
Flows of rank one: the cost as a function of two totals of each site.

If ``flow[v, w] = scale * out[v] * into[w]``, the flows cost ``scale`` times the sum over sites p, q of
``out(p) * distance[p, q] * into(q)``, where ``out(p)`` and ``into(p)`` are sums over the items on p. The capacity of a
site and the price of load there bound, and are bounded by, the two totals as well. Own: the default traffic of a guest
is such an outer product.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from math import gcd

import numpy as np

from placer.assignment import BoolArray, ConvexLoad, Flow, IntArray, ResidualCapacity
from placer.assignment.structure.term_index import TermIndex

LARGEST = 30_000
"""
The total of ``into`` up to which tables are made, of as many entries for each site.

Boxes keep totals as int16, whose largest number is 32767. Beyond that, chosen, not tuned.
"""


@dataclass(frozen=True, kw_only=True, eq=False)
class RankOneForm:
    """
    The cost of a tier, tabulated by the totals of its sites.

    Parameters
    ----------
    scale
        Factor of the outer product.
    out, into
        Totals over all items.
    distance
        ``[m, m]``, between the sites that some item may use; m counts these sites only.
    price
        ``[m, out + 1]``, convex: cost of ``out(p)`` on site p, as a load.
    down, up
        ``[m, into + 2]``: the largest possible ``into(p)`` up to a number, and the least possible one from it on.
        Possible are sums over items that fit p; ``into + 1`` stands for none.
    least_out, most_out
        ``[m, into + 2]``: the least ``out(p)`` if ``into(p)`` is at least a number, the most if it is at most that.
    constant
        Lower bound of all other terms of the tier.
    left
        ``[m, into + 2]``: the least that a lower tier with a residual capacity charges for site p if it holds items
        with ``into(p)`` at most a number.
    tier_weight
        Weight of the tier, so that one unit of it outweighs all of ``left``.
    """

    scale: int
    out: int
    into: int
    distance: IntArray
    price: IntArray
    down: IntArray
    up: IntArray
    least_out: IntArray
    most_out: IntArray
    constant: int
    left: IntArray
    tier_weight: int


def rank_one_form(index: TermIndex, tier: int) -> RankOneForm | None:
    """
    Tabulate a tier by the totals of its sites.

    Parameters
    ----------
    tier
        Counted from 0.

    Returns
    -------
    RankOneForm or None
        None if the tier has several flows, or one that is no outer product, or totals above :data:`LARGEST`.
    """
    problem = index.problem
    flows = [term for term in problem.tiers[tier] if isinstance(term, Flow) and term.flow.any()]
    vectors = outer_product(flows[0], problem.n) if len(flows) == 1 else None
    if vectors is None or int(vectors[2].sum()) > LARGEST:
        return None
    scale, out, into = vectors
    sites = np.flatnonzero(problem.allowed.any(axis=0))
    price, constant = np.zeros((len(sites), int(out.sum()) + 1), dtype=np.int64), 0
    # by kind: only a convex load can be a function of what a site sends; other loads keep their bound
    for t, convex_load in index.convex_loads:
        if t == tier:
            by_out = _load_price(convex_load, sites, out)
            if by_out is None or price.any():
                constant += convex_load.lower_bound(index.problem.allowed)
            else:
                price = by_out
                constant += int(
                    np.delete(
                        convex_load.table[:, 0], convex_load.pool_of[sites[convex_load.pool_of[sites] >= 0]]
                    ).sum()
                )
    constant += sum(reduced.lower_bound(index.problem.allowed) for t, reduced in index.reduced_slots if t == tier)
    constant += int(np.where(problem.allowed, _linear(index, tier), np.iinfo(np.int64).max).min(axis=1).sum())
    down, up, least_out, most_out = _reach(index, sites, out, into)
    left = _room_left(index, tier, sites, into)
    return RankOneForm(
        scale=scale, out=int(out.sum()), into=int(into.sum()), distance=flows[0].distance[np.ix_(sites, sites)],
        price=price, down=down, up=up, least_out=least_out, most_out=most_out, constant=constant,
        left=left, tier_weight=1 + int(left.max(axis=1).sum()),
    )  # fmt: skip


def outer_product(flow: Flow, n: int) -> tuple[int, IntArray, IntArray] | None:
    """
    Write a flow as a number times the outer product of two vectors without common factors.

    Returns
    -------
    scale, out ``[n]``, into ``[n]``
        None if the flow has another rank than one.

    Examples
    --------
    >>> flow = Flow(name="", items=np.array([0, 2]), flow=np.array([[20, 60], [0, 0]]), distance=np.eye(1, dtype=int))
    >>> outer_product(flow, 3)
    (20, array([1, 0, 0]), array([1, 0, 3]))
    """
    rows, columns = np.flatnonzero(flow.flow.any(axis=1)), np.flatnonzero(flow.flow.any(axis=0))
    row, column = flow.flow[rows[0]], flow.flow[:, columns[0]]
    out, into = np.zeros((2, n), dtype=np.int64)
    out[flow.items] = column // reduce(gcd, column.tolist())
    into[flow.items] = row // reduce(gcd, row.tolist())
    scale = reduce(gcd, flow.flow.ravel().tolist())
    same = bool((scale * np.outer(out, into)[np.ix_(flow.items, flow.items)] == flow.flow).all())
    return (scale, out, into) if same else None


def _linear(index: TermIndex, tier: int) -> IntArray:
    """Linear costs of the tier without the flows of items to themselves, which the outer product has, ``[n, m]``."""
    linear: IntArray = index.linear[tier].copy()
    for term in index.problem.tiers[tier]:
        if isinstance(term, Flow):
            linear[term.items] -= np.outer(np.diagonal(term.flow), np.diagonal(term.distance))
    return linear


def _load_price(convex_load: ConvexLoad, sites: IntArray, out: IntArray) -> IntArray | None:
    """
    Give the price of load on each site by ``out(p)``, ``[m, out + 1]``.

    None if the load is no multiple of ``out(p)``, or if sites share a pool.
    """
    pools = convex_load.pool_of[sites]
    inside = pools >= 0
    times = int(convex_load.weight.sum()) // max(1, int(out.sum()))
    if len(np.unique(pools[inside])) < inside.sum() or (convex_load.weight != times * out).any() or not times:
        return None
    price = convex_load.table[pools][:, : times * int(out.sum()) + 1 : times]
    return np.asarray(np.where(inside[:, None], price, 0))


def _reach(index: TermIndex, sites: IntArray, out: IntArray, into: IntArray) -> tuple[IntArray, ...]:
    """Tabulate ``down``, ``up``, ``least_out`` and ``most_out`` of :class:`RankOneForm`."""
    total = int(into.sum())
    known: dict[bytes, tuple[IntArray, IntArray, list[IntArray]]] = {}
    found: list[tuple[IntArray, ...]] = []
    for p in sites.tolist():
        allowed = index.problem.allowed[:, p]
        key = allowed.tobytes()
        if key not in known:
            weights = [_least_sums(into[allowed], weight[allowed], total) for weight in index.weight]
            most = -_least_sums(into[allowed], -out[allowed], total)
            known[key] = _least_sums(into[allowed], out[allowed], total), most, weights
        least, most, weights = known[key]
        fits = np.abs(least) < total + int(out.sum()) + 1
        for need, capacity in zip(weights, index.capacity[:, p].tolist(), strict=True):
            fits &= need <= capacity
        found.append((*_neighbours(fits), *_envelopes(least, most)))
    return tuple(np.stack(rows) for rows in zip(*found, strict=True))


def residual_capacity_below(index: TermIndex, tier: int) -> tuple[int, ResidualCapacity] | None:
    """Find the first lower tier with a residual capacity, and that term; None if there is none."""
    return next(((t, room) for t, room in index.residual_capacities if t > tier), None)


def _room_left(index: TermIndex, tier: int, sites: IntArray, into: IntArray) -> IntArray:
    """Tabulate ``left`` of :class:`RankOneForm`."""
    total, lower = int(into.sum()), residual_capacity_below(index, tier)
    if lower is None:
        return np.zeros((len(sites), total + 2), dtype=np.int64)
    room = lower[1]
    heaviest = -_least_sums(into, -room.weight, total)
    held = np.maximum.accumulate(np.append(np.where(np.abs(heaviest) < 2**59, heaviest, 0), 0))
    free = (room.room[sites][:, None] - held) // room.unit
    return np.asarray(np.where(room.room[sites][:, None] >= 0, np.maximum(free, 0), 0))


def _least_sums(into: IntArray, each: IntArray, total: int) -> IntArray:
    """
    For each number up to a total, give the least sum of ``each`` over items whose ``into`` sums to it, ``[total + 1]``.

    2**60 where no items do. A subset-sum dynamic program.
    """
    least = np.full(total + 1, np.int64(2**60))
    least[0] = 0
    for size, value in zip(into.tolist(), each.tolist(), strict=True):
        with_it = np.concatenate([np.full(size, np.int64(2**60)), least[: total + 1 - size]])
        least = np.minimum(least, np.where(with_it < 2**59, with_it + value, with_it))
    return least


def _neighbours(fits: BoolArray) -> tuple[IntArray, IntArray]:
    """Give the nearest number that fits from each number down, and from each up; the one past the last never fits."""
    total = len(fits) - 1
    numbers = np.arange(total + 2)
    there = np.append(fits, False)
    down = np.maximum.accumulate(np.where(there, numbers, 0))
    up = np.minimum.accumulate(np.where(there, numbers, total + 1)[::-1])[::-1]
    return down, up


def _envelopes(least: IntArray, most: IntArray) -> tuple[IntArray, IntArray]:
    """Give the least of ``least`` from each number up, and the most of ``most`` from each number down."""
    upward = np.minimum.accumulate(np.append(least, np.int64(2**60))[::-1])[::-1]
    known = np.where(np.abs(most) < 2**59, most, -1)
    return upward, np.maximum.accumulate(np.append(known, -1))
