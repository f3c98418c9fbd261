"""
Moves away from a known assignment, with their number and their weight limited.

A Resource limits one site, so each group that may move gets one more item, its selector, and the Problem three more
sites: *staying* and *moving*, which only selectors and gates may use, and *absent*, for the items that do not exist if
the group stays, or if it moves. A limit on the moves is the capacity of the site *moving*: it counts a group once,
however many of its items move, and every solver knows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from placer.assignment import BoolArray, Conflict, IntArray, Linear, Problem, Resource, SlotDemand, Term

STAYING, MOVING, ABSENT = 0, 1, 2
"""The sites that are added, by their distance from the last site before them."""


@dataclass(frozen=True, kw_only=True)
class Mover:
    """
    A group that may move.

    Parameters
    ----------
    now
        Its items as it is now; each has a home.
    later
        Its items if it moves: the same, or items that exist only then.
    """

    now: IntArray
    later: IntArray

    @property
    def changes(self) -> bool:
        """Whether other items exist once it has moved."""
        return self.now is not self.later


@dataclass(frozen=True, kw_only=True)
class Budget:
    """
    A limit on what the moving groups weigh together.

    Parameters
    ----------
    name
        Its name in messages.
    weight
        ``[k]``, non-negative, for each group that may move.
    limit
        The most that the groups which move may weigh together.
    """

    name: str
    weight: IntArray
    limit: int


@dataclass(frozen=True, kw_only=True)
class Gate:
    """
    A site whose items of now take more than its capacity: they may stay, but an item arrives only within the capacity.

    Parameters
    ----------
    site
        The site; its capacities in the Problem let all items of now stay. A group that moves leaves it whole.
    excess
        For each resource how much more that is than the capacity for whatever arrives, non-negative.
    """

    site: int
    excess: tuple[int, ...]


def with_moves(
    problem: Problem,
    home: IntArray,
    movers: Sequence[Mover],
    budgets: Sequence[Budget],
    gates: Sequence[Gate] = (),
) -> Problem:
    """
    Add a selector for each group that may move; items of no such group keep the sites that they are allowed.

    Parameters
    ----------
    problem
        Without limits on the moves.
    home
        ``[n]``, the site of each item now; -1 for an item that is on none yet.
    movers
        The groups that may move.
    budgets
        The limits on what moves.
    gates
        Sites that are too full for what arrives. Each gets an item: on the site it takes the excess, and while it is
        on *staying* nothing arrives there.

    Returns
    -------
    Problem
        With an item for each gate behind those of the problem, and the selectors as its last items, in the order of
        ``movers``. Its hint is the known assignment.
    """
    first, items_of_now = problem.n, home
    problem = _with_gates(problem, gates)
    home = np.concatenate([home, np.full(len(gates), -1)])
    n, m, k = problem.n, problem.m, len(movers)
    memo: dict[int, Term] = {}
    slots = problem.slot_matching
    allowed, hint = _allowed(problem, home, movers), as_now(home, movers, m)
    allowed[first:n, m + STAYING], hint[first:n] = True, m + STAYING
    return replace(
        problem,
        allowed=allowed,
        resources=(*(_widened(resource, k) for resource in problem.resources), *(_limit(b, n, m) for b in budgets)),
        groups=(*problem.groups, *(np.array([n + i]) for i in range(k))),
        incompatible=np.pad(problem.incompatible, (0, 3)),
        tiers=tuple(tuple(term.widened(n + k, m + 3, memo) for term in terms) for terms in problem.tiers),
        relations=(
            *(Conflict(items=np.pad(c.items, (0, k)), sites=np.pad(c.sites, (0, 3))) for c in problem.relations),
            *_tied(home, movers, n, m),
            *_shut(gates, items_of_now, movers, m, n + k),
        ),
        slot_matching=None
        if slots is None
        else replace(
            slots, demands=slots.demands + (SlotDemand(),) * k, slot_groups=(*slots.slot_groups, None, None, None)
        ),
        hint=hint,
    )


def _with_gates(problem: Problem, gates: Sequence[Gate]) -> Problem:
    """Add an item for each gate, which is allowed on its site alone and takes the excess there."""
    if not gates:
        return problem
    n, m, k = problem.n, problem.m, len(gates)
    memo: dict[int, Term] = {}
    allowed = np.pad(problem.allowed, ((0, k), (0, 0)))
    allowed[np.arange(n, n + k), [gate.site for gate in gates]] = True
    slots = problem.slot_matching
    return replace(
        problem,
        allowed=allowed,
        resources=tuple(
            replace(resource, weight=np.concatenate([resource.weight, [gate.excess[r] for gate in gates]]))
            for r, resource in enumerate(problem.resources)
        ),
        groups=(*problem.groups, *(np.array([n + i]) for i in range(k))),
        tiers=tuple(tuple(term.widened(n + k, m, memo) for term in terms) for terms in problem.tiers),
        relations=tuple(Conflict(items=np.pad(c.items, (0, k)), sites=c.sites) for c in problem.relations),
        slot_matching=None if slots is None else replace(slots, demands=slots.demands + (SlotDemand(),) * k),
    )


def _shut(gates: Sequence[Gate], home: IntArray, movers: Sequence[Mover], m: int, count: int) -> Iterator[Conflict]:
    """Bar from the site of a gate what arrives while the gate is elsewhere, and what a group that moves would keep."""
    for i, gate in enumerate(gates):
        arriving = [(v, len(home) + i) for v in np.flatnonzero(home != gate.site).tolist()]
        if arriving:
            yield _barred(arriving, [gate.site], m + STAYING, count, m + 3)
        selectors = enumerate(movers, count - len(movers))  # what a group keeps is away while the group moves
        kept = [(v, s) for s, each in selectors if not each.changes for v in each.now.tolist() if home[v] == gate.site]
        if kept:
            yield _barred(kept, [gate.site], m + MOVING, count, m + 3)


def as_now(home: IntArray, movers: Sequence[Mover], m: int) -> IntArray:
    """Give the known assignment ``[n + k]`` of a Problem that had m sites; -1 for an item that is on none yet."""
    sites = np.concatenate([home, np.full(len(movers), m + STAYING)])
    for mover in movers:
        if mover.changes:
            sites[mover.later] = m + ABSENT
    return sites


def moves_term(name: str, weight: IntArray, n: int, m: int) -> Linear:
    """Charge for each group that moves its weight ``[k]``, in a Problem that had n items and m sites."""
    cost = np.zeros((n + len(weight), m + 3), dtype=np.int64)
    cost[n:, m + MOVING] = weight
    return Linear(name=name, cost=cost)


def _allowed(problem: Problem, home: IntArray, movers: Sequence[Mover]) -> BoolArray:
    """Let selectors stay or move, and items that do not exist once their group moves be at home or absent."""
    n, m, k = problem.n, problem.m, len(movers)
    allowed = np.pad(problem.allowed, ((0, k), (0, 3)))
    allowed[n:, [m + STAYING, m + MOVING]] = True
    for mover in movers:
        if mover.changes:
            at_home = problem.allowed[mover.now, home[mover.now]]
            allowed[mover.now] = False
            allowed[mover.now, home[mover.now]] = at_home
            allowed[mover.now, m + ABSENT] = allowed[mover.later, m + ABSENT] = True
    return allowed


def _widened(resource: Resource, selectors: int) -> Resource:
    """Add the selectors, which weigh nothing, and sites; what is absent, or a gate off its site, takes nothing."""
    capacity = np.pad(resource.capacity, (0, 3))
    capacity[[STAYING - 3, ABSENT - 3]] = resource.weight.sum()
    return replace(resource, weight=np.pad(resource.weight, (0, selectors)), capacity=capacity)


def _limit(budget: Budget, n: int, m: int) -> Resource:
    weight = np.concatenate([np.zeros(n, dtype=np.int64), budget.weight])
    capacity = np.zeros(m + 3, dtype=np.int64)
    capacity[m + STAYING] = weight.sum()
    capacity[m + MOVING] = min(budget.limit, int(weight.sum()))
    return Resource(weight=weight, capacity=capacity, name=budget.name)


def _tied(home: IntArray, movers: Sequence[Mover], n: int, m: int) -> Iterator[Conflict]:
    """
    Tie each selector to the items of its group.

    It does not stay while an item of now is away from home, a relation for each home; and where other items exist once
    the group moves, it does not move while an item of now is at home or one of later is absent, nor stay while one of
    later is on a pnode.
    """
    now = [(v, n + i) for i, mover in enumerate(movers) for v in mover.now.tolist()]
    later = [(v, n + i) for i, mover in enumerate(movers) if mover.changes for v in mover.later.tolist()]
    gone = [(v, n + i) for i, mover in enumerate(movers) if mover.changes for v in mover.now.tolist()]
    size, count = m + 3, n + len(movers)
    for site in sorted({int(home[v]) for v, _ in now}):
        away = [p for p in (*range(m), m + ABSENT) if p != site]
        yield _barred([pair for pair in now if home[pair[0]] == site], away, m + STAYING, count, size)
    if later:
        yield _barred(later, [*range(m)], m + STAYING, count, size)
        yield _barred(later, [m + ABSENT], m + MOVING, count, size)
        yield _barred(gone, [*range(m)], m + MOVING, count, size)


def _barred(pairs: list[tuple[int, int]], sites: list[int], selected: int, count: int, size: int) -> Conflict:
    """Bar the items of some pairs from some sites while the selectors of the pairs are on another."""
    items = np.zeros((count, count), dtype=bool)
    for v, selector in pairs:
        items[v, selector] = items[selector, v] = True
    barred = np.zeros((size, size), dtype=bool)
    barred[sites, selected] = barred[selected, sites] = True
    return Conflict(items=items, sites=barred)
