"""The decision variables: how many items of each class stand on each site."""

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
    Items that share their variables: a single item, or interchangeable items of which only counts matter.

    Parameters
    ----------
    items
        Ascending.
    count
        Site -> variable, the number of its items there; only sites that the items may use.
    """

    items: tuple[int, ...]
    count: dict[int, Var]


class Variables:
    """
    The variables of a model, and the values that a known assignment gives them.

    Interchangeable items and groups are ordered by rows, which removes symmetric assignments; hints are brought into
    the same order.

    Attributes
    ----------
    units
        The classes; every item is in exactly one.
    unit_of
        The class of each item.
    """

    def __init__(self, index: TermIndex) -> None:
        self.index = index
        self.model = cp_model.CpModel()
        self.units: list[ItemClass] = []
        self._values: list[tuple[Var, Value]] = []
        self._classes = item_classes(index)
        self._equal_groups = group_classes(index)
        for members in self._classes:
            for items in [members] if _countable(index, members) else [[v] for v in members]:
                self._add_unit(tuple(items))
        self.unit_of = {v: unit for unit in self.units for v in unit.items}
        self._order_equal_items()
        self._order_equal_groups()

    def auxiliary(self, upper: int, value: Value, name: str = "") -> Var:
        """
        Add a variable from 0 to ``upper`` whose value follows from the assignment.

        Parameters
        ----------
        value
            Returns its value for ``site_of [n]``, so that hints are complete: a complete hint is a solution at once.
        """
        var = self.model.new_int_var(0, upper, name)
        self._values.append((var, value))
        return var

    def load(self, weight: IntArray, sites: list[int]) -> Affine:
        """Return the sum of the weights ``[n]`` of the items on the given sites."""
        total = Affine()
        for unit in self.units:
            for p in sites:
                if p in unit.count:
                    total.add(int(weight[unit.items[0]]), unit.count[p])
        return total

    def hint(self, site_of: IntArray) -> None:
        """Hint every variable at its value in a known assignment ``[n]``, replacing the last hint."""
        self.model.clear_hints()  # type: ignore[no-untyped-call]
        canonical = self._canonical(site_of)
        for unit in self.units:
            for p, var in unit.count.items():
                self.model.add_hint(var, int((canonical[list(unit.items)] == p).sum()))
        for var, value in self._values:
            self.model.add_hint(var, value(canonical))

    def decode(self, value: Callable[[Var], int]) -> IntArray:
        """Return the site of every item, ``[n]``, from the values of the variables."""
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
        """Order interchangeable items that have variables of their own by their sites."""
        for members in self._classes:
            for v, w in pairwise(members):
                if self.unit_of[v] is not self.unit_of[w]:
                    first, second = self.unit_of[v].count, self.unit_of[w].count
                    position = [cp_model.LinearExpr.weighted_sum(list(c.values()), list(c)) for c in (first, second)]
                    self.model.add(position[0] <= position[1])

    def _order_equal_groups(self) -> None:
        """Order interchangeable groups by the sum of their sites; groups of equal sums stay unordered."""
        for groups in self._equal_groups:
            for first, second in pairwise(groups):
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
        for groups in self._equal_groups:
            rows = sorted((canonical[items] for items in groups), key=lambda row: int(row.sum()))
            for items, row in zip(groups, rows, strict=True):
                canonical[items] = row
        return canonical


def _countable(index: TermIndex, members: list[int]) -> bool:
    """Whether counts of a class suffice: no flow leaves it. Else the partner of each flow would be lost."""
    if len(members) == 1:
        return False
    inside = np.zeros(index.problem.n, dtype=bool)
    inside[members] = True
    for flow in index.flows:
        rows, columns = flow.flow[inside], flow.flow[:, inside]
        if rows[:, ~inside].any() or columns[~inside].any():
            return False
    return True
