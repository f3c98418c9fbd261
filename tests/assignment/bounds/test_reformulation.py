"""The bound of the reformulation: never above the least cost of all assignments, whatever the multipliers."""

from __future__ import annotations

import os
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from placer.assignment import IntArray
from placer.assignment.bounds.reformulation import Multipliers, PairProblem, exact_bound, reformulation_bound


def drawn(n: int, m: int, resources: int, seed: int, largest: int = 30) -> PairProblem:
    """Draw flows and distances without symmetry, two of them in every third problem, and forbidden sites."""
    random = np.random.default_rng([n, m, resources, seed])
    weight = random.integers(0, 9, (resources, n))
    fits = random.random((n, m)) < 0.8
    fits[np.arange(n), random.integers(0, m, n)] = True
    flows = []
    for _ in range(1 + (seed % 3 == 0)):
        flow = random.integers(0, largest, (n, n)) * (random.random((n, n)) < 0.7)
        np.fill_diagonal(flow, 0)
        flows.append((flow, random.integers(0, largest, (m, m))))
    return PairProblem(
        linear=random.integers(-largest, largest, (n, m)),
        flows=tuple(flows),
        fits=fits,
        weight=weight,
        capacity=random.integers(int(1.5 * weight.max()), weight.sum(axis=1).max() + 9, (resources, m)),
    )


def permutation(n: int, seed: int) -> PairProblem:
    """Draw a problem whose sites hold one item each."""
    problem = drawn(n, n, 1, seed)
    one = np.ones((1, n), dtype=np.int64)
    return PairProblem(
        linear=problem.linear, flows=problem.flows, fits=np.ones((n, n), dtype=bool), weight=one, capacity=one
    )


def least_cost(problem: PairProblem) -> int | None:
    """Give the least cost of all assignments that keep the rules; None where there is none."""
    n, m = problem.fits.shape
    every = np.array(list(product(range(m), repeat=n)))
    good = problem.fits[np.arange(n), every].all(axis=1)
    for weight, capacity in zip(problem.weight, problem.capacity, strict=True):
        for p in range(m):
            good &= (every == p) @ weight <= capacity[p]
    every = every[good]
    cost = problem.linear[np.arange(n), every].sum(axis=1)
    for flow, distance in problem.flows:
        cost = cost + (distance[every[:, :, None], every[:, None, :]] * flow).sum(axis=(1, 2))
    return int(cost.min()) if len(cost) else None


def bounded(problem: PairProblem, goal: int, start: Multipliers | None = None, steps: int = 400) -> int:
    return reformulation_bound(problem, start, steps=steps, clock=lambda: 0.0, goal=goal)


@pytest.mark.parametrize(("n", "m", "resources"), [(2, 2, 1), (3, 4, 1), (5, 3, 1), (4, 5, 2), (6, 3, 2)])
@pytest.mark.parametrize("largest", [5, 10**6])
def test_no_bound_is_above_the_least_cost_of_all_assignments(n: int, m: int, resources: int, largest: int) -> None:
    feasible = 0
    for seed in range(8):
        problem = drawn(n, m, resources, seed, largest)
        least = least_cost(problem)
        if least is not None:
            feasible += 1
            assert bounded(problem, least) <= least
    assert feasible > 4


def test_any_multipliers_give_a_bound() -> None:
    random = np.random.default_rng(2)
    for seed in range(30):
        problem = drawn(4, 3, 1, seed)
        least = least_cost(problem)
        for scale in (1e-3, 1.0, 1e4):
            at = (
                random.normal(0, scale, (4, 4, 3)),
                random.exponential(scale, (4, 3, 3)),
                random.exponential(scale, 3),
            )
            assert least is None or exact_bound(problem, at) <= least


def test_bounds_come_near_the_least_cost() -> None:
    parts = []
    for seed in range(10):
        problem = permutation(5, seed)
        least, worst = least_cost(problem), int(problem.linear.min(axis=1).sum())
        assert least is not None
        parts.append((bounded(problem, least) - worst) / (least - worst))
    assert max(parts) <= 1
    assert np.mean(parts) > 0.85


