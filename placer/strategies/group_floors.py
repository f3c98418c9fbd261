"""Lower bounds from placing each group alone: exact for its flows, blind to the other groups."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from placer.budget import Budget
from placer.problem import BoolArray, Flow, IntArray, Linear, Problem, Status
from placer.strategies.bounds import crowd_floor, pair_floors, room_floor
from placer.strategies.enumeration import enumerate_all
from placer.strategies.tables import Tables

STATES = 5_000
"""Partial assignments looked at for one group; beyond that its floor is left to the pairs."""


def grouped_floors(tables: Tables, budget: Budget, known: tuple[int, ...]) -> tuple[int, ...]:
    """
    Bound every tier by the least that each group costs alone, plus the load spread evenly and the room.

    Parameters
    ----------
    known
        Floors known so far; each is kept where it is higher.
    """
    problem = tables.problem
    floors = []
    whole = _whole_prices(tables)
    seen: dict[tuple[bytes, ...], int | None] = {}
    for t in range(tables.tiers):
        alone = [
            price if price is not None else _least(tables, items, t, budget, seen)
            for items, price in zip(problem.groups, whole[t], strict=True)
        ]
        total = sum(crowd_floor(tables, crowd) for tier, crowd in tables.crowds if tier == t)
        total += sum(room_floor(tables, room, []) for tier, room in tables.rooms if tier == t)
        proved = [cost for cost in alone if cost is not None]
        floors.append(max(known[t], total + sum(proved)) if len(proved) == len(alone) else known[t])
    return tuple(floors)


def _whole_prices(tables: Tables) -> list[list[int | None]]:
    """Give for each tier what each group costs whole on one site, where its items and pairs alone cost no less."""
    problem = tables.problem
    pairs = pair_floors(tables)
    cheapest = np.where(problem.allowed, tables.linear, np.iinfo(np.int64).max).min(axis=2)
    prices: list[list[int | None]] = [[] for _ in range(tables.tiers)]
    for items in problem.groups:
        block = np.ix_(items, items)
        sites = np.flatnonzero(_holds_all(tables, items))
        for t in range(tables.tiers):
            least = int(cheapest[t, items].sum()) + int(pairs[t][block].sum()) // 2
            cost = tables.linear[t][items][:, sites].sum(axis=0)
            cost += sum(f.flow[block].sum() * f.distance.diagonal()[sites] for f in tables.flows if f.tier == t)
            prices[t].append(least if (cost == least).any() else None)
    return prices


def _holds_all(tables: Tables, items: IntArray) -> BoolArray:
    """Sites that can hold a whole group, seats apart, ``[m]``."""
    problem = tables.problem
    fits = (tables.weight[:, items].sum(axis=1)[:, None] <= tables.capacity).all(axis=0)
    holds: BoolArray = fits & problem.allowed[items].all(axis=0)
    for relation in problem.relations:
        if relation.items[np.ix_(items, items)].any():
            holds &= ~relation.sites.diagonal()
    return holds


def _least(
    tables: Tables, items: IntArray, t: int, budget: Budget, seen: dict[tuple[bytes, ...], int | None]
) -> int | None:
    """Find the least that a group's linear costs and flows come to in one tier; None where that takes too long."""
    flows = [(f.flow[np.ix_(items, items)], f.distance) for f in tables.flows if f.tier == t]
    linear = tables.linear[t][items]
    allowed, weight = tables.problem.allowed[items], tables.weight[:, items]
    related = [replace(r, items=r.items[np.ix_(items, items)]) for r in tables.problem.relations]
    key = (bytes([t]), linear.tobytes(), allowed.tobytes(), weight.tobytes(), *(flow.tobytes() for flow, _ in flows))
    key += tuple(relation.items.tobytes() for relation in related)
    if key not in seen:
        own = np.arange(len(items))
        alone = Problem(
            allowed=allowed,
            resources=tuple(replace(r, weight=r.weight[items]) for r in tables.problem.resources),
            groups=(own,),
            incompatible=tables.problem.incompatible,
            relations=tuple(relation for relation in related if relation.items.any()),
            tiers=(
                (
                    Linear(name="", cost=linear),
                    *(Flow(name="", items=own, flow=flow, distance=d) for flow, d in flows if flow.any()),
                ),
            ),
        )
        solution = enumerate_all(alone, budget, state_limit=STATES)
        seen[key] = solution.costs[0] if solution.status is Status.OPTIMAL else None
    return seen[key]
