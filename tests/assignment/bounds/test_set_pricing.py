"""Pricing of sets: as good as trying every set, and a true bound wherever it is cut short."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from placer.assignment import IntArray
from placer.assignment.bounds.set_pricing import SetPricing


@dataclass(frozen=True)
class Case:
    gain: IntArray
    weight: IntArray
    capacity: IntArray
    price: IntArray

    def worth(self) -> dict[int, int]:
        """Value every set that fits."""
        values = {}
        for number in range(1 << len(self.price)):
            items = [v for v in range(len(self.price)) if number >> v & 1]
            if (self.weight[:, items].sum(axis=1) <= self.capacity).all():
                inside = int(self.gain[np.ix_(items, items)].sum()) // 2
                values[number] = inside - int(self.price[items].sum())
        return values

    def pricing(self, class_of: IntArray | None = None) -> SetPricing:
        each = np.arange(len(self.price))
        return SetPricing(self.gain, self.weight, self.capacity, each if class_of is None else class_of)


def a_case(seed: int, *, scale: int = 1) -> Case:
    random = np.random.default_rng(seed)
    n, r = int(random.integers(2, 10)), int(random.integers(1, 4))
    gain = random.integers(0, 20, (n, n)) * (random.random((n, n)) < random.random())
    gain = np.triu(gain, 1) + np.triu(gain, 1).T
    weight = random.integers(0, 9, (r, n)) * scale
    capacity = random.integers(0, 25, r) * scale
    return Case(gain, weight, capacity, random.integers(0, 15, n))


@pytest.mark.parametrize("scale", [1, 1_000_003])
def test_the_bound_is_the_value_of_the_best_of_all_sets(scale: int) -> None:
    valuable = 0
    for seed in range(200):
        case = a_case(seed, scale=scale)
        values = case.worth()
        found = case.pricing().search(case.price, slack=0, keep=3, limit=10**9, going=lambda: True)
        assert found.complete
        assert found.bound == max(values.values()), seed
        if found.sets.size:
            assert values[int(found.sets[0])] == found.bound, seed
        valuable += found.bound > 0 and not case.pricing().holds_all
    assert valuable > 30


def test_every_set_that_is_given_fits_and_is_worth_something() -> None:
    for seed in range(100):
        case = a_case(seed)
        found = case.pricing().search(case.price, slack=0, keep=5, limit=10**9, going=lambda: True)
        assert len(found.sets) <= 5
        assert all(case.worth()[number] > 0 for number in found.sets.tolist())


@pytest.mark.parametrize("slack", [1, 10, 100])
def test_sets_worth_no_more_than_the_slack_are_not_looked_for(slack: int) -> None:
    for seed in range(60):
        case = a_case(seed)
        found = case.pricing().search(case.price, slack=slack, keep=3, limit=10**9, going=lambda: True)
        assert max(case.worth().values()) <= found.bound
        assert found.bound == max(slack, *case.worth().values())


def test_a_search_that_is_cut_short_still_bounds_all_sets() -> None:
    short = 0
    for seed in range(200):
        case = a_case(seed)
        for found in (
            case.pricing().search(case.price, slack=0, keep=3, limit=2, going=lambda: True),
            case.pricing().search(case.price, slack=0, keep=3, limit=10**9, going=lambda: False),
        ):
            assert found.bound >= max(case.worth().values()), seed
            short += not found.complete
    assert short > 50


def test_equal_items_are_taken_in_one_order_and_lose_nothing() -> None:
    for leaves in range(2, 9):
        # a hub that gains 3 from each leaf, all leaves alike
        gain = np.zeros((leaves + 1, leaves + 1), dtype=np.int64)
        gain[0, 1:] = gain[1:, 0] = 3
        weight = np.array([[2] + [1] * leaves])
        case = Case(gain, weight, np.array([2 + leaves // 2]), np.array([1] * (leaves + 1)))
        class_of = np.array([0] + [1] * leaves)
        found = case.pricing(class_of).search(case.price, slack=0, keep=9, limit=10**9, going=lambda: True)
        assert found.bound == 2 * (leaves // 2) - 1 == max(case.worth().values())
        # of the sets of the hub and k leaves, one for each k
        assert len(found.sets) == leaves // 2


def test_all_items_in_one_set_need_no_search() -> None:
    case = Case(np.array([[0, 7], [7, 0]]), np.array([[1, 1]]), np.array([2]), np.array([1, 2]))
    assert case.pricing().holds_all
    found = case.pricing().search(case.price, slack=0, keep=1, limit=1, going=lambda: False)
    assert (found.bound, found.complete) == (4, True)


def test_partners_are_the_best_that_fit_beside_an_item() -> None:
    gain = np.array([[0, 5, 4], [5, 0, 1], [4, 1, 0]])
    pricing = SetPricing(gain, np.array([[1, 1, 1]]), np.array([2]), np.arange(3))
    assert pricing.partners.tolist() == [5, 5, 4]
