"""Assignment problems: the least of all assignments, and prices that prove it."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from placer.assignment.bounds.linear_assignment import assignment_duals


@pytest.mark.parametrize(("r", "f"), [(1, 1), (1, 4), (2, 3), (4, 4), (5, 5), (4, 6)])
def test_prices_are_feasible_and_sum_to_the_least_cost_of_all_assignments(r: int, f: int) -> None:
    random = np.random.default_rng(10 * r + f)
    every = np.array(list(permutations(range(f), r)))
    for _ in range(100):
        cost = random.integers(-20, 60, (r, f))
        rows, columns, column_of = assignment_duals(cost)
        assert (cost >= rows[:, None] + columns).all()
        assert (columns <= 0).all()
        least = cost[np.arange(r), every].sum(axis=1).min()
        assert rows.sum() + columns.sum() == least == cost[np.arange(r), column_of].sum()
        assert len(set(column_of.tolist())) == r


def test_any_prices_to_start_from_lead_to_the_same_least_cost() -> None:
    random = np.random.default_rng(5)
    every = np.array(list(permutations(range(5))))
    for _ in range(100):
        cost = random.integers(-20, 60, (5, 5))
        rows, columns, _ = assignment_duals(cost, random.integers(-40, 40, 5))
        assert (cost >= rows[:, None] + columns).all()
        assert rows.sum() + columns.sum() == cost[np.arange(5), every].sum(axis=1).min()


def test_large_numbers_are_exact() -> None:
    """Two rows want the column that costs one unit less, in numbers that a double does not hold."""
    large = 2**60
    rows, columns, _ = assignment_duals(np.array([[large, large + 1], [large, large + 1]]))
    assert int(rows.sum()) + int(columns.sum()) == 2 * large + 1
