"""The decisions: how many items of each unit stand on each site."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from ortools.sat.python import cp_model

from placer.assignment import IntArray
from placer.assignment.structure.symmetry import group_classes, item_classes
from placer.assignment.structure.term_index import TermIndex

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

    def expression(self) -> cp_model.LinearExprT:
        """Write it for the solver."""
        variables, coefficients = zip(*self.terms, strict=True) if self.terms else ((), ())
        return cp_model.LinearExpr.weighted_sum(variables, coefficients) + self.constant


@dataclass(frozen=True)
class ItemClass:
    """
    Items that are decided together: one item, or a class of interchangeable ones of which only counts matter.

    Parameters
    ----------
    items
        Ascending.
    count
        Site -> variable, how many of them stand there; sites they may not use are missing.
    """

    items: tuple[int, ...]
    count: dict[int, Var]


class Variables:
    """
    The variables of a model and what values a known assignment gives them.

    Attributes
    ----------
    units
        Every item in exactly one.
    unit_of
        The unit of each item.
    """

    def __init__(self, index: TermIndex) -> None:
        self.index = index
        self.model = cp_model.CpModel()
        self.units: list[ItemClass] = []
        self._values: list[tuple[Var, Value]] = []
        self._classes = item_classes(index)
        self._twins = group_classes(index)
        for members in self._classes:
            for items in [members] if _countable(index, members) else [[v] for v in members]:
                self._add_unit(tuple(items))
        self.unit_of = {v: unit for unit in self.units for v in unit.items}
        self._order_equal_items()
        self._order_equal_groups()

    def auxiliary(self, upper: int, value: Value, name: str = "") -> Var:
        """
        Add a variable from 0 to ``upper`` that follows from the assignment.

        Parameters
        ----------
        value
            Its value for a given ``site_of [n]``, so that a hint can be complete.
        """
        var = self.model.new_int_var(0, upper, name)
        self._values.append((var, value))
        return var

    def load(self, weight: IntArray, sites: list[int]) -> Affine:
        """Sum the weight of the items on some sites."""
        total = Affine()
        for unit in self.units:
            for p in sites:
                if p in unit.count:
                    total.add(int(weight[unit.items[0]]), unit.count[p])
        return total

    def hint(self, site_of: IntArray) -> None:
        """Give the solver a known assignment, every variable of it."""
        self.model.clear_hints()  # type: ignore[no-untyped-call]
        canonical = self._canonical(site_of)
        for unit in self.units:
            for p, var in unit.count.items():
                self.model.add_hint(var, int((canonical[list(unit.items)] == p).sum()))
        for var, value in self._values:
            self.model.add_hint(var, value(canonical))

    def decode(self, value: Callable[[Var], int]) -> IntArray:
        """Read the site of every item from the values of the variables."""
        site_of = np.full(len(self.unit_of), -1, dtype=np.int64)
        for unit in self.units:
            sites = [p for p, var in sorted(unit.count.items()) for _ in range(value(var))]
            site_of[list(unit.items)] = sites
        return site_of

    def _add_unit(self, items: tuple[int, ...]) -> None:
        sites = np.flatnonzero(self.index.problem.allowed[items[0]]).tolist()
        if len(items) == 1:
            count = {p: self.model.new_bool_var(f"x{items[0]}_{p}") for p in sites}
            self.model.add_exactly_one(count.values())
        else:
            count = {p: self.model.new_int_var(0, len(items), f"x{items[0]}_{p}") for p in sites}
            self.model.add(cp_model.LinearExpr.sum(list(count.values())) == len(items))
        self.units.append(ItemClass(items, count))

    def _order_equal_items(self) -> None:
        """Let interchangeable items that are units of their own stand in the order of their sites."""
        for members in self._classes:
            for v, w in pairwise(members):
                if self.unit_of[v] is not self.unit_of[w]:
                    first, second = self.unit_of[v].count, self.unit_of[w].count
                    position = [cp_model.LinearExpr.weighted_sum(list(c.values()), list(c)) for c in (first, second)]
                    self.model.add(position[0] <= position[1])

    def _order_equal_groups(self) -> None:
        """Let interchangeable groups stand in the order of the sum of their sites."""
        for twins in self._twins:
            for first, second in pairwise(twins):
                self.model.add(self._site_sum(first).expression() <= self._site_sum(second).expression())

    def _site_sum(self, items: IntArray) -> Affine:
        total = Affine()
        for unit in {unit.items[0]: unit for unit in (self.unit_of[v] for v in items.tolist())}.values():
            for p, var in unit.count.items():
                total.add(p, var)
        return total

    def _canonical(self, site_of: IntArray) -> IntArray:
        canonical = site_of.copy()
        for members in self._classes:
            canonical[members] = np.sort(site_of[members])
        for twins in self._twins:
            rows = sorted((canonical[items] for items in twins), key=lambda row: int(row.sum()))
            for items, row in zip(twins, rows, strict=True):
                canonical[items] = row
        return canonical


def _countable(index: TermIndex, members: list[int]) -> bool:
    """Whether counts of a class suffice: no flow leaves it."""
    if len(members) == 1:
        return False
    inside = np.zeros(index.problem.n, dtype=bool)
    inside[members] = True
    for flow in index.flows:
        rows, columns = flow.flow[inside], flow.flow[:, inside]
        if rows[:, ~inside].any() or columns[~inside].any():
            return False
    return True
