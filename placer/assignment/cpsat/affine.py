"""Sums of multiples of variables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ortools.sat.python import cp_model

from placer.assignment import IntArray

Var = cp_model.IntVar
Value = Callable[[IntArray], int]


@dataclass
class Affine:
    """A sum of integer multiples of variables, and a constant."""

    terms: list[tuple[Var, int]] = field(default_factory=list)
    constant: int = 0

    def add(self, coefficient: int, var: Var) -> None:
        """Add a multiple of a variable."""
        if coefficient:
            self.terms.append((var, int(coefficient)))

    def include(self, other: Affine) -> None:
        """Add another sum."""
        self.terms += other.terms
        self.constant += other.constant

    def expression(self) -> cp_model.LinearExprT:
        """Write it for the solver."""
        variables, coefficients = zip(*self.terms, strict=True) if self.terms else ((), ())
        return cp_model.LinearExpr.weighted_sum(variables, coefficients) + self.constant
