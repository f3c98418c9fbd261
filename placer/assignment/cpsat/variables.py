"""The decision variables: how many items of each class stand on each site, and which assignment a group has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from ortools.sat.python import cp_model

from placer.assignment import IntArray
from placer.assignment.cpsat.affine import Affine, Value, Var
from placer.assignment.cpsat.listed_group import ListedGroup
from placer.assignment.structure.symmetry import group_classes, item_classes
from placer.assignment.structure.term_index import TermIndex


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

    Parameters
    ----------
    listed
        All assignments ``[a, k]`` of some groups, from :func:`~placer.assignment.group_assignments.near_assignments`.

    Attributes
    ----------
    groups
        The groups that are listed.
    listed_in
        ``[n]``, the number of the listed group of each item, -1 for none: no row has to keep the rules within one.
    units
        The classes; every item is in exactly one.
    unlisted
        The classes of items whose groups are not listed.
    unit_of
        The class of each item.
    """

    def __init__(self, index: TermIndex, listed: Mapping[int, IntArray] | None = None) -> None:
        self.index = index
        self.model = cp_model.CpModel()
        self.units: list[ItemClass] = []
        self.groups: list[ListedGroup] = []
        self._values: list[tuple[Var, Value]] = []
        self._classes = item_classes(index)
        self._equal_groups = group_classes(index)
        self.listed_in = np.full(index.problem.n, -1, dtype=np.int64)
        for g, rows in (listed or {}).items():
            self.listed_in[index.problem.groups[g]] = g
            self._add_group(index.problem.groups[g], rows)
        for members in self._classes:
            if self.listed_in[members[0]] < 0:
                for items in [members] if _countable(index, members) else [[v] for v in members]:
                    self._add_unit(tuple(items))
        self.unlisted = [unit for unit in self.units if self.listed_in[unit.items[0]] < 0]
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
        for group in self.groups:
            total.include(group.sum(np.isin(group.rows, sites) @ weight[group.items]))
        for unit in self.unlisted:
            for p in sites:
                if p in unit.count:
                    total.add(int(weight[unit.items[0]]), unit.count[p])
        return total

    def listed_together(self, v: int, w: int) -> bool:
        """Whether two items are of one group whose assignments are listed."""
        return bool(self.listed_in[v] >= 0 and self.listed_in[v] == self.listed_in[w])

    def hint(self, site_of: IntArray) -> None:
        """Hint every variable at its value in a known assignment ``[n]``, replacing the last hint."""
        self.model.clear_hints()  # type: ignore[no-untyped-call]
        canonical = self._canonical(site_of)
        counts = [(var, canonical[list(unit.items)] == p) for unit in self.units for p, var in unit.count.items()]
        for group in self.groups:
            counts += zip(group.chosen, (group.rows == canonical[group.items]).all(axis=1), strict=True)
        once = {var.index: (var, int(on.sum())) for var, on in counts}  # items that stand together share variables
        for var, count in once.values():
            self.model.add_hint(var, count)
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

    def _add_group(self, items: IntArray, rows: IntArray) -> None:
        """Add a Boolean for each assignment of a group, and of each item on each site one that is implied by them."""
        chosen = [self.model.new_bool_var(f"g{items[0]}_{i}") for i in range(len(rows))]
        self.model.add_exactly_one(chosen)
        known: dict[bytes, Var] = {}
        for j, v in enumerate(items.tolist()):
            count: dict[int, Var] = {}
            for p in np.unique(rows[:, j]).tolist():
                on = rows[:, j] == p
                if on.tobytes() not in known:
                    known[on.tobytes()] = self._any_of([chosen[i] for i in np.flatnonzero(on)], f"x{v}_{p}")
                count[p] = known[on.tobytes()]
            self.units.append(ItemClass((v,), count))
        self.groups.append(ListedGroup(items, rows, chosen))

    def _any_of(self, chosen: list[Var], name: str) -> Var:
        if len(chosen) == 1:
            return chosen[0]
        var = self.model.new_bool_var(name)
        self.model.add(cp_model.LinearExpr.sum(chosen) == var)
        return var

    def _order_equal_items(self) -> None:
        """Order interchangeable items that have variables of their own by their sites."""
        for members in self._classes:
            for v, w in pairwise(members):
                if self.unit_of[v] is not self.unit_of[w] and not self.listed_together(v, w):
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
