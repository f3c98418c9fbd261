"""
A linear program that packs items into sets, whose sets are added as they are found.

It is solved by GLOP, the simplex method of OR-Tools. HiGHS was measured beside it on the bounds it is used for: both
take a tenth of a second of one and a half, and GLOP is no further dependency.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from placer.assignment.leaving import unbroken

FloatArray = npt.NDArray[np.float64]


class PackingProgram:
    """
    The most that sets of items gain, each item in one set at most, and no more sets of each kind than some number.

    Its numbers are floats: what rests on them must hold whatever they are.

    Examples
    --------
    >>> program = PackingProgram(3, [2])
    >>> for pair in (0, 1), (1, 2), (0, 2):
    ...     program.add(pair, 4)
    >>> program.prices().tolist(), program.value()
    ([2.0, 2.0, 2.0], 6.0)
    """

    def __init__(self, items: int, counts: Sequence[int]) -> None:
        with unbroken():  # an extension module that is imported by half cannot be imported again
            from ortools.linear_solver import pywraplp  # only here: few solves need a linear program

        self._solver = pywraplp.Solver.CreateSolver("GLOP")
        most = [1.0] * items + [float(count) for count in counts]
        self._items = items
        self._rows = [self._solver.RowConstraint(-self._solver.infinity(), each, "") for each in most]
        self._objective = self._solver.Objective()
        self._objective.SetMaximization()

    def add(self, items: Iterable[int], gain: int, kind: int = 0) -> None:
        """Add a set of items, given as their numbers, of a kind."""
        column = self._solver.NumVar(0.0, self._solver.infinity(), "")
        self._objective.SetCoefficient(column, float(gain))
        for row in (*items, self._items + kind):
            self._rows[row].SetCoefficient(column, 1.0)

    def prices(self) -> FloatArray:
        """Solve it, and give the dual prices of the items, ``[items]``."""
        with unbroken():
            self._solver.Solve()
        return np.array([row.dual_value() for row in self._rows[: self._items]], dtype=np.float64)

    def kind_prices(self) -> FloatArray:
        """Give the dual prices of the numbers of sets of each kind, ``[kinds]``, when it was solved."""
        return np.array([row.dual_value() for row in self._rows[self._items :]], dtype=np.float64)

    def value(self) -> float:
        """Give the most that was gained when it was solved."""
        return float(self._objective.Value())