def test_the_capacity_that_is_left_beside_an_item_counts() -> None:
    """
    Three items of weight 2 on three sites for 5: room of 3 is left beside each, for 1.5 of the two others.

    So half an item is apart from each, for 20, which each pair counts twice: 3 * 0.5 * 20 / 2. Each pair by itself may
    be together.
    """
    apart = 1 - np.eye(3, dtype=np.int64)
    problem = PairProblem(
        linear=np.zeros((3, 3), dtype=np.int64),
        flows=((10 * apart, apart),),
        fits=np.ones((3, 3), dtype=bool),
        weight=np.full((1, 3), 2),
        capacity=np.full((1, 3), 5),
    )
    assert least_cost(problem) == 40
    assert bounded(problem, 40) == 15
    zeros = np.zeros((3, 3, 3)), np.zeros((3, 3, 3)), np.zeros(3)
    assert exact_bound(problem, zeros) == 0


def test_two_items_share_a_site_that_holds_both_in_every_resource() -> None:
    """Weights of 2 and 3 on sites for 5, 4 and 5; the last has no room for two in another resource."""
    problem = PairProblem(
        linear=np.zeros((2, 3), dtype=np.int64),
        flows=((np.array([[0, 2], [1, 0]]), np.array([[0, 10, 20], [30, 0, 40], [50, 60, 0]])),),
        fits=np.array([[True, True, True], [False, True, True]]),
        weight=np.array([[2, 3], [1, 1]]),
        capacity=np.array([[5, 4, 5], [2, 2, 1]]),
    )
    assert problem.open(0).astype(int).tolist() == [[[0, 1, 1], [0, 0, 1], [0, 1, 0]]]
    assert problem.pairs(0).tolist() == [[[0, 50, 90], [70, 0, 140], [120, 160, 0]]]
    everywhere = replace(problem, fits=np.ones((2, 3), dtype=bool))
    assert everywhere.open(0)[0].diagonal().tolist() == [True, False, False]


def test_it_ends_at_its_goal_and_when_its_time_is_over() -> None:
    problem = permutation(6, 1)
    far = bounded(problem, 10**9)
    near = bounded(problem, far // 2)
    assert far // 2 <= near < far
    looks: list[int] = []

    def clock() -> float:
        looks.append(1)
        return len(looks) / 5

    reformulation_bound(problem, None, steps=1000, clock=clock, goal=10**9)
    assert len(looks) == 5


def test_numbers_too_large_for_exact_sums_and_pairs_that_fit_nowhere_give_no_bound() -> None:
    problem = permutation(4, 1)
    zeros = np.zeros((4, 4, 4)), np.zeros((4, 4, 4)), np.zeros(4)
    assert exact_bound(problem, (zeros[0] + 1e18, *zeros[1:])) == 0
    lone = PairProblem(
        linear=problem.linear[:2, :1],
        flows=((problem.flows[0][0][:2, :2], np.zeros((1, 1), dtype=np.int64)),),
        fits=np.ones((2, 1), dtype=bool),
        weight=np.ones((1, 2), dtype=np.int64),
        capacity=np.ones((1, 1), dtype=np.int64),
    )
    assert bounded(lone, 10**9) == 0


def test_a_permutation_of_qaplib_is_bounded_as_its_linear_program_is() -> None:
    """The linear program of nug12 has the optimum 522.89 (Resende, Ramakrishnan and Drezner 1995); its cost is 578."""
    if "PLACER_CORPUS" not in os.environ:
        pytest.skip("PLACER_CORPUS does not say where the corpus lies")
    words = (Path(os.environ["PLACER_CORPUS"]) / "qaplib" / "nug12.dat").read_text().split()
    matrices: IntArray = np.array(words[1:289], dtype=np.int64).reshape(2, 12, 12)
    one = np.ones((1, 12), dtype=np.int64)
    problem = PairProblem(
        linear=np.zeros((12, 12), dtype=np.int64),
        flows=((matrices[0], matrices[1]),),
        fits=np.ones((12, 12), dtype=bool),
        weight=one,
        capacity=one,
    )
    assert 515 <= bounded(problem, 578, steps=1500) <= 523
