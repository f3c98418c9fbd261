"""The fullest site and divided sums in the model, against every assignment."""

from __future__ import annotations

import numpy as np
import pytest

from placer.assignment import FlooredLinear, MaxUtilization, Problem, Resource, Term
from tests.support.model_alone import assert_problem_exact, every_assignment, hint_is_complete

WEIGHT = np.array([3, 5, 5, 2])


def four_items(*tiers: tuple[Term, ...]) -> Problem:
    """Two of them alike; they fit three sites of 9 with little to spare."""
    return Problem(
        allowed=np.ones((4, 3), dtype=bool),
        resources=(Resource(weight=WEIGHT, capacity=np.array([9, 6, 7])),),
        groups=tuple(np.array([v]) for v in range(4)),
        incompatible=np.zeros((3, 3), dtype=bool),
        tiers=tiers,
    )


def divided(divisor: int, scale: int) -> FlooredLinear:
    cost = np.array([[7, 0, 3], [1, 4, 9], [1, 4, 9]])
    return FlooredLinear(name="d", items=np.array([0, 1, 2]), cost=cost, divisor=divisor, scale=scale)


@pytest.mark.parametrize("room", [[9, 6, 7], [20, 6, 7], [9, 0, 30]])
@pytest.mark.parametrize("parts", [1, 7, 1000])
def test_the_fullest_site_costs_the_least_of_all_assignments(room: list[int], parts: int) -> None:
    assert_problem_exact(four_items((MaxUtilization(name="m", weight=WEIGHT, room=np.array(room), parts=parts),)))


@pytest.mark.parametrize(("divisor", "scale"), [(1, 1), (3, 1), (5, 4), (100, 2)])
def test_a_divided_sum_costs_the_least_of_all_assignments(divisor: int, scale: int) -> None:
    assert_problem_exact(four_items((divided(divisor, scale),)))


def test_both_in_two_tiers_cost_the_least_of_all_assignments_and_every_hint_is_complete() -> None:
    fullest = MaxUtilization(name="m", weight=WEIGHT, room=np.array([9, 6, 7]), parts=4)
    problem = four_items((fullest,), (divided(3, 2),))
    assert_problem_exact(problem)
    rows = every_assignment(problem)
    assert len(rows) > 5
    assert all(hint_is_complete(problem, row) for row in rows[:: len(rows) // 5])
