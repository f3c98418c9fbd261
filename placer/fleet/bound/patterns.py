"""
What the pnodes of one host may hold: patterns.

A pattern says how many parts of each guest a pnode holds, and only those matter that have room for no part more. Pnodes
of one size are counted, not told apart, so that nothing is tried twice (Gilmore and Gomory 1961, for the pnodes of one
host).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from placer.fleet.bound.items import Units
from placer.fleet.bound.tables import Ints
from placer.fleet.problem.problem import FleetProblem, HostType

MOST_PATTERNS = 2000
"""Most patterns of a host. Chosen: of 9 classes on 8 pnodes there are some 300, and a filling takes 0.05 to 0.5 s."""
MOST_STEPS = 20_000
"""Most steps of the search for the patterns of a pnode. Chosen: some 20 ms."""

Load = tuple[int, int]


@dataclass(frozen=True)
class Offer:
    """
    Guests of a class, cut in equal parts.

    Parameters
    ----------
    of
        Position of the class.
    part
        Vcpus and memory of a part, in steps.
    parts
        How many there are.
    distinct
        Whether each stands on a pnode of its own.
    """

    of: int
    part: Load
    parts: int
    distinct: bool


def offers(problem: FleetProblem, units: Units, host: HostType) -> tuple[Offer, ...] | None:
    """Give what the classes of a host may put on it; None where some guest has parts of different sizes."""
    found: dict[Offer, None] = {}
    for k in host.classes:
        for split in problem.classes[k].load.splits:
            if split.distinct and len(split.parts) > len(host.pnodes):
                continue
            loads = {units.load(part, up=True) for part in split.parts}
            if len(loads) != 1:
                return None
            vcpus, kib = loads.pop()
            part = (vcpus if host.limited else 0, kib)
            if not any(part):
                return None
            found[Offer(k, part, len(split.parts), split.distinct and len(split.parts) > 1)] = None
    return tuple(found)


def patterns_of(units: Units, host: HostType, parts: tuple[Load, ...]) -> list[tuple[Ints, int]] | None:
    """
    Give the patterns of the pnodes of a host.

    Returns
    -------
    list or None
        For each size of pnodes an array ``[patterns, parts]``, and their number; None where patterns are too many.
    """
    rooms = Counter(units.room(pnode, limited=host.limited) for pnode in host.pnodes)
    found: list[tuple[Ints, int]] = []
    for room, count in rooms.items():
        patterns = fullest(room, parts)
        if patterns is None:
            return None
        found.append((patterns, count))
    return found if sum(len(patterns) for patterns, _ in found) <= MOST_PATTERNS else None


@lru_cache(maxsize=1024)
def fullest(room: Load, parts: tuple[Load, ...]) -> Ints | None:
    """Give every way to fill a room that leaves no room for a part more; None where they are too many."""
    found: list[tuple[int, ...]] = []
    steps = 0
    open_: list[tuple[tuple[int, ...], int, int]] = [((), *room)]
    while open_:
        steps += 1
        if steps > MOST_STEPS:
            return None
        held, vcpus, kib = open_.pop()
        if len(held) == len(parts):
            if not any(part[0] <= vcpus and part[1] <= kib for part in parts):
                found.append(held)
            continue
        part = parts[len(held)]
        most = min(left // size for left, size in zip((vcpus, kib), part, strict=True) if size)
        open_ += [((*held, n), vcpus - n * part[0], kib - n * part[1]) for n in range(most + 1)]
    return np.array(found, dtype=np.int64).reshape(len(found), len(parts))
