"""
Recomputes what integer prices prove: dynamic programming in Python's integers, without a solver and without rounding.

The bound is that of :func:`placer.fleet.bound.proving.lagrangian`: whatever the prices are, it holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from placer.fleet.bound.items import Item, Items, Units, alike, below_a_step, items_of_type, units_of
from placer.fleet.bound.stages import Stage, guest_costs, host_costs
from placer.fleet.problem.problem import FleetProblem

Table = list[list[int]]


def proved(
    problem: FleetProblem,
    stage: Stage,
    *,
    scale: int,
    prices: Sequence[int],
    multipliers: Sequence[int] = (),
    searched: Mapping[int, int] | None = None,
) -> int:
    """
    Give the lower bound that prices prove on a tier, among plans that hold the tiers above it.

    Parameters
    ----------
    scale
        Prices and multipliers are in 1/scale of the tier's unit.
    prices
        Of a guest of each class, 0 or more.
    multipliers
        Of each of ``stage.limits``, 0 or more.
    searched
        Position of a type -> what a filling of it is worth at most, found otherwise.

    Returns
    -------
    int
        0 where they prove nothing.
    """
    capped, bound = list(prices), 0
    if not stage.everything:
        ceiling = [cost * scale for cost in guest_costs(problem, stage.tier)]
        for multiplier, (tier, most) in zip(multipliers, stage.limits, strict=True):
            ceiling = [a + multiplier * w for a, w in zip(ceiling, guest_costs(problem, tier), strict=True)]
            bound -= multiplier * most
        capped = [min(price, most) for price, most in zip(prices, ceiling, strict=True)]
    bound += sum(count * price for count, price in zip(problem.demand, capped, strict=True))
    costs, held = host_costs(problem, stage.tier), most_worth(problem, prices)
    for t, worth in (searched or {}).items():
        held[t] = min(held[t], worth)
    for count, cost, worth in zip(problem.counts, costs, held, strict=True):
        bound -= count * max(0, worth - cost * scale)
    return max(0, -(-bound // scale))


def exceeded(problem: FleetProblem, prices: Sequence[int]) -> bool:
    """Whether prices prove that not all guests can be held: together they are worth more than all hosts can hold."""
    held = sum(count * worth for count, worth in zip(problem.counts, most_worth(problem, prices), strict=True))
    return held < sum(count * price for count, price in zip(problem.demand, prices, strict=True))


def most_worth(problem: FleetProblem, prices: Sequence[int]) -> list[int]:
    """Give for each type an upper bound on what any filling of one host is worth; exact where its items are."""
    units, worth = units_of(problem), [0] * len(problem.types)
    for types in alike(problem):
        first = problem.types[types[0]]
        rooms = [[units.room(pnode, limited=first.limited) for pnode in problem.types[t].pnodes] for t in types]
        items = items_of_type(problem, first)
        for t, most in zip(types, _group_worth(units, items, rooms, prices), strict=True):
            beside = below_a_step(problem, problem.types[t], units, items)
            worth[t] = most + sum(held * item.price(prices[item.of]) for item, held in beside)
    return worth


def _group_worth(
    units: Units, items: Items, rooms: list[list[tuple[int, int]]], prices: Sequence[int]
) -> Iterator[int]:
    most = tuple(max(pnode[i] for room in rooms for pnode in room) for i in (0, 1))
    single = _table(units, items.single, prices, most[0], most[1])
    pair = _table(units, items.pair, prices, most[0], most[1]) if items.pair else []
    steps = list(_steps(pair))
    known: dict[tuple[tuple[int, int], ...], int] = {}
    for room in rooms:
        key = tuple(room)
        if key not in known:
            known[key] = max(_worth(single, room, *step) for step in [(0, 0, 0), *steps])
        yield known[key]


def _worth(single: Table, room: list[tuple[int, int]], c: int, m: int, halves: int) -> int:
    """Give the worth of a room of which each pnode gives c and m to halves; -1 where it does not have them."""
    if any(vcpus < c or kib < m for vcpus, kib in room):
        return -1
    return halves + sum(single[vcpus - c][kib - m] for vcpus, kib in room)


def _steps(table: Table) -> Iterator[tuple[int, int, int]]:
    """Give the capacities at which a table rises in both directions; others give no more for more."""
    for c, row in enumerate(table):
        for m, value in enumerate(row):
            below = table[c - 1][m] if c else -1
            if value and value > below and (m == 0 or value > row[m - 1]):
                yield c, m, value


def _table(units: Units, items: tuple[Item, ...], prices: Sequence[int], vcpus: int, kib: int) -> Table:
    """Fill every capacity, any number of each item."""
    table = [[0] * (kib + 1) for _ in range(vcpus + 1)]
    for item in items:
        price = item.price(prices[item.of])
        c, m = units.load((item.vcpus, item.kib), up=False)
        if price <= 0 or not (c or m):  # an item without a step is counted beside the table
            continue
        for row in range(c, vcpus + 1):
            source, target = table[row - c], table[row]
            for column in range(m, kib + 1):
                offered = source[column - m] + price
                target[column] = max(target[column], offered)
    return table
