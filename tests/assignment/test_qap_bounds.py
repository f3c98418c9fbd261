"""Bounds for a part of the time: valid, better than Gilmore-Lawler, and within the clock."""

from __future__ import annotations

import os
from itertools import product
from pathlib import Path
from threading import Event

import numpy as np
import pytest

import placer
from benchmarks.gqap import read_qaplib
from placer.assignment.bounds.gilmore_lawler import gilmore_lawler_bound
from placer.assignment.context import SearchContext
from placer.assignment.qap_bounds import assignment_bound, permutation_bound, root_bound
from placer.assignment.structure.term_index import TermIndex
from tests.assignment.heuristics.test_permutation_search import a_problem


def crowded(n: int, m: int, seed: int) -> placer.Problem:
    """Draw a generalized problem whose capacity is nearly used up."""
    random = np.random.default_rng([n, m, seed])
    weight = random.integers(1, 9, n)
    return placer.gqap(
        cost=random.integers(0, 50, (n, m)),
        flow=random.integers(0, 9, (n, n)),
        distance=random.integers(0, 50, (m, m)),
        weight=weight,
        capacity=np.full(m, int(1.3 * weight.sum() / m) + 4),
    )


def least_cost(problem: placer.Problem) -> int:
    every = np.array(list(product(range(problem.m), repeat=problem.n)))
    every = every[problem.feasible(every)]
    return int(problem.evaluate(every)[:, 0].min())


@pytest.mark.parametrize(("n", "m"), [(5, 5), (5, 6), (6, 6)])
def test_bounds_of_permutations_hold_and_are_no_worse_than_that_of_the_root(n: int, m: int) -> None:
    for seed in range(6):
        problem = a_problem(n, m, seed)
        least, root = least_cost(problem), root_bound(problem)
        bound = permutation_bound(problem, SearchContext(deterministic_limit=1.0), least, 0)
        assert root <= bound <= least


@pytest.mark.parametrize(("n", "m"), [(4, 3), (6, 3), (5, 5)])
def test_bounds_of_generalized_problems_hold(n: int, m: int) -> None:
    above = []
    for seed in range(6):
        problem = crowded(n, m, seed)
        least = least_cost(problem)
        bound = assignment_bound(problem, SearchContext(deterministic_limit=1.0), least)
        assert bound <= least
        above.append(bound - gilmore_lawler_bound(TermIndex(problem), 0))
    assert np.mean(above) > 0


@pytest.mark.parametrize(
    ("name", "known", "least"), [("had20", 6600, 6922), ("tai20a", 590_000, 703_482), ("wil50", 46_000, 48_816)]
)
def test_bounds_of_qaplib_are_near_the_best_known_costs(name: str, known: int, least: int) -> None:
    """Gilmore-Lawler gives 6166, 580674 and 38069."""
    if "PLACER_CORPUS" not in os.environ:
        pytest.skip("PLACER_CORPUS does not say where the corpus lies")
    problem = read_qaplib(Path(os.environ["PLACER_CORPUS"]) / "qaplib" / f"{name}.dat")
    assert (
        known < permutation_bound(problem, SearchContext(deterministic_limit=1.0, time_limit_s=60), least, 0) <= least
    )


def test_loads_of_the_tier_count_beside_the_flows() -> None:
    """Items of load 1 on two sites whose price is 10 for each unit: two items cost 20 more."""
    random = np.random.default_rng(1)
    plain = placer.gqap(
        cost=random.integers(0, 5, (2, 2)),
        flow=[[0, 3], [2, 0]],
        distance=[[0, 4], [5, 0]],
        weight=[1, 1],
        capacity=[1, 1],
    )
    load = placer.ConvexLoad(
        name="load",
        weight=np.ones(2, dtype=np.int64),
        pool_of=np.arange(2),
        table=np.array([[0, 10, 20], [0, 10, 20]]),
    )
    loaded = placer.Problem(
        allowed=plain.allowed,
        resources=plain.resources,
        groups=plain.groups,
        incompatible=plain.incompatible,
        tiers=((*plain.tiers[0], load),),
    )
    limits = SearchContext(deterministic_limit=1.0)
    assert assignment_bound(loaded, limits, 10**6) == assignment_bound(plain, limits, 10**6) + 20


def test_items_without_resources_are_bounded_too() -> None:
    problem = crowded(4, 3, 1)
    free = placer.Problem(
        allowed=problem.allowed,
        resources=(),
        groups=problem.groups,
        incompatible=problem.incompatible,
        tiers=problem.tiers,
    )
    least = least_cost(free)
    assert 0 < assignment_bound(free, SearchContext(deterministic_limit=1.0), least) <= least


def test_a_search_that_is_stopped_or_late_computes_no_bound() -> None:
    stopped = SearchContext(stop=Event())
    stopped.stop.set()
    assert assignment_bound(crowded(6, 3, 1), stopped, 10**6) == 0
    problem = a_problem(8, 8, 1)
    assert permutation_bound(problem, SearchContext(time_limit_s=0), 10**6, 0) == root_bound(problem)
