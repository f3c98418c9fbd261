"""Prices of items by a semidefinite program: no set gains more, however inexact the multipliers are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from placer.assignment import BoolArray, IntArray
from placer.assignment.bounds import semidefinite
from placer.assignment.bounds.semidefinite import ItemPrices, priced_items

FINE = 1024
Case = tuple[IntArray, IntArray, IntArray, BoolArray]


def going() -> bool:
    return True


def some_case(seed: int) -> Case:
    """Two to eight items of very different gains and weights, one or two resources, some of them soft."""
    random = np.random.default_rng(seed)
    n, r = int(random.integers(2, 9)), int(random.integers(1, 3))
    most = 10 ** random.integers(1, 8, 2)
    gain = np.triu(random.integers(0, most[0], (n, n)) * (random.random((n, n)) < random.random()), 1)
    weight = random.integers(0, most[1], (r, n))
    capacity = (weight.sum(axis=1) * random.uniform(0.1, 0.9)).astype(np.int64)
    return gain + gain.T, weight, capacity, random.random(r) < 0.5


def expect_no_set_to_gain_more(case: Case, prices: ItemPrices) -> None:
    """Compare every set that exceeds soft capacities alone with its prices."""
    gain, weight, capacity, soft = case
    sets = np.arange(2 ** len(gain))[:, None] >> np.arange(len(gain)) & 1
    gained, over = ((sets @ gain) * sets).sum(axis=1) // 2, np.maximum(sets @ weight.T - capacity, 0)
    price = sets @ prices.price + FINE * prices.excess * over[:, soft].sum(axis=1)
    held = (over[:, ~soft] == 0).all(axis=1)
    assert (FINE * gained <= price)[held].all()
    assert (prices.price >= 0).all()


@pytest.mark.parametrize("clock", [going, lambda: False])
def test_no_set_gains_more_than_its_items_and_excess_cost(clock: Callable[[], bool]) -> None:
    compared = 0
    for seed in range(60):
        case = some_case(seed)
        prices = priced_items(*case, fine=FINE, going=clock)
        if prices is not None:
            expect_no_set_to_gain_more(case, prices)
            compared += 1
    assert compared > 50


def test_wrong_multipliers_give_prices_that_hold_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)

    def wrong(self: semidefinite._Alternating, _going: object) -> semidefinite._Dual:
        n, r = self._n, self._r
        return semidefinite._Dual(
            diagonal=random.normal(0, 5, n), row=random.normal(0, 5, (r, n)), entry=random.random((n, n))
        )

    monkeypatch.setattr(semidefinite._Alternating, "solve", wrong)
    compared = 0
    for seed in range(30):
        case = some_case(seed)
        prices = priced_items(*case, fine=FINE, going=going)
        if prices is not None:
            expect_no_set_to_gain_more(case, prices)
            compared += 1
    assert compared > 10


def test_multipliers_that_do_not_converge_give_no_prices(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_self: object, _going: object) -> semidefinite._Dual:
        raise np.linalg.LinAlgError

    monkeypatch.setattr(semidefinite._Alternating, "solve", fail)
    assert priced_items(*some_case(1), fine=FINE, going=going) is None


def bound(gain: IntArray, capacity: int) -> float:
    n = len(gain)
    weight, soft = np.ones((1, n), dtype=np.int64), np.array([False])
    prices = priced_items(gain, weight, np.array([capacity]), soft, fine=FINE, going=going)
    assert prices is not None
    return float(prices.price.sum()) / FINE


def test_four_items_in_pairs_keep_two_of_six_links() -> None:
    """Each row of X comes to 2 at most, 1 of it on the diagonal: 4 / 2 links."""
    assert bound(1000 - 1000 * np.eye(4, dtype=np.int64), 2) == pytest.approx(2000, abs=1)


def test_a_ring_of_five_in_pairs_keeps_half_of_each_link() -> None:
    """Half on each link has the eigenvalues 1 + cos(2 pi k / 5), none of which is negative; rows come to 2."""
    link = np.roll(np.eye(5, dtype=np.int64), 1, axis=1)
    assert bound(1000 * (link + link.T), 2) == pytest.approx(2500, abs=2)


def test_a_ring_of_four_in_threes_keeps_three_quarters_of_each_link() -> None:
    """With b on links, a on the diagonals: 1 + 2b + a <= 3 and 1 - 2b + a >= 0, so that 4b <= 3."""
    link = np.roll(np.eye(4, dtype=np.int64), 1, axis=1)
    assert bound(1000 * (link + link.T), 3) == pytest.approx(3000, abs=2)


def test_there_are_no_prices_where_nothing_is_scarce_or_numbers_are_too_large() -> None:
    gain, soft = 1 - np.eye(3, dtype=np.int64), np.array([False])
    ones = np.ones((1, 3), dtype=np.int64)
    assert priced_items(gain, ones, np.array([3]), soft, fine=FINE, going=going) is None
    assert priced_items(gain * 2**41, ones, np.array([2]), soft, fine=FINE, going=going) is None
