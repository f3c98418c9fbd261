"""Encodings of relations: pairs of items that may not stand on some pairs of sites."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from ortools.sat.python import cp_model

from placer.assignment import BoolArray, Conflict
from placer.assignment.cpsat.affine import Value
from placer.assignment.cpsat.variables import ItemClass, Variables


def keep_conflicts(variables: Variables) -> None:
    """Add the rows that keep every two related items off the pairs of sites barred for them."""
    held = _Held(variables)
    units = variables.units
    firsts = [unit.items[0] for unit in units]
    listed_in = variables.listed_in[firsts]
    together = (listed_in[:, None] == listed_in) & (listed_in >= 0)
    for relation in variables.index.problem.relations:
        related = relation.items[np.ix_(firsts, firsts)] & ~together
        for unit in units:
            if len(unit.items) > 1 and relation.items[unit.items[0], unit.items[1]]:
                _within(variables, held, unit, relation)
        for clique in cliques(related) if relation.sites.diagonal().any() else []:
            _share_no_site(variables, held, [units[i] for i in clique], relation)
        off_diagonal = relation.sites & ~np.eye(len(relation.sites), dtype=bool)
        for i, j in np.argwhere(np.triu(related)).tolist() if off_diagonal.any() else []:
            _bar_pairs(variables, held, units[i], units[j], off_diagonal)


def cliques(related: BoolArray) -> list[list[int]]:
    """
    Cover the edges of a graph by cliques, each grown greedily from an edge not covered yet.

    One row for a clique makes a tighter relaxation than a row for each pair. A cover by the fewest cliques is NP-hard,
    and not needed.

    Parameters
    ----------
    related
        ``[k, k]``, symmetric: the edges.

    Returns
    -------
    list of list of int
        The members of each clique, ascending.

    Examples
    --------
    >>> cliques(np.array([[0, 1, 1, 0], [1, 0, 1, 0], [1, 1, 0, 1], [0, 0, 1, 0]], dtype=bool))
    [[0, 1, 2], [2, 3]]
    """
    left = np.triu(related, 1)
    found = []
    while left.any():
        clique = np.argwhere(left)[0].tolist()
        for k in range(len(related)):
            if related[k, clique].all():
                clique.append(k)
        left[np.ix_(clique, clique)] = False
        found.append(sorted(clique))
    return found


class _Held:
    """Booleans "site p holds an item of this class", each made at its first use."""

    def __init__(self, variables: Variables) -> None:
        self._variables = variables
        self._known: dict[tuple[int, int], cp_model.IntVar] = {}

    def __call__(self, unit: ItemClass, p: int) -> cp_model.IntVar:
        count = unit.count[p]
        if len(unit.items) == 1:
            return count
        key = unit.items[0], p
        if key not in self._known:
            self._known[key] = self._variables.auxiliary(1, _holds_any(list(unit.items), p))
            self._variables.model.add(count <= len(unit.items) * self._known[key])
        return self._known[key]


def _holds_any(items: list[int], p: int) -> Value:
    return lambda site_of: int((site_of[items] == p).any())


def _within(variables: Variables, held: _Held, unit: ItemClass, relation: Conflict) -> None:
    """Keep the items of one class apart: at most one on a site, or never on both of two barred sites."""
    for p, count in unit.count.items():
        if relation.sites[p, p]:
            variables.model.add(count <= 1)
    for p, q in combinations(unit.count, 2):
        if relation.sites[p, q]:
            variables.model.add_at_most_one([held(unit, p), held(unit, q)])


def _share_no_site(variables: Variables, held: _Held, units: list[ItemClass], relation: Conflict) -> None:
    for p in np.flatnonzero(relation.sites.diagonal()).tolist():
        here = [held(unit, p) for unit in units if p in unit.count]
        if len(here) > 1:
            variables.model.add_at_most_one(here)


def _bar_pairs(variables: Variables, held: _Held, first: ItemClass, second: ItemClass, sites: BoolArray) -> None:
    """
    Keep two classes off the barred pairs of different sites.

    A class of one item is on one site only, so all its sites that are barred beside p go into one row.
    """
    if len(second.items) > 1:
        first, second = second, first
    for p in first.count:
        barred = [held(second, q) for q in np.flatnonzero(sites[p]).tolist() if q in second.count]
        for others in [barred] if len(second.items) == 1 else [[other] for other in barred]:
            if others:
                variables.model.add_at_most_one([held(first, p), *others])
