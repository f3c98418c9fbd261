"""Lower bounds from placing each group alone: exact for its flows, blind to the other groups."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from placer.budget import Budget
from placer.problem import Flow, IntArray, Linear, Problem, Status
from placer.strategies.bounds import crowd_floor, floors, room_floor
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
    budget = replace(budget, on_log=None, on_progress=None)  # a search for each group says little of the whole
    found = []
    seen: dict[tuple[bytes, ...], int | None] = {}
    for t in range(tables.tiers):
        alone: list[int | None] = [_least(tables, items, t, budget, seen) for items in problem.groups]
        total = sum(crowd_floor(tables, crowd) for tier, crowd in tables.crowds if tier == t)
        total += sum(room_floor(tables, room, []) for tier, room in tables.rooms if tier == t)
        total += sum(term.floor(problem.allowed) for tier, term in tables.rounded if tier == t)
        proved = [cost for cost in alone if cost is not None]
        found.append(max(known[t], total + sum(proved)) if len(proved) == len(alone) else known[t])
    return tuple(found)


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
        deciders = np.flatnonzero(np.isin(items, tables.problem.deciders))
        seen[key] = _of_choices(alone, int(deciders[0]), budget) if len(deciders) else _alone(alone, budget)
    return seen[key]


def _alone(problem: Problem, budget: Budget) -> int | None:
    solution = enumerate_all(problem, budget, state_limit=STATES)
    return solution.costs[0] if solution.status is Status.OPTIMAL else None


def _of_choices(problem: Problem, decider: int, budget: Budget) -> int | None:
    """Take the least over the sites of an item that decides for the others; None where nothing can be placed."""
    found = [_under(problem, decider, int(c), budget) for c in np.flatnonzero(problem.allowed[decider])]
    return min((cost for cost in found if cost is not None), default=None)


def _under(problem: Problem, decider: int, c: int, budget: Budget) -> int | None:
    """
    Bound a group from below whose decider stands on site c.

    Items with one site left are settled, and pay what they pay there alone; the others are placed.
    """
    allowed = problem.allowed.copy()
    allowed[decider] = np.arange(problem.m) == c
    for relation in problem.relations:
        allowed[relation.items[decider]] &= ~relation.sites[c]
    if not allowed.any(axis=1).all():
        return None
    linear, *flows = problem.tiers[0]
    assert isinstance(linear, Linear)
    settled, open_items = (np.flatnonzero((allowed.sum(axis=1) > 1) == several) for several in (False, True))
    own, block = np.arange(len(open_items)), np.ix_(open_items, open_items)
    pairs = [Flow(name="", items=own, flow=f.flow[block], distance=f.distance) for f in flows if isinstance(f, Flow)]
    rest = replace(
        problem,
        allowed=allowed[open_items],
        resources=tuple(replace(r, weight=r.weight[open_items]) for r in problem.resources),
        groups=(own,),
        relations=tuple(replace(r, items=r.items[block]) for r in problem.relations if r.items[block].any()),
        tiers=((Linear(name="", cost=linear.cost[open_items]), *(flow for flow in pairs if flow.flow.any())),),
    )
    solution = enumerate_all(rest, budget, state_limit=STATES)
    if solution.status is Status.INFEASIBLE:
        return None
    cost = solution.costs[0] if solution.status is Status.OPTIMAL else floors(Tables(rest))[0]
    return cost + int(linear.cost[settled][allowed[settled]].sum())
