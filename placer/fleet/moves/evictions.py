"""The fewest guests that must leave their places on a host: sets of them, smallest first, tried one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from placer.fleet.model.rules import HOST
from placer.fleet.moves.running import Running
from placer.fleet.moves.spots import Spot
from placer.fleet.moves.state import State

MOST_SETS = 20_000
"""Most sets that are tried on one host. Chosen: 20 guests of which 4 leave have 4,845; some 0.1 s."""
MOST_CHOICES = 12
"""Most sets of the least size that are kept. Chosen."""


@dataclass(frozen=True)
class Leaving:
    """
    Guests that must leave their places on a host.

    Parameters
    ----------
    least
        So many at least; None where the host stays in breach whoever leaves.
    sets
        Sets of guests after whose leaving the host keeps what it must; empty where none was found in time.
    """

    least: int | None
    sets: tuple[tuple[int, ...], ...]


def leaving(state: State, host: int) -> Leaving:
    """Give the fewest guests that must leave a host, so that it holds what it offers and keeps rules of hosts."""
    running = state.running
    guests = [g for g in running.guests_on[host] if state.at[g] == (host, running.spot_of[g])]
    if running.hosts[host] in running.emptied:
        free = all(running.way_of(g) != "stay" for g in guests)
        return Leaving(len(guests), (tuple(guests),)) if free else Leaving(None, ())
    breach = _Breach(state, host, guests)
    if not breach.left(()):
        return Leaving(0, ((),))
    must = [g for g in guests if g in breach.misplaced]
    may = [g for g in guests if running.way_of(g) != "stay" and g not in breach.misplaced]
    if any(running.way_of(g) == "stay" for g in must) or breach.left((*must, *may)):
        return Leaving(None, ())
    tried = 0
    for size in range(len(may) + 1):
        found: list[tuple[int, ...]] = []
        for chosen in combinations(may, size):
            tried += 1
            if tried > MOST_SETS:
                return Leaving(len(must) + size, tuple(found[:MOST_CHOICES]))
            if not breach.left((*must, *chosen)):
                found.append((*must, *chosen))
        if found:
            found.sort(key=lambda each: sum(running.classes[running.class_of[g]].kib for g in each))
            return Leaving(len(must) + size, tuple(found[:MOST_CHOICES]))
    raise AssertionError("all of them together were enough")


class _Breach:
    """What is wrong on a host, once some guests have left it."""

    def __init__(self, state: State, host: int, guests: Sequence[int]) -> None:
        running, rules = state.running, state.rules
        self.free = state.free
        self.running, self.rules, self.guests = running, rules, guests
        first = int(running.row_of[host])
        count = len(running.kinds[running.kind_of[host]].offers)
        short = [row for row in range(first, first + count) if (self.free[row] < 0).any()]
        self.short = {row: self.free[row].tolist() for row in short}
        self.takes = {
            g: [(first + p, c, m) for p, c, m in _spot(running, g).takes if first + p in self.short] for g in guests
        }
        self.full = (
            [
                (limit, {g for g in guests if i in rules.of.get(g, ())})
                for i, limit in enumerate(rules.limits)
                if limit is not None and running.fleet.rules[i].within == HOST and rules.held[i][host] > limit
            ]
            if any(rules.of.get(g) for g in guests)
            else []
        )
        self.misplaced = {g for g in guests if not running.may_use(g, host)}
        self.bundles = [b for g in guests if (b := rules.bundle_of.get(g, ())) and g == b[0] and set(b) <= set(guests)]

    def left(self, gone: Sequence[int]) -> bool:
        """Whether the host is in breach still."""
        if not self.misplaced <= set(gone):
            return True
        for row, (vcpus, kib) in self.short.items():
            back = [take for g in gone for take in self.takes[g] if take[0] == row]
            if vcpus + sum(c for _, c, _ in back) < 0 or kib + sum(m for _, _, m in back) < 0:
                return True
        if any(len(members.difference(gone)) > limit for limit, members in self.full):
            return True
        return any(0 < len(set(bundle).intersection(gone)) < len(bundle) for bundle in self.bundles)


def _spot(running: Running, guest: int) -> Spot:
    spot = running.spot_of[guest]
    assert spot is not None
    return spot


def torn(state: State) -> list[int]:
    """
    Give guests after whose leaving no rule is broken that ``leaving`` does not look at.

    These are rules within groups of hosts, and guests that are to be together and are not: the smaller groups leave.
    """
    found: dict[int, None] = {}
    rules = state.rules
    for i, (limit, members) in enumerate(zip(rules.limits, rules.members, strict=True)):
        where: dict[int, list[int]] = {}
        for g in members:
            place = state.at[g]
            if place is not None and g not in found:
                where.setdefault(int(rules.groups[i][place[0]]), []).append(g)
        if limit is None:
            largest = max(where.values(), key=len, default=[])
            found |= dict.fromkeys(g for group in where.values() if group is not largest for g in group)
        else:
            found |= dict.fromkeys(g for group in where.values() for g in sorted(group, key=_last(state))[limit:])
    return list(found)


def _last(state: State) -> Callable[[int], bool]:
    """Order guests that may move behind others."""
    return lambda g: state.running.way_of(g) != "stay"
