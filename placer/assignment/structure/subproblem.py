"""The Problem of each component alone, on the sites that its items may use, and the cost that no component causes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from placer.assignment import (
    BoolArray,
    Conflict,
    ConvexLoad,
    FlooredLinear,
    Flow,
    IntArray,
    Linear,
    Problem,
    ReducedSlotsLoad,
    ResidualCapacity,
    ResidualValue,
    Resource,
    SetOnSite,
    SlotMatching,
    Term,
)
from placer.assignment.structure.components import reach


@dataclass(frozen=True, kw_only=True, eq=False)
class Subproblem:
    """
    A component as a Problem of its own.

    Parameters
    ----------
    problem
        With these items and sites, in this order.
    items, sites
        ``[k]`` and ``[l]``, their numbers in the whole Problem, ascending.
    """

    problem: Problem
    items: IntArray
    sites: IntArray


def subproblems(problem: Problem, parts: Iterable[IntArray]) -> list[Subproblem]:
    """
    Restrict a Problem to each of its components.

    Parameters
    ----------
    parts
        The items of each component, as from :func:`~placer.assignment.structure.components.components`.
    """
    touched: dict[int, BoolArray] = {}
    return [_Restriction(problem, items, touched).run() for items in parts]


def constants(problem: Problem) -> tuple[int, ...]:
    """
    Return the cost per tier that no item changes: the prices of pools to which no item can add load.

    The costs of a Problem are the sum of these and the costs of all its subproblems.
    """
    totals = [0] * len(problem.tiers)
    for t, term in ((t, term) for t, terms in enumerate(problem.tiers) for term in terms):
        if isinstance(term, ConvexLoad):  # the only kind with a price where no item is: that of empty pools
            untouched = ~_touched_pools(problem, term).any(axis=0)
            totals[t] += sum(term.table[untouched, 0].tolist())
    return tuple(totals)


def _touched_pools(problem: Problem, term: ConvexLoad) -> BoolArray:
    """
    Mark the pools whose price each item may change, ``[n, pools]``: by its load, or by its claims to slots.

    A claim counts for the convex load whose slots it takes, so that both terms keep the same pools.
    """
    weight = term.weight.copy()
    for other in (other for terms in problem.tiers for other in terms):
        if isinstance(other, ReducedSlotsLoad) and other.convex_load is term:
            weight += other.slots_claimed
    touched = reach(problem, weight, term.pool_of, len(term.table))
    if (weight == term.weight).all():  # a constant price is no component's, as it couples no items
        touched &= (term.table != term.table[:, :1]).any(axis=1)
    return touched


class _Restriction:
    """
    Cuts every array of a Problem down to some items and the sites they may use.

    Parameters
    ----------
    touched
        The touched pools of each load by its ``id``, filled here and shared by all restrictions of the Problem.
    """

    def __init__(self, problem: Problem, items: IntArray, touched: dict[int, BoolArray]) -> None:
        self._problem, self._items, self._touched = problem, items, touched
        self._sites = np.flatnonzero(problem.allowed[items].any(axis=0))
        self._item = np.full(problem.n, -1, dtype=np.int64)
        self._item[items] = np.arange(len(items))
        self._site = np.full(problem.m + 1, -1, dtype=np.int64)  # the last for a hint of -1
        self._site[self._sites] = np.arange(len(self._sites))
        self._load_of: dict[int, ConvexLoad] = {}

    def run(self) -> Subproblem:
        problem, items, sites = self._problem, self._items, self._sites
        restricted = Problem(
            allowed=problem.allowed[np.ix_(items, sites)],
            resources=tuple(
                Resource(weight=r.weight[items], capacity=r.capacity[sites], name=r.name, unit=r.unit)
                for r in problem.resources
            ),
            groups=tuple(each for each in map(self._own, problem.groups) if len(each)),
            incompatible=problem.incompatible[np.ix_(sites, sites)],
            tiers=tuple(tuple(term for term in map(self._term, terms) if term is not None) for terms in problem.tiers),
            relations=tuple(
                Conflict(items=relation.items[np.ix_(items, items)], sites=relation.sites[np.ix_(sites, sites)])
                for relation in problem.relations
                if relation.items[np.ix_(items, items)].any()
            ),
            slot_matching=self._slots(problem.slot_matching),
            hint=None if problem.hint is None else self._site[problem.hint[items]],
        )
        return Subproblem(problem=restricted, items=items, sites=sites)

    def _own(self, items: IntArray) -> IntArray:
        own: IntArray = self._item[items]
        return own[own >= 0]

    def _slots(self, slots: SlotMatching | None) -> SlotMatching | None:
        if slots is None or (slots.item_kinds[self._items] < 0).all():
            return None
        return SlotMatching(
            demands=tuple(slots.demands[v] for v in self._items.tolist()),
            slot_groups=tuple(slots.slot_groups[p] for p in self._sites.tolist()),
            occupied=slots.occupied,
        )

    def _term(self, term: Term) -> Term | None:
        """
        Restrict a term; None where it costs these items nothing.

        By kind, as each kind has other arrays, and a load and its reduced slots must go on sharing one object.
        """
        items, sites = self._items, self._sites
        match term:
            case Linear():
                return Linear(name=term.name, cost=term.cost[np.ix_(items, sites)])
            case Flow():
                return self._flow(term)
            case ConvexLoad() | ReducedSlotsLoad():
                return self._load_term(term)
            case ResidualCapacity() | ResidualValue():
                return self._room_term(term)
            case SetOnSite():
                sets = tuple(each for each in map(self._own, term.sets) if len(each))
                site = int(self._site[term.site])
                return replace(term, sets=sets, site=site) if site >= 0 and sets else None
            case FlooredLinear():
                kept = self._item[term.items] >= 0
                own = self._own(term.items)
                return replace(term, items=own, cost=term.cost[kept][:, sites]) if len(own) else None
        raise AssertionError(f"{term.name} is no sum over components")

    def _room_term(self, term: ResidualCapacity | ResidualValue) -> ResidualCapacity | ResidualValue:
        items, sites = self._items, self._sites
        if isinstance(term, ResidualCapacity):
            users = None if term.users is None else term.users[items]
            return replace(term, weight=term.weight[items], room=term.room[sites], users=users)
        room, table_of = term.room[:, sites], term.table_of[sites]
        return replace(term, weights=term.weights[:, items], room=room, table_of=table_of)

    def _pools(self, term: ConvexLoad) -> BoolArray:
        """Mark the pools whose price these items may change, ``[pools]``."""
        if id(term) not in self._touched:
            self._touched[id(term)] = _touched_pools(self._problem, term)
        return np.asarray(self._touched[id(term)][self._items].any(axis=0), dtype=bool)

    def _load(self, term: ConvexLoad) -> ConvexLoad:
        """Keep the pools whose price these items may change; a load and its reduced slots share one object."""
        if id(term) not in self._load_of:
            weight, kept = term.weight[self._items], self._pools(term)
            number = np.append(np.where(kept, np.cumsum(kept) - 1, -1), -1)
            table = term.table[kept, : int(weight.sum()) + 1]
            self._load_of[id(term)] = replace(
                term, weight=weight, pool_of=number[term.pool_of[self._sites]], table=table
            )
        return self._load_of[id(term)]

    def _flow(self, term: Flow) -> Flow | None:
        kept = self._item[term.items] >= 0
        if not kept.any() or not (flow := term.flow[np.ix_(kept, kept)]).any():
            return None
        distance = term.distance[np.ix_(self._sites, self._sites)]
        return replace(term, items=self._own(term.items), flow=flow, distance=distance)

    def _load_term(self, term: ConvexLoad | ReducedSlotsLoad) -> ConvexLoad | ReducedSlotsLoad | None:
        whole = term if isinstance(term, ConvexLoad) else term.convex_load
        kept = self._pools(whole)
        if not kept.any():
            return None
        if isinstance(term, ConvexLoad):
            return self._load(term)
        claimed = term.slots_claimed[self._items]
        load = self._load(whole)
        return replace(term, convex_load=load, slots_claimed=claimed, start=term.start[kept], slots=term.slots[kept])
