"""Ascent along gradients: near the top of concave functions, within signs, and no further than it is told."""

from __future__ import annotations

import numpy as np
import pytest

from placer.assignment.bounds.gradient_ascent import RealArray, ascend

TOP = np.array([2.0, -3.0])


def peak(at: tuple[RealArray, ...], _part: float) -> tuple[float, tuple[RealArray, ...]]:
    """5 at its top, less by the distance from there in each coordinate: gradients jump there."""
    away = at[0] - TOP
    return 5 - float(np.abs(away).sum()), (-np.sign(away),)


def climbed(*, signed: bool = True, goal: float = np.inf, steps: int = 500, over: float = 0.0) -> tuple[RealArray, int]:
    asked = []

    def counted(at: tuple[RealArray, ...], part: float) -> tuple[float, tuple[RealArray, ...]]:
        asked.append(part)
        return peak(at, part)

    found = ascend(counted, (np.zeros(2),), rates=(0.2,), signed=(signed,), steps=steps, clock=lambda: over, goal=goal)
    assert asked == sorted(asked)
    return found[0], len(asked)


def test_the_top_of_a_concave_function_is_found() -> None:
    found, _ = climbed()
    assert found == pytest.approx(TOP, abs=0.05)


def test_a_multiplier_without_a_sign_stays_at_zero_where_the_function_falls() -> None:
    found, _ = climbed(signed=False)
    assert found == pytest.approx([2.0, 0.0], abs=0.05)


def test_it_ends_at_the_goal_and_after_its_steps() -> None:
    found, asked = climbed(goal=4.0)
    assert peak((found,), 0)[0] >= 4
    assert asked < 100
    assert climbed(steps=7)[1] == 7


def test_without_time_the_start_is_the_answer() -> None:
    found, asked = climbed(over=1.0)
    assert (found.tolist(), asked) == ([0.0, 0.0], 0)
