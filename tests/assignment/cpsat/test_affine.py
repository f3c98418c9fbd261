"""Sums of multiples of variables."""

from __future__ import annotations

from ortools.sat.python import cp_model

from placer.assignment.cpsat.affine import Affine


def test_a_multiple_of_0_is_left_out_of_a_sum() -> None:
    var = cp_model.CpModel().new_bool_var("")
    total = Affine(constant=7)
    total.add(0, var)
    assert total.terms == []
    total.add(3, var)
    assert [coefficient for _, coefficient in total.terms] == [3]


def test_it_is_written_for_the_solver_with_its_constant() -> None:
    model = cp_model.CpModel()
    x, y = model.new_int_var(2, 2, ""), model.new_int_var(5, 5, "")
    solver = cp_model.CpSolver()
    assert solver.solve(model) == cp_model.OPTIMAL
    assert solver.value(Affine([(x, 3), (y, -1)], 10).expression()) == 11
    assert solver.value(Affine(constant=4).expression()) == 4


def test_another_sum_is_added_with_its_constant() -> None:
    x = cp_model.CpModel().new_bool_var("")
    total = Affine([(x, 3)], 10)
    total.include(Affine([(x, 2)], 5))
    assert ([coefficient for _, coefficient in total.terms], total.constant) == ([3, 2], 15)
