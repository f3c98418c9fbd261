"""All fillings of a host, worked by hand."""

from __future__ import annotations

from placer.fleet.bound.enumeration import all_fillings
from placer.fleet.problem.problem import lower_fleet
from tests.support.fleets import fleet_of


def test_only_fillings_that_no_other_contains_are_given() -> None:
    problem = lower_fleet(fleet_of([[(4, 8), (4, 8)]], [[(2, 3), (2, 3)]] * 2 + [[(1, 4)]] * 3, one_to_one=True))
    found = all_fillings(problem)
    assert found is not None
    # one large guest leaves 5 GiB of each pnode, a small one on each; without it a pnode holds two small ones
    assert sorted((t, column.tolist()) for t, column in found) == [(0, [0, 3]), (0, [1, 2]), (0, [2, 0])]


def test_parts_on_pnodes_of_their_own_need_as_many_pnodes() -> None:
    problem = lower_fleet(fleet_of([[(9, 9)]], [[(1, 1), (1, 1)]], one_to_one=True))
    assert all_fillings(problem) == []


def test_too_many_are_not_visited() -> None:
    sizes = [[(1, gib)] for gib in range(1, 20)]
    assert all_fillings(lower_fleet(fleet_of([[(40, 400)]], sizes * 2))) is None
    parts = [[(1, 1)] * 8]
    assert all_fillings(lower_fleet(fleet_of([[(8, 8)] * 8], parts))) is None
