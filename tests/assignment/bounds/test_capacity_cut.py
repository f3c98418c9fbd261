"""The least cut between two sides of some weight: as trying every division says."""

from __future__ import annotations

import numpy as np
import pytest

from placer.assignment import IntArray
from placer.assignment.bounds.capacity_cut import NEVER, least_cut


def by_trial(flow: IntArray, weight: IntArray, least: tuple[int, int]) -> int:
    best = NEVER
    for number in range(1 << len(weight)):
        side = np.array([bool(number >> v & 1) for v in range(len(weight))])
        if weight[~side].sum() >= least[0] and weight[side].sum() >= least[1]:
            best = min(best, int(flow[np.ix_(side, ~side)].sum()))
    return best


def a_graph(seed: int) -> tuple[IntArray, IntArray, tuple[int, int]]:
    random = np.random.default_rng(seed)
    n = int(random.integers(2, 10))
    flow = np.triu(random.integers(0, 20, (n, n)) * (random.random((n, n)) < 0.6), 1)
    weight = random.integers(0, 9, n) * (1 if seed % 2 else 100_003)
    whole = int(weight.sum())
    return flow + flow.T, weight, (whole * int(random.integers(0, 7)) // 10, whole * int(random.integers(0, 5)) // 10)


def test_it_is_the_least_of_all_divisions() -> None:
    cut = 0
    for seed in range(200):
        flow, weight, least = a_graph(seed)
        found, expected = least_cut(flow, weight, least, limit=10**9, going=lambda: True), by_trial(flow, weight, least)
        if seed % 2:  # weights of few units are counted exactly
            assert found == expected, seed
        assert found <= expected, seed
        cut += 0 < found < NEVER
    assert cut > 50


@pytest.mark.parametrize("limit", [1, 5])
def test_a_search_that_is_cut_short_is_no_larger(limit: int) -> None:
    for seed in range(100):
        flow, weight, least = a_graph(seed)
        assert least_cut(flow, weight, least, limit=limit, going=lambda: True) <= by_trial(flow, weight, least), seed
        assert least_cut(flow, weight, least, limit=10**9, going=lambda: False) <= by_trial(flow, weight, least), seed


def test_sides_that_may_be_empty_cut_nothing() -> None:
    assert least_cut(np.array([[0, 3], [3, 0]]), np.array([1, 1]), (0, 0), limit=9, going=lambda: True) == 0


def test_no_division_gives_both_sides_their_weight() -> None:
    assert least_cut(np.array([[0, 3], [3, 0]]), np.array([1, 5]), (2, 2), limit=9, going=lambda: True) == NEVER


def test_a_chain_is_cut_at_its_thinnest_link_that_leaves_enough() -> None:
    """0 -9- 1 -2- 2 -5- 3: the thinnest link leaves two on each side; three on one side cost 5 or 9."""
    flow = np.zeros((4, 4), dtype=np.int64)
    for v, amount in enumerate((9, 2, 5)):
        flow[v, v + 1] = flow[v + 1, v] = amount
    assert least_cut(flow, np.ones(4, dtype=np.int64), (2, 2), limit=999, going=lambda: True) == 2
    assert least_cut(flow, np.ones(4, dtype=np.int64), (3, 1), limit=999, going=lambda: True) == 5
