"""
One choice for each host, with balances and budgets over all hosts: the linear program, and the same in whole choices.

A column says what becomes of one host. Rows: each host has one column; what leaves hosts comes to hosts, for each class
of guests; and budgets (Dantzig and Wolfe 1960, with a block for each host). By HiGHS (Huangfu and Hall 2018).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event

import highspy
import numpy as np

from placer.errors import Defect
from placer.fleet.bound.highs import new_highs
from placer.fleet.bound.tables import Floats

MISSING = 1000.0
"""Cost of a host without a column, of a guest that comes nowhere, and beyond a budget. Chosen: far above a move's."""
WHOLE_GAP = 0.5
"""Distance between whole costs that is none. Chosen: with 0.999 the search ended one below an optimum whose bound was
off by the tolerance of the linear program."""
CLOSE = 1e-6
"""Distance between costs that are no whole numbers that is none."""


@dataclass(frozen=True)
class Prices:
    """The linear program solved: its value, and the dual prices of hosts, balances and budgets (0 or less)."""

    value: float
    hosts: Floats
    balances: Floats
    budgets: Floats


class Choices:
    """
    The columns found so far.

    Parameters
    ----------
    hosts
        Number of hosts.
    balances
        For each balance how many more come than leave.
    budgets
        The most that the columns use of each.
    """

    def __init__(self, hosts: int, balances: Sequence[int], budgets: Sequence[float]) -> None:
        self.hosts, self.balances, self.budgets = hosts, len(balances), len(budgets)
        self.of: list[int] = []
        self.real: list[bool] = []
        self.highs = new_highs()
        for each in (1.0,) * hosts + tuple(map(float, balances)):
            self.highs.addRow(each, each, 0, [], [])
        for most in budgets:
            self.highs.addRow(-highspy.kHighsInf, float(most), 0, [], [])
        asked = dict.fromkeys((*range(hosts), *(hosts + i for i, each in enumerate(balances) if each)), 1.0)
        asked |= {hosts + len(balances) + i: -1.0 for i in range(len(budgets))}
        for row, sign in asked.items():
            self.highs.addCol(MISSING, 0.0, highspy.kHighsInf, 1, np.array([row], dtype=np.int32), np.array([sign]))
        self._first = len(asked)

    def add(self, host: int, cost: float, net: dict[int, float], uses: Sequence[float], *, real: bool) -> None:
        """
        Add a column.

        Parameters
        ----------
        net
            For each balance how many more come to the host than leave it.
        uses
            What it uses of each budget.
        real
            Whether the host can become so; otherwise the column is for the bound alone.
        """
        first = self.hosts + self.balances
        entries = {host: 1.0, **{self.hosts + k: each for k, each in net.items() if each}}
        entries |= {first + i: each for i, each in enumerate(uses) if each}
        rows, values = np.array([*entries], dtype=np.int32), np.array([*entries.values()], dtype=float)
        self.highs.addCol(float(cost), 0.0, highspy.kHighsInf, len(rows), rows, values)
        self.of.append(host)
        self.real.append(real)

    def relaxed(self) -> Prices:
        """Solve the linear program."""
        self.highs.run()
        status = self.highs.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise Defect(f"the linear program over choices ended as {self.highs.modelStatusToString(status)}")
        duals = np.array(self.highs.getSolution().row_dual)
        first, last = self.hosts, self.hosts + self.balances
        value = float(self.highs.getObjectiveValue())
        return Prices(value, duals[:first], duals[first:last], np.minimum(duals[last:], 0.0))

    def reduced_costs(self) -> Floats:
        """Give the reduced cost of each column in the linear program solved last."""
        return np.array(self.highs.getSolution().col_dual)[self._first :]

    def whole(
        self,
        time_limit_s: float,
        bound: float,
        start: Sequence[int] = (),
        stop: Event | None = None,
        *,
        most: float = np.inf,
        integral: bool = True,
    ) -> list[int] | None:
        """
        Choose one real column of each host.

        Parameters
        ----------
        bound
            A proved lower bound of the cost: the search ends when it is met.
        start
            The columns of a known choice; empty for none.
        most
            Columns of larger reduced costs are left out.
        integral
            Whether costs are whole numbers.

        Returns
        -------
        list of int or None
            The columns chosen; None where none was found.
        """
        out = np.flatnonzero((self.reduced_costs() > most) | ~np.array(self.real))
        highs = new_highs()
        highs.passModel(self.highs.getLp())
        count = self._first + len(self.of)
        highs.changeColsIntegrality(
            count, np.arange(count, dtype=np.int32), np.array([highspy.HighsVarType.kInteger] * count)
        )
        closed = np.concatenate((np.arange(self._first), out[~np.isin(out, start)] + self._first)).astype(np.int32)
        highs.changeColsBounds(len(closed), closed, np.zeros(len(closed)), np.zeros(len(closed)))
        for name, option in (
            ("mip_rel_gap", 0.0),
            ("mip_abs_gap", WHOLE_GAP if integral else CLOSE),
            ("objective_target", bound + 1e-6),
        ):
            highs.setOptionValue(name, option)
        highs.setOptionValue("time_limit", max(0.01, time_limit_s))
        if start:
            values = np.zeros(count)
            values[np.array(start) + self._first] = 1.0
            solution = highspy.HighsSolution()
            solution.col_value = values.tolist()
            highs.setSolution(solution)
        if stop is not None:
            highs.cbMipInterrupt.subscribe(lambda event: event.interrupt(stop.is_set()))
        highs.run()
        return self._chosen(highs)

    def _chosen(self, highs: highspy.Highs) -> list[int] | None:
        known = {
            highspy.HighsModelStatus.kOptimal,
            highspy.HighsModelStatus.kObjectiveTarget,
            highspy.HighsModelStatus.kTimeLimit,
            highspy.HighsModelStatus.kInterrupt,
            highspy.HighsModelStatus.kInfeasible,
        }
        status = highs.getModelStatus()
        if status not in known:
            raise Defect(f"the integer program over choices ended as {highs.modelStatusToString(status)}")
        if highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        values = np.rint(np.array(highs.getSolution().col_value))[self._first :]
        return np.flatnonzero(values).tolist()
