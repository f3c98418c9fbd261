"""One choice for each host, by hand: prices, whole choices, and what is missing."""

from __future__ import annotations

import pytest

from placer.fleet.bound.choices import MISSING, Choices


def two_hosts(moves: float) -> Choices:
    """Two hosts; a guest may go from the first to the second, where it makes the host worth 3 more."""
    choices = Choices(2, [0], [moves])
    choices.add(0, 0.0, {}, [0], real=True)
    choices.add(0, 0.0, {0: -1.0}, [1], real=True)
    choices.add(1, 0.0, {}, [0], real=True)
    choices.add(1, -3.0, {0: 1.0}, [0], real=True)
    return choices


def test_the_linear_program_prices_the_guest_and_its_move() -> None:
    choices = two_hosts(0.5)
    prices = choices.relaxed()
    assert prices.value == pytest.approx(-1.5)
    assert prices.budgets[0] == pytest.approx(-3.0)
    assert choices.whole(10.0, -1.0) == [0, 2]
    free = two_hosts(1)
    assert free.relaxed().value == pytest.approx(-3.0)
    assert free.whole(10.0, -3.0, [0, 2]) == [1, 3]


def test_a_column_that_is_not_real_bounds_and_is_not_chosen() -> None:
    choices = two_hosts(1)
    choices.add(1, -5.0, {0: 1.0}, [0], real=False)
    assert choices.relaxed().value == pytest.approx(-5.0)
    assert choices.whole(10.0, -5.0) == [1, 3]


def test_what_is_missing_costs_and_has_no_whole_choice() -> None:
    choices = Choices(1, [1], [])
    choices.add(0, 0.0, {}, [], real=True)
    assert choices.relaxed().value == pytest.approx(MISSING)
    assert choices.whole(10.0, 0.0) is None
