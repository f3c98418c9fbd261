"""The packing program: worked by hand, and duality."""

from __future__ import annotations

import numpy as np
import pytest

from placer.assignment.bounds.linear_program import PackingProgram


def test_no_more_sets_are_packed_than_are_allowed() -> None:
    program = PackingProgram(4, [1])
    program.add((0, 1), 5)
    program.add((2, 3), 3)
    program.prices()
    assert program.value() == pytest.approx(5)


def test_sets_that_are_added_later_count() -> None:
    program = PackingProgram(3, [3])
    program.add((0, 1), 5)
    program.prices()
    assert program.value() == pytest.approx(5)
    program.add((1, 2), 9)
    prices = program.prices()
    assert program.value() == pytest.approx(9)
    assert prices.sum() == pytest.approx(9)


def test_prices_cover_the_gain_of_every_set() -> None:
    random = np.random.default_rng(0)
    program, sets = PackingProgram(8, [8]), []
    for _ in range(40):
        items, gain = random.choice(8, int(random.integers(1, 5)), replace=False).tolist(), int(random.integers(1, 99))
        program.add(items, gain)
        sets.append((items, gain))
    prices = program.prices()
    assert all(prices[items].sum() >= gain - 1e-6 for items, gain in sets)
    assert prices.sum() == pytest.approx(program.value())


def test_without_sets_nothing_is_gained() -> None:
    program = PackingProgram(2, [2])
    assert program.prices().tolist() == [0, 0]
    assert program.value() == 0
