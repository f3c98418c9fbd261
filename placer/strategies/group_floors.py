"""Lower bounds from placing each group alone: exact for its flows, blind to the other groups."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from placer.budget import Budget
from placer.problem import Flow, IntArray, Linear, Problem, Status
from placer.strategies.bounds import crowd_floor, room_floor
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
    seen: dict[tuple[bytes, ...], int | None] = {}
    for t in range(tables.tiers):
        alone: list[int | None] = [_least(tables, items, t, budget, seen) for items in problem.groups]
        total = sum(crowd_floor(tables, crowd) for tier, crowd in tables.crowds if tier == t)
        total += sum(room_floor(tables, room, []) for tier, room in tables.rooms if tier == t)
        total += sum(term.floor(problem.allowed) for tier, term in tables.rounded if tier == t)
        proved = [cost for cost in alone if cost is not None]
        floors.append(max(known[t], total + sum(proved)) if len(proved) == len(alone) else known[t])
    return tuple(floors)


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
