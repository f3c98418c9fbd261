"""Knapsacks over two resources, against trying every number of each item."""

from __future__ import annotations

import random
from itertools import product

import numpy as np
import pytest

from placer.fleet.bound.tables import fill


def best(loads: list[tuple[int, int]], prices: list[int], vcpus: int, memory: int) -> int:
    counts = [range(9) for _ in loads]
    return max(
        sum(n * price for n, price in zip(each, prices, strict=True))
        for each in product(*counts)
        if all(sum(n * load[i] for n, load in zip(each, loads, strict=True)) <= (vcpus, memory)[i] for i in (0, 1))
    )


@pytest.mark.parametrize("seed", range(12))
def test_every_capacity_holds_the_best_filling(seed: int) -> None:
    draw = random.Random(seed)
    loads = [(draw.randint(0, 3), draw.randint(1, 3)) for _ in range(3)]
    prices = [draw.randint(0, 9) for _ in loads]
    table = fill(loads, [float(price) for price in prices], 7, 8)
    for vcpus, memory in ((7, 8), (3, 8), (7, 4), (0, 5), (0, 0)):
        assert table.value[vcpus, memory] == best(loads, prices, vcpus, memory)


def test_a_filling_is_worth_what_its_table_says_and_fits() -> None:
    loads, prices = [(2, 1), (3, 4), (0, 3)], [2.5, 6.0, 1.0]
    table = fill(loads, prices, 12, 14)
    vcpus, memory = map(np.ravel, np.indices(table.value.shape))
    counts = table.fillings(vcpus, memory)
    assert np.allclose(counts @ np.array(prices), table.value.ravel())
    used = counts @ np.array(loads)
    assert (used[:, 0] <= vcpus).all()
    assert (used[:, 1] <= memory).all()


def test_items_without_a_price_or_too_large_are_left_out() -> None:
    table = fill([(1, 1), (9, 1)], [0.0, 5.0], 4, 4)
    assert not table.value.any()
    assert table.fillings(np.array([4]), np.array([4])).tolist() == [[0, 0]]
