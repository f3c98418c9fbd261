"""The price of the assignment that a group has."""

from __future__ import annotations

import numpy as np
from ortools.sat.python import cp_model

from placer.assignment.cpsat.listed_group import ListedGroup


def test_the_least_price_is_a_constant_and_the_others_what_they_cost_more() -> None:
    model = cp_model.CpModel()
    group = ListedGroup(np.array([0]), np.array([[0], [1], [2]]), [model.new_bool_var("") for _ in range(3)])
    total = group.total(np.array([30, 20, 25]))
    assert total.constant == 20
    assert [(var.index, price) for var, price in total.terms] == [(0, 10), (2, 5)]


def test_a_group_without_assignments_costs_nothing() -> None:
    assert (
        ListedGroup(np.array([0]), np.zeros((0, 1), dtype=np.int64), []).total(np.zeros(0, dtype=np.int64)).terms == []
    )
