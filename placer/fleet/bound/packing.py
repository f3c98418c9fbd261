"""
The best filling of one host at given prices, where guests have parts on several pnodes.

Where guests have equal parts it is searched by what pnodes may hold. Elsewhere an integer program counts for each part
of a guest how many stand on each pnode. Where the n copies of a guest have their parts on pnodes of their own, counts
of at most n on each pnode suffice: the copies can then be told apart, as the edges of a bipartite graph of degree n are
n matchings (Koenig 1916, see docs/methods.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import highspy
import numpy as np

from placer.fleet.bound.highs import new_highs
from placer.fleet.bound.items import Units
from placer.fleet.bound.tables import Floats, Ints
from placer.fleet.problem.loads import Split
from placer.fleet.problem.problem import FleetProblem, HostType

TIME_LIMIT_S = 1.0
"""Seconds for one host by counts. Chosen: where guests have unequal parts good fillings come sooner, proofs do not."""
SEARCH_S = 3.0
"""Seconds for one host by patterns. Chosen: 9 classes on 8 pnodes take 0.1 to 2 s."""
FINE = 10**9
"""Parts of a unit of prices in which the best filling is searched."""


@dataclass(frozen=True)
class Packed:
    """
    A filling of a host.

    Parameters
    ----------
    filling
        Array ``[classes]``.
    most
        No filling is worth more; infinite where that is not proved.
    """

    filling: Ints
    most: float


def packed(
    problem: FleetProblem,
    units: Units,
    t: int,
    prices: Floats,
    *,
    left_s: float = np.inf,
    least: Mapping[int, int] | None = None,
) -> Packed | None:
    """
    Fill a host of a type with the guests that are worth most together.

    Parameters
    ----------
    left_s
        Seconds at most.
    least
        Position of a class -> so many guests of it at least.

    Returns
    -------
    Packed or None
        None where nothing was found in time.
    """
    from placer.fleet.bound.searched import searched  # brings ortools along

    whole = np.floor(prices * FINE)
    found = searched(problem, units, t, whole.astype(np.int64).tolist(), min(SEARCH_S, left_s), least=least)
    if found is not None:
        hidden = float((prices - whole / FINE) @ np.array(problem.demand))  # by rounding, at most
        return Packed(found.filling, found.worth / FINE + hidden if found.proved else np.inf)
    program = _Program(problem.types[t], units, min(TIME_LIMIT_S, left_s))
    for k in problem.types[t].classes:
        fewest = (least or {}).get(k, 0)
        if (prices[k] > 0 or fewest) and problem.demand[k]:
            program.offer(k, problem.classes[k].load.splits, float(prices[k]), (fewest, problem.demand[k]))
    counted = program.solved(len(prices))
    return None if counted is None else Packed(counted, np.inf)


class _Program:
    def __init__(self, host: HostType, units: Units, time_limit_s: float) -> None:
        self.host, self.units = host, units
        self.highs = new_highs()
        self.highs.changeObjectiveSense(highspy.ObjSense.kMaximize)
        self.highs.setOptionValue("time_limit", max(0.01, time_limit_s))
        self.of: dict[int, int] = {}
        self.columns = 0
        for pnode in host.pnodes:
            for room in units.room(pnode, limited=host.limited):
                self.highs.addRow(-highspy.kHighsInf, float(room), 0, [], [])

    def offer(self, k: int, splits: tuple[Split, ...], price: float, number: tuple[int, int]) -> None:
        """Offer guests of a class, so many at least and at most, each cut in one of some ways."""
        least, most = number
        together = self._row(float(least), float(most))
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
