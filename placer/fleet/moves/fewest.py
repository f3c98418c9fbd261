"""The fewest moves: what must leave, and where it finds room; a bound from each host by itself."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import numpy as np

from placer.fleet.moves.evictions import leaving, torn
from placer.fleet.moves.insertion import Inserter, Unit
from placer.fleet.moves.running import Running
from placer.fleet.moves.state import State

MOST_EXTRA = 24
"""Most guests that leave beyond those that must. Chosen: far beyond what was ever needed."""
WIDE = 2
"""Guests that leave beyond those that must, up to which all places are tried for each. Chosen: a second."""
MANY = 60
"""Guests to place beyond which each is placed for good before the next: a search over all of them would not end."""


@dataclass(frozen=True, kw_only=True)
class Fewest:
    """
    An end state with few moves.

    Parameters
    ----------
    state
        Where guests are; None where none was found.
    bound
        So many guests must leave their places, whoever plans.
    stuck
        Names of hosts that stay in breach whoever leaves.
    homeless
        Names of guests for which no place was found.
    """

    state: State | None
    bound: int
    stuck: tuple[str, ...] = ()
    homeless: tuple[str, ...] = ()


def fewest_moves(running: Running, until: float) -> Fewest:
    """Take off the hosts what must leave, and put it and the guests to make room for where there is room."""
    state = State(running)
    each = {h: found for h in _suspects(running, state) if (found := leaving(state, h)).least != 0}
    stuck = tuple(running.hosts[h] for h, found in each.items() if found.least is None)
    bound = max(sum(found.least or 0 for found in each.values()), _to_keep_rules(running, state))
    if stuck:
        return Fewest(state=None, bound=bound, stuck=stuck)
    if any(not found.sets for found in each.values()):
        return Fewest(state=None, bound=bound)
    out = [g for found in each.values() for g in found.sets[0]]
    homeless: list[int] = []
    for strict in (True, False):
        until = perf_counter() + (until - perf_counter()) / 2 if strict else until
        state, homeless = _placed(running, out, until, strict=strict)
        if not homeless:
            return Fewest(state=state, bound=bound)
    return Fewest(state=None, bound=bound, homeless=tuple(running.guests[g] for g in homeless))


def _to_keep_rules(running: Running, state: State) -> int:
    """Bound the moves after which rules are kept: those of rules without a guest in common add up."""
    if not running.goal.mend:
        return 0
    counted: set[int] = set()
    bound = 0
    excess = state.rules.excess()
    for i in sorted(range(len(excess)), key=lambda i: -excess[i]):
        if excess[i] and counted.isdisjoint(state.rules.members[i]):
            counted.update(state.rules.members[i])
            bound += excess[i]
    return bound


def _placed(running: Running, out: list[int], until: float, *, strict: bool) -> tuple[State, list[int]]:
    """Take guests off their hosts, and find places for them and for the guests to make room for."""
    state = State(running)
    left = {g: state.remove(g) for g in out}
    if running.goal.mend:
        left |= {g: state.remove(g) for g in torn(state) if running.way_of(g) != "stay"}
    asked = [*left, *range(len(running.running), len(running.guests))]
    inserter = Inserter(state, left, until, strict=strict)
    units = sorted(_units(state, asked), key=lambda unit: (-_by_rules(state, unit), -inserter.size(unit)))
    return state, _insert(inserter, units, until)


def _suspects(running: Running, state: State) -> list[int]:
    """Give the hosts that guests must leave: those to be emptied; to mend the fleet, those that may be in breach."""
    emptied = {h for h, name in enumerate(running.hosts) if name in running.emptied}
    if not running.goal.mend:
        return sorted(emptied)
    if any(entry.labels or entry.hosts is not None for entry in running.fleet.guests):
        return [h for h in range(len(running.hosts)) if running.guests_on[h]]
    ruled = {h for i, held in enumerate(state.rules.held) for h in _crowded(state, i, held)}
    short = np.flatnonzero(np.any(running.free[:-1] < 0, axis=1))
    over = {int(h) for h in running.row_of.searchsorted(short, side="right") - 1}
    return sorted(emptied | ruled | over)


def _crowded(state: State, i: int, held: dict[int, int]) -> list[int]:
    limit = state.rules.limits[i]
    if limit is None or state.running.fleet.rules[i].within != "host":
        return []
    return [host for host, count in held.items() if count > limit]


def _units(state: State, guests: list[int]) -> list[Unit]:
    """Group guests that stay on one host, where all of them are to be placed."""
    left = set(guests)
    units: dict[Unit, None] = {}
    for g in guests:
        bundle = state.rules.bundle_of.get(g, (g,))
        units[bundle if left.issuperset(bundle) else (g,)] = None
    return list(units)


def _by_rules(state: State, unit: Unit) -> int:
    return sum(len(state.rules.of.get(g, ())) for g in unit) + 100 * (len(unit) > 1)


def _insert(inserter: Inserter, units: list[Unit], until: float) -> list[int]:
    """Place guests; give those that found no place."""
    if len(units) <= MANY:
        for extra in range(MOST_EXTRA + 1):
            inserter.deep = extra > WIDE
            if inserter.insert(units, extra):
                return []
            if perf_counter() > until:
                break
        return [g for unit in units for g in unit]
    homeless: list[int] = []
    for unit in [unit for unit in units if not inserter.direct(unit)]:
        if not any(perf_counter() < until and inserter.insert([unit], extra) for extra in range(MOST_EXTRA + 1)):
            homeless += unit
    return homeless
