"""The encoding of the value of the room that is lost: a Boolean for each step of a table."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from placer.assignment import IntArray, ResidualValue
from placer.assignment.cpsat.affine import Affine, Value, Var
from placer.assignment.cpsat.variables import Variables


def encode_residual_value(variables: Variables, value: ResidualValue, cost: Affine) -> None:
    """
    Bound the value that each site loses from below.

    A Boolean says that the room left of one resource is at most i steps. A table with one column loses the sum of its
    falls over these Booleans. In a table of two resources each corner (i, j), a cell from which the value rises along
    both, is lost where both Booleans hold; the sums of both edges tighten the relaxation.
    """
    for p in np.flatnonzero(value.table_of >= 0).tolist():
        table = _reachable(value, p)
        if (table == table[-1, -1]).all():
            continue
        rows = _at_most(variables, value, p, 0, np.diff(table, axis=0).sum(axis=1))
        columns = _at_most(variables, value, p, 1, np.diff(table, axis=1).sum(axis=0))
        edges = [
            Affine([(rows[i], int(table[i + 1, -1] - table[i, -1])) for i in rows]),
            Affine([(columns[j], int(table[-1, j + 1] - table[-1, j])) for j in columns]),
        ]
        if not columns or not rows:
            cost.terms += edges[0].terms + edges[1].terms
            continue
        lost = variables.auxiliary(int(table[-1, -1] - table.min()), _lost(value, p))
        for edge in edges:
            variables.model.add(edge.expression() <= lost)
        for i, at_most_i in rows.items():
            for j, at_most_j in columns.items():
                if table[i, j] < min(table[i + 1, j], table[i, j + 1]):
                    much = int(table[-1, -1] - table[i, j])
                    variables.model.add(much * (at_most_i + at_most_j - 1) <= lost)
        cost.add(1, lost)


def _reachable(value: ResidualValue, p: int) -> IntArray:
    """Give the table of a site up to the steps that its empty room has, the last of them those of the empty site."""
    most = [
        min(max(int(room) // int(step), 0), size - 1)
        for room, step, size in zip(value.room[:, p], value.steps, value.tables.shape[1:], strict=True)
    ]
    table: IntArray = value.tables[value.table_of[p], : most[0] + 1, : most[1] + 1]
    return table


def _at_most(variables: Variables, value: ResidualValue, p: int, axis: int, falls: IntArray) -> dict[int, Var]:
    """
    Make a Boolean for each number of steps i from which the value rises: at most i steps of room are left.

    Parameters
    ----------
    falls
        For each i how much the value falls over the table from i + 1 to i steps; nowhere below 0.
    """
    load, room, step = variables.load(value.weights[axis], [p]), int(value.room[axis, p]), int(value.steps[axis])
    most = int(value.weights[axis][variables.index.problem.allowed[:, p]].sum())
    found: dict[int, Var] = {}
    for i in np.flatnonzero(falls).tolist():
        spare = room - (i + 1) * step  # the largest load that leaves more than i steps
        if most > spare:
            found[i] = variables.auxiliary(1, _exceeds(value.weights[axis], p, spare))
            variables.model.add(load.expression() <= spare + (most - spare) * found[i])
    known = list(found.values())
    for tighter, wider in pairwise(known):
        variables.model.add(tighter <= wider)
    return found


def _exceeds(weight: IntArray, p: int, spare: int) -> Value:
    return lambda site_of: int(weight[site_of == p].sum() > spare)


def _lost(value: ResidualValue, p: int) -> Value:
    def lost(site_of: IntArray) -> int:
        return int(value.lost_on(p, value.weights[:, site_of == p].sum(axis=1)[:, None])[0])

    return lost
