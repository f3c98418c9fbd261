"""
The configuration linear program over the fillings found so far, and the same in whole hosts, by HiGHS.

A column is a filling of a type of host. Rows: at most as many fillings as hosts of each type; every guest is in a
filling or left out; what the tiers above have come to (Gilmore and Gomory 1961; Huangfu and Hall 2018 for HiGHS).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from time import perf_counter
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from placer.errors import Defect
from placer.fleet.bound.highs import new_highs
from placer.fleet.bound.stages import Stage, guest_costs, host_costs
from placer.fleet.bound.tables import Floats, Ints
from placer.fleet.problem.problem import FleetProblem

LEFT_OUT = 1000.0
"""
Cost of a guest that is left out while none may be, in hosts.

Chosen: far above what a guest takes of a host; it bounds the dual prices, and so the noise in them.
"""
FEW = 300
"""Most fillings among which the integer program chooses at once. Chosen: of more the near ones are tried first."""
NEAR = 0.1
"""
Reduced costs, in hosts, of fillings that are tried first.

Of the requests C1 and C2 of Huawei Cloud 450 of 900 fillings are so near, hold the optimum, and take a quarter of the
time.
"""
MOST_FREE = 3000
"""Most fillings among which the integer program chooses freely. Chosen: more take minutes, and gain little."""
AROUND = 1000
"""Fillings that may be used once more, beyond ``MOST_FREE``. Of 10,000 hosts that all differ 300 meet the bound too."""
WHOLE = 1e-6
"""Distance from a whole number that is none."""


@dataclass(frozen=True)
class Relaxed:
    """The linear program solved: its value, and the dual prices of hosts (0 or more), of guests and of tiers held."""

    value: float
    hosts: Floats
    prices: Floats
    multipliers: Floats


@dataclass(frozen=True)
class Whole:
    """
    Fillings in whole hosts.

    Parameters
    ----------
    uses
        How often each column is used.
    left_out
        How many guests of each class are left out.
    best
        Whether no other use of these columns is better, as HiGHS found.
    beside
        Values of what was added to the program; None where nothing was.
    """

    uses: Ints
    left_out: Ints
    best: bool
    beside: Ints | None = None


class Master:
    """
    The columns found so far, for one stage.

    Parameters
    ----------
    problem
        The types and classes.
    stage
        What is minimised.

    Attributes
    ----------
    columns
        Position of a type, and guests of each class.
    beside
        Adds what whole hosts must keep beside: called with the program and the number of its first filling.
    """

    def __init__(self, problem: FleetProblem, stage: Stage) -> None:
        self.problem, self.stage = problem, stage
        self.columns: list[tuple[int, Ints]] = []
        self.beside: Callable[[highspy.Highs, int], None] | None = None
        self._known: set[tuple[int, bytes]] = set()
        self._types, self._classes = len(problem.types), len(problem.classes)
        self._host_costs = host_costs(problem, stage.tier)
        self.highs = new_highs()
        self._rows()

    def _rows(self) -> None:
        highs, inf = self.highs, highspy.kHighsInf
        for count in self.problem.counts:
            highs.addRow(-inf, float(count), 0, [], [])
        for count in self.problem.demand:
            highs.addRow(float(count), inf, 0, [], [])
        limits = self.stage.limits
        for _, most in limits:
            highs.addRow(-inf, float(most), 0, [], [])
        costs = guest_costs(self.problem, self.stage.tier)
        weights = [guest_costs(self.problem, tier) for tier, _ in limits]
        for k, count in enumerate(self.problem.demand):
            rows = [self._types + k] + [self._types + self._classes + j for j in range(len(limits))]
            values = [1.0] + [float(each[k]) for each in weights]
            cost = LEFT_OUT if self.stage.everything else float(costs[k])
            highs.addCol(cost, 0.0, float(count), len(rows), np.array(rows, dtype=np.int32), np.array(values))

    def ask(self, problem: FleetProblem) -> None:
        """Take another demand for the same types and classes."""
        self.problem = problem
        for k, count in enumerate(problem.demand):
            self.highs.changeRowBounds(self._types + k, float(count), highspy.kHighsInf)
            self.highs.changeColBounds(k, 0.0, float(count))

    def add(self, t: int, column: NDArray[Any]) -> bool:
        """Add a filling of a type, or, for a bound, one of pieces; whether it is new."""
        key = (t, column.tobytes())
        if key in self._known or not column.any():
            return False
        self._known.add(key)
        self.columns.append((t, column))
        classes = np.flatnonzero(column)
        rows = np.concatenate(([t], self._types + classes)).astype(np.int32)
        values = np.concatenate(([1], column[classes])).astype(float)
        self.highs.addCol(float(self._host_costs[t]), 0.0, highspy.kHighsInf, len(rows), rows, values)
        return True

    def take_columns(self, other: Master) -> None:
        """Take the fillings of a master of the same types and classes."""
        for t, column in other.columns:
            self.add(t, column)

    def relaxed(self) -> Relaxed:
        """Solve the linear program."""
        self.highs.run()
        status = self.highs.getModelStatus()
        if status not in {highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kModelEmpty}:
            raise Defect(f"the linear program over fillings ended as {self.highs.modelStatusToString(status)}")
        duals = np.array(self.highs.getSolution().row_dual)
        prices = np.maximum(duals[self._types : self._types + self._classes], 0.0)
        multipliers = np.maximum(-duals[self._types + self._classes :], 0.0)
        hosts = np.maximum(-duals[: self._types], 0.0)
        return Relaxed(float(self.highs.getObjectiveValue()), hosts, prices, multipliers)

    def _fix(self, highs: highspy.Highs) -> None:
        """
        Make a large program small: each filling is used as often, in whole hosts, as in the linear program.

        Only of types with a host left the fillings of the least reduced costs may be used more.
        """
        self.relaxed()
        solution = self.highs.getSolution()
        reduced = np.array(solution.col_dual)[self._classes :]
        used = np.floor(np.array(solution.col_value)[self._classes :] + WHOLE)
        types = np.array([t for t, _ in self.columns])
        left = np.array(self.problem.counts) - np.bincount(types, weights=used, minlength=self._types)
        around = np.flatnonzero(left[types] > WHOLE)
        most, columns = used.copy(), np.arange(self._classes, self._classes + len(used), dtype=np.int32)
        most[around[np.argsort(reduced[around], kind="stable")[:AROUND]]] = highspy.kHighsInf
        highs.changeColsBounds(len(columns), columns, used, most)

    def whole(self, time_limit_s: float, bound: float, stop: Event | None = None) -> Whole | None:
        """
        Use the fillings in whole numbers of hosts.

        Parameters
        ----------
        bound
            A proved lower bound: the search ends when it is met.
        stop
            Ends the search with the best so far.

        Returns
        -------
        Whole or None
        """
        if not self._classes:
            none = np.zeros(0, dtype=np.int64)
            return Whole(uses=none, left_out=none, best=True)
        until = perf_counter() + time_limit_s
        if self.stage.tier != "hosts" or len(self.columns) <= FEW:
            return self._whole(time_limit_s, bound, stop, near=False)
        large = len(self.columns) > MOST_FREE  # the whole ones stay first: among all near ones it takes minutes
        first = self._whole(time_limit_s / 2, bound, stop, near=not large)
        if first is not None and self.cost(first) <= bound + WHOLE:
            return first
        second = self._whole(until - perf_counter(), bound, stop, near=large)
        return min((each for each in (second, first) if each is not None), key=self.cost, default=None)

    def cost(self, whole: Whole) -> float:
        """Give what fillings in whole hosts cost; a guest left out more than any host."""
        used = sum(self._host_costs[t] * n for (t, _), n in zip(self.columns, whole.uses.tolist(), strict=True))
        return float(used) + LEFT_OUT * int(whole.left_out.sum())

    def _whole(self, time_limit_s: float, bound: float, stop: Event | None, *, near: bool) -> Whole | None:
        """Use all fillings, or only those whose reduced costs are near 0."""
        highs = new_highs()
        highs.passModel(self.highs.getLp())
        count = self._classes + len(self.columns)
        integers = np.array([highspy.HighsVarType.kInteger] * count)
        highs.changeColsIntegrality(count, np.arange(count, dtype=np.int32), integers)
        highs.setOptionValue("time_limit", max(0.01, time_limit_s))
        highs.setOptionValue("mip_rel_gap", 0.0)
        highs.setOptionValue("mip_abs_gap", 0.999)
        highs.setOptionValue("objective_target", bound + 1e-6)
        if near:
            self.relaxed()
            reduced = np.array(self.highs.getSolution().col_dual)[self._classes :]
            for i in np.flatnonzero(reduced > NEAR).tolist():
                highs.changeColBounds(self._classes + i, 0.0, 0.0)
        elif len(self.columns) > MOST_FREE:
            self._fix(highs)
        if self.beside is not None:
            self.beside(highs, self._classes)
        if stop is not None:
            highs.cbMipInterrupt.subscribe(lambda event: event.interrupt(stop.is_set()))
        highs.run()
        status = highs.getModelStatus()
        kinds = highspy.HighsModelStatus
        complete, ended = {kinds.kOptimal, kinds.kObjectiveTarget}, {kinds.kTimeLimit, kinds.kInterrupt}
        if status == kinds.kInfeasible:  # what the tiers above came to needs other fillings
            return None
        if status not in complete | ended:
            raise Defect(f"the integer program over fillings ended as {highs.modelStatusToString(status)}")
        if highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        values = np.rint(highs.getSolution().col_value).astype(np.int64)
        best = status in complete and len(self.columns) <= MOST_FREE and self.beside is None
        split = np.split(values, (self._classes, count))
        return Whole(left_out=split[0], uses=split[1], best=best, beside=None if self.beside is None else split[2])
