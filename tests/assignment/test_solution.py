"""What a solution may claim, and how a decision reads."""

from __future__ import annotations

import pytest

from placer.assignment import Decision, Solution, Status


@pytest.mark.parametrize(
    ("bounds", "status"), [((1, 2), Status.OPTIMAL), ((1, 1), Status.FEASIBLE), ((), Status.FEASIBLE)]
)
def test_only_bounds_that_equal_every_cost_make_a_solution_optimal(bounds: tuple[int, ...], status: Status) -> None:
    assert Solution.status_for((1, 2), bounds) is status


def test_a_decision_names_the_method_first_and_then_each_method_passed_over() -> None:
    passed = (("small", "2 items at most, has 3"), ("slow", "gave up: no time is left"))
    assert Decision(method="good", because="it can", passed_over=passed).lines() == [
        "decision: good, because it can",
        "decision: not small: 2 items at most, has 3",
        "decision: not slow: gave up: no time is left",
    ]
