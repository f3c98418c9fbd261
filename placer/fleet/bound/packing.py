"""
The best filling of one host at given prices, as an integer program, where guests have parts on several pnodes.

For each part of a guest the program counts how many stand on each pnode. Where the n copies of a guest have their parts
on pnodes of their own, counts of at most n on each pnode suffice: the copies can then be told apart, as the edges of a
bipartite graph of degree n are n matchings (Koenig 1916, see docs/methods.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import highspy
import numpy as np

from placer.fleet.bound.highs import new_highs
from placer.fleet.bound.items import Units
from placer.fleet.bound.patterns import EXACT, PatternProgram, offers, patterns_of
from placer.fleet.bound.tables import Floats, Ints
from placer.fleet.problem.loads import Split
from placer.fleet.problem.problem import FleetProblem, HostType

TIME_LIMIT_S = 1.0
"""Seconds for one host. Chosen: 9 classes on 8 pnodes take 0.05 to 0.5 s by patterns."""


def packed(
    problem: FleetProblem,
    units: Units,
    t: int,
    prices: Floats,
    *,
    gap: float = EXACT,
    least: Mapping[int, int] | None = None,
) -> Ints | None:
    """
    Fill a host of a type with the guests that are worth most together.

    Parameters
    ----------
    gap
        Part of the worth that may be missed.
    least
        Position of a class -> so many guests of it at least.

    Returns
    -------
    array ``[classes]`` or None
        Guests of each class; None where nothing was found in time.
    """
    offered = offers(problem, units, problem.types[t])
    rooms = offered and patterns_of(units, problem.types[t], tuple(each.part for each in offered))
    if offered and rooms:
        program = PatternProgram(offered, rooms)
        return program.solved(prices, problem.demand, time_limit_s=TIME_LIMIT_S, gap=gap, least=least)
    return _counted(problem, units, t, prices, gap=gap, least=least or {})


def _counted(
    problem: FleetProblem, units: Units, t: int, prices: Floats, *, gap: float, least: Mapping[int, int]
) -> Ints | None:
    """Fill a host by counts of each part on each pnode."""
    program = _Program(problem.types[t], units, gap)
    for k in problem.types[t].classes:
        if (prices[k] > 0 or k in least) and problem.demand[k]:
            program.offer(k, problem.classes[k].load.splits, float(prices[k]), (least.get(k), problem.demand[k]))
    return program.solved(len(prices))


class _Program:
    def __init__(self, host: HostType, units: Units, gap: float) -> None:
        self.host, self.units = host, units
        self.highs = new_highs()
        self.highs.changeObjectiveSense(highspy.ObjSense.kMaximize)
        self.highs.setOptionValue("time_limit", TIME_LIMIT_S)
        self.highs.setOptionValue("mip_rel_gap", gap)
        self.of: dict[int, int] = {}
        self.columns = 0
        for pnode in host.pnodes:
            for room in units.room(pnode, limited=host.limited):
                self.highs.addRow(-highspy.kHighsInf, float(room), 0, [], [])

    def offer(self, k: int, splits: tuple[Split, ...], price: float, number: tuple[int | None, int]) -> None:
        """Offer guests of a class, so many at least and at most, each cut in one of some ways."""
        least, most = number
        together = self._row(-highspy.kHighsInf if least is None else float(least), float(most))
        for split in splits:
            if not split.distinct or len(split.parts) <= len(self.host.pnodes):
                self._offer(k, split, price, float(most), together)

    def _offer(self, k: int, split: Split, price: float, most: float, together: int) -> None:
        pnodes = range(len(self.host.pnodes))
        parts = Counter(split.parts)
        each = [self._row(0.0, 0.0) for _ in parts]
        alone = [self._row(-highspy.kHighsInf, 0.0) for _ in pnodes] if split.distinct else []
        self.of[self.columns] = k
        rows = [together, *each, *alone]
        self._column(price, most, rows, [1.0, *(-float(n) for n in parts.values()), *(-1.0 for _ in alone)])
        for row, (part, times) in zip(each, parts.items(), strict=True):
            vcpus, kib = self.units.load(part, up=True)
            load = (float(vcpus) if self.host.limited else 0.0, float(kib))
            for p in pnodes:
                rows = [2 * p, 2 * p + 1, row, *alone[p : p + 1]]
                self._column(0.0, most * times, rows, [*load, 1.0, *(1.0 for _ in alone[p : p + 1])])

    def _row(self, low: float, high: float) -> int:
        self.highs.addRow(low, high, 0, [], [])
        return int(self.highs.getNumRow()) - 1

    def _column(self, cost: float, most: float, rows: list[int], values: list[float]) -> None:
        self.highs.addCol(cost, 0.0, most, len(rows), np.array(rows, dtype=np.int32), np.array(values))
        self.highs.changeColIntegrality(self.columns, highspy.HighsVarType.kInteger)
        self.columns += 1

    def solved(self, classes: int) -> Ints | None:
        if not self.columns:
            return None
        self.highs.run()
        if self.highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        column = np.zeros(classes, dtype=np.int64)
        values = self.highs.getSolution().col_value
        for i, k in self.of.items():
            column[k] += round(values[i])
        return column
