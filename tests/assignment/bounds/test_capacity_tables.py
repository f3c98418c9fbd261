"""Knapsack tables: worked by hand, and never below what can be gained."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from placer.assignment.bounds.capacity_tables import UNITS, CapacityTables

GAIN = np.array([[0, 5, 4, 3], [5, 0, 1, 1], [4, 1, 0, 1], [3, 1, 1, 0]])


def test_an_item_gains_from_those_that_fill_the_room_best() -> None:
    tables = CapacityTables.of(np.array([1, 3, 2, 2]), 5, GAIN)
    assert tables.table[0, 0].tolist() == [0, 0, 4, 5, 7, 9]
    assert tables.table[2, 0].tolist() == [0, 0, 4, 4, 7, 7]


def test_the_item_itself_takes_its_part_of_the_capacity_left() -> None:
    tables = CapacityTables.of(np.array([1, 3, 2, 2]), 5, GAIN)
    # room of 4 beside item 0, 2 beside item 1, 3 beside items 2 and 3
    assert tables.gained(0, np.array([[5]])).tolist() == [[7, 5, 5, 4]]


def test_the_capacity_is_filled_with_what_is_worth_most() -> None:
    tables = CapacityTables.of(np.array([1, 3, 2, 2]), 5, GAIN)
    assert tables.filled(0, np.array([[1, 9, 4, 6]] * 2), np.array([5, 4])).tolist() == [15, 10]
    assert tables.filled(1, np.array([[-1, 4, 6]]), np.array([4])).tolist() == [10]


def test_parts_of_a_large_capacity_promise_no_less_than_exact_sums() -> None:
    random = np.random.default_rng(0)
    for _ in range(20):
        weight, capacity = random.integers(1, 10**6, 6), int(random.integers(10**6, 2 * 10**6))
        gain = random.integers(0, 9, (6, 6))
        gain = gain + gain.T
        tables = CapacityTables.of(weight, capacity, gain)
        assert tables.most <= UNITS
        sets = [others for k in range(6) for others in combinations(range(1, 6), k)]
        room = capacity - int(weight[0])
        most = max(int(gain[0, list(s)].sum()) for s in sets if weight[list(s)].sum() <= room)
        assert tables.gained(0, np.array([[capacity]]))[0, 0] >= most
