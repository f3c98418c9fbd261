"""The projection bound: never above the least cost of all permutations, and known values of the literature."""

from __future__ import annotations

import os
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from placer.assignment import IntArray
from placer.assignment.bounds.projection import projection_bound


def drawn(n: int, m: int, seed: int, largest: int = 30) -> tuple[IntArray, IntArray, IntArray]:
    """Draw costs, flows and distances, of which one kind or both are symmetric; distances to itself too."""
    random = np.random.default_rng([n, m, seed])
    linear, flow = random.integers(0, largest, (n, m)), random.integers(1, largest, (n, n))
    distance = random.integers(1, largest, (m, m))
    np.fill_diagonal(flow, 0)
    if seed % 3 != 0:
        flow = flow + flow.T
    if seed % 3 != 1:
        distance = distance + distance.T
    return linear, flow, distance


def least_cost(linear: IntArray, flow: IntArray, distance: IntArray) -> int:
    n, m = linear.shape
    every = np.array(list(permutations(range(m), n)))
    among = (distance[every[:, :, None], every[:, None, :]] * flow).sum(axis=(1, 2))
    return int((among + linear[np.arange(n), every].sum(axis=1)).min())


@pytest.mark.parametrize(("n", "m"), [(2, 2), (3, 3), (4, 4), (6, 6), (2, 5), (4, 6)])
@pytest.mark.parametrize("largest", [3, 30, 10**6])
def test_no_bound_is_above_the_least_cost_of_all_permutations(n: int, m: int, largest: int) -> None:
    for seed in range(12):
        problem = drawn(n, m, seed, largest)
        least = least_cost(*problem)
        plain = projection_bound(*problem, clock=lambda: 1.0, goal=least)
        raised = projection_bound(*problem, clock=lambda: 0.0, goal=least)
        assert plain is not None
        assert raised is not None
        assert plain <= raised <= least


def test_with_diagonals_it_is_mostly_near_the_least_cost() -> None:
    parts = []
    for seed in range(20):
        problem = drawn(6, 6, seed)
        least = least_cost(*problem)
        parts.append((projection_bound(*problem, clock=lambda: 0.0, goal=least) or 0) / least)
    assert np.mean(parts) > 0.8


@pytest.mark.parametrize("m", [2, 3, 8, 25])
def test_where_all_permutations_cost_the_same_it_is_that_cost(m: int) -> None:
    """Every item exchanges 7 with each other, so that every permutation costs 7 times all distances."""
    for seed in range(5):
        distance = np.random.default_rng([m, seed]).integers(1, 10**6, (m, m))
        np.fill_diagonal(distance, 0)
        flow = 7 * (1 - np.eye(m, dtype=np.int64))
        cost = 7 * int(distance.sum())
        linear = np.zeros((m, m), dtype=np.int64)
        plain = projection_bound(linear, flow, distance, clock=lambda: 1.0, goal=2 * cost)
        raised = projection_bound(linear, flow, distance, clock=lambda: 0.0, goal=2 * cost)
        for bound in (plain, raised):
            assert bound is not None  # what eigenvalues are rounded by is taken off
            assert cost - 1 - cost // 10**5 <= bound <= cost


def test_without_symmetry_or_flows_there_is_none() -> None:
    random = np.random.default_rng(1)
    flow, distance = random.integers(0, 9, (4, 4)), random.integers(0, 9, (4, 4))
    np.fill_diagonal(flow, 0)
    linear = np.zeros((4, 4), dtype=np.int64)
    assert projection_bound(linear, flow, distance, clock=lambda: 0.0, goal=10**9) is None
    assert projection_bound(linear, 0 * flow, distance, clock=lambda: 0.0, goal=10**9) is None


@pytest.mark.parametrize(("name", "known", "least"), [("nug20", 2196, 2570), ("nug30", 5266, 6124)])
def test_without_the_diagonals_it_is_the_bound_of_the_literature(name: str, known: int, least: int) -> None:
    """PB of Anstreicher and Brixius, Mathematical Programming 89, 2001, up to rounding."""
    if "PLACER_CORPUS" not in os.environ:
        pytest.skip("PLACER_CORPUS does not say where the corpus lies")
    words = (Path(os.environ["PLACER_CORPUS"]) / "qaplib" / f"{name}.dat").read_text().split()
    n = int(words[0])
    flow, distance = np.array(words[1 : 1 + 2 * n * n], dtype=np.int64).reshape(2, n, n)
    problem = np.zeros((n, n), dtype=np.int64), flow, distance
    assert projection_bound(*problem, clock=lambda: 1.0, goal=least) == pytest.approx(known, abs=1)
    raised = projection_bound(*problem, clock=lambda: 0.0, goal=least)
    assert raised is not None
    assert 1.02 * known < raised < least
