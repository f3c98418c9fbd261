"""
The best filling of one host at given prices, as an integer program over what pnodes may hold: patterns.

A pattern says how many parts of each guest a pnode holds, and only those matter that have room for no part more. Pnodes
of one size are counted, not told apart, so that nothing is tried twice, and the linear program is near the optimum
(Gilmore and Gomory 1961, for the pnodes of one host).

Where the n guests of a split have their v equal parts on pnodes of their own, pnodes that hold a parts each suffice
exactly where the sum of min(a, n) is at least v n: the parts are then n matchings (Koenig 1916, see docs/methods.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from time import perf_counter

import highspy
import numpy as np

from placer.fleet.bound.highs import new_highs
from placer.fleet.bound.items import Units
from placer.fleet.bound.tables import Floats, Ints
from placer.fleet.problem.problem import FleetProblem, HostType

MOST_PATTERNS = 2000
"""Most patterns of a host. Chosen: of 9 classes on 8 pnodes there are some 300, and a filling takes 0.05 to 0.5 s."""
MOST_STEPS = 20_000
"""Most steps of the search for the patterns of a pnode. Chosen: some 20 ms."""
EXACT = 1e-6
"""Part of the worth of a filling that is none."""

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


def patterns_of(units: Units, host: HostType, parts: tuple[Load, ...]) -> dict[Load, tuple[Ints, int]] | None:
    """
    Give the patterns of the pnodes of a host.

    Returns
    -------
    dict or None
        Room of a pnode -> array ``[patterns, parts]``, and the number of such pnodes; None where there are too many.
    """
    rooms = Counter(units.room(pnode, limited=host.limited) for pnode in host.pnodes)
    found: dict[Load, tuple[Ints, int]] = {}
    for room, count in rooms.items():
        patterns = fullest(room, parts)
        if patterns is None:
            return None
        found[room] = (patterns, count)
    return found if sum(len(patterns) for patterns, _ in found.values()) <= MOST_PATTERNS else None


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


class PatternProgram:
    """
    The integer program of one host.

    Parameters
    ----------
    offered
        What may come.
    rooms
        What :func:`patterns_of` gives for their parts.
    """

    def __init__(self, offered: tuple[Offer, ...], rooms: dict[Load, tuple[Ints, int]]) -> None:
        self.offered = offered
        self.highs = new_highs()
        self.highs.changeObjectiveSense(highspy.ObjSense.kMaximize)
        self.columns = 0
        self.patterns: list[tuple[Ints, int]] = []
        for patterns, count in rooms.values():
            row = self._row(float(count))
            self.patterns += [(pattern, self._column(0.0, float(count), {row: 1.0})) for pattern in patterns]

    def solved(
        self,
        prices: Floats,
        demand: tuple[int, ...],
        *,
        time_limit_s: float,
        gap: float = EXACT,
        least: Mapping[int, int] | None = None,
    ) -> Ints | None:
        """
        Give the guests of each class that are worth most together.

        Parameters
        ----------
        gap
            Part of the worth that may be missed.
        least
            Position of a class -> so many guests of it at least.

        Returns
        -------
        array ``[classes]`` or None
            None where none were found in time.
        """
        until = perf_counter() + time_limit_s
        self.highs.setOptionValue("mip_rel_gap", gap)
        together = {each.of: self._row(float(demand[each.of])) for each in self.offered}
        for k, count in (least or {}).items():
            self.highs.changeRowBounds(together[k], float(count), float(demand[k]))
        guests = {}
        for i, each in enumerate(self.offered):
            if (prices[each.of] > 0 or each.of in (least or {})) and demand[each.of]:
                guests[i] = self._offer(i, float(prices[each.of]), float(demand[each.of]), together[each.of])
        spread: set[int] = set()
        while guests:
            self.highs.setOptionValue("time_limit", max(0.01, until - perf_counter()))
            self.highs.run()
            if self.highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
                return None
            values = np.rint(self.highs.getSolution().col_value).astype(np.int64)
            crowded = [i for i, at in guests.items() if self._is_crowded(i, int(values[at]), values)]
            if not crowded:
                column = np.zeros(len(prices), dtype=np.int64)
                for i, at in guests.items():
                    column[self.offered[i].of] += values[at]
                return column
            if spread.intersection(crowded):  # out of time, or the solver's tolerance
                return None
            spread.update(crowded)
            for i in crowded:
                self._spread(i, guests[i], float(demand[self.offered[i].of]))
        return None

    def _held(self, i: int) -> list[tuple[int, int]]:
        """Give how many parts of an offer each pattern that has some holds, with the column of the pattern."""
        return [(int(pattern[i]), at) for pattern, at in self.patterns if pattern[i]]

    def _offer(self, i: int, price: float, most: float, together: int) -> int:
        """Add the guests of an offer, and what the patterns must hold for them; give the column of their number."""
        covered = self._row(0.0, {at: -float(count) for count, at in self._held(i)})
        return self._column(price, most, {together: 1.0, covered: float(self.offered[i].parts)})

    def _is_crowded(self, i: int, guests: int, values: Ints) -> bool:
        """Whether parts of one guest, which must be apart, find too few pnodes."""
        if not self.offered[i].distinct:
            return False
        covered = sum(min(count, guests) * int(values[at]) for count, at in self._held(i))
        return covered < guests * self.offered[i].parts

    def _spread(self, i: int, guests: int, most: float) -> None:
        """Keep parts of one guest apart: of the first j guests a pattern holds at most j parts, for each j."""
        held = self._held(i)
        deepest = max(count for count, _ in held)
        number = self._row(0.0, {guests: 1.0})
        first = [self._column(0.0, 1.0, {number: -1.0}) for _ in range(deepest)]
        rest = self._column(0.0, most, {number: -1.0})
        for one, more in pairwise(first):
            self._row(0.0, {more: 1.0, one: -1.0})
        self._row(0.0, {rest: 1.0, first[-1]: -most})
        for j in range(1, deepest):
            covered = {at: -float(min(count, j)) for count, at in held}
            self._row(0.0, covered | dict.fromkeys(first[:j], float(self.offered[i].parts)))

    def _row(self, most: float, entries: dict[int, float] | None = None) -> int:
        columns, values = np.array([*(entries or {})], dtype=np.int32), np.array([*(entries or {}).values()])
        self.highs.addRow(-highspy.kHighsInf, most, len(columns), columns, values)
        return int(self.highs.getNumRow()) - 1

    def _column(self, cost: float, most: float, entries: dict[int, float]) -> int:
        rows, values = np.array([*entries], dtype=np.int32), np.array([*entries.values()])
        self.highs.addCol(cost, 0.0, most, len(rows), rows, values)
        self.highs.changeColIntegrality(self.columns, highspy.HighsVarType.kInteger)
        self.columns += 1
        return self.columns - 1
