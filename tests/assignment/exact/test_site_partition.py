"""Partitions into sets on sites: the optimum by brute force, and worked by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

import placer
from placer.assignment import Problem
from placer.assignment.context import SearchContext
from placer.assignment.exact import site_partition
from placer.assignment.exact.site_partition import solve_by_site_sets, with_site_sets
from placer.assignment.structure.term_index import TermIndex
from tests.assignment.bounds.test_site_sets import optimum, some_problem


def any_assignment(problem: Problem, seed: int) -> np.ndarray | None:
    rows = np.random.default_rng(seed).integers(0, problem.m, (400, problem.n))
    rows = rows[problem.feasible(rows)]
    return rows[0] if len(rows) else None


def test_it_finds_and_proves_the_optimum() -> None:
    proved = 0
    for seed in range(120):
        problem = some_problem(seed)
        expected, start = optimum(problem), any_assignment(problem, seed)
        if expected is None or start is None:
            continue
        bound, found = solve_by_site_sets(TermIndex(problem), 0, start, lambda: True, lambda: math.inf)
        assert problem.feasible(found[None, :])[0]
        if bound:
            assert bound == expected == problem.evaluate(found[None, :])[0, 0], seed
            proved += 1
    assert proved > 60


def test_a_search_that_ends_early_keeps_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site_partition, "NODES", 2)
    compared = 0
    for seed in range(60):
        problem = some_problem(seed)
        expected, start = optimum(problem), any_assignment(problem, seed)
        if expected is not None and start is not None:
            bound, found = solve_by_site_sets(TermIndex(problem), 0, start, lambda: True, lambda: math.inf)
            assert bound <= expected <= problem.evaluate(found[None, :])[0, 0]
            compared += 1
    assert compared > 30


def a_ring_on_a_line() -> Problem:
    """Six items in a ring, two for each of three sites on a line, 0, 1 and 2 apart."""
    problem = placer.gqap(
        cost=np.zeros((6, 3), dtype=np.int64),
        flow=np.roll(np.eye(6, dtype=np.int64), 1, axis=1),
        distance=abs(np.arange(3)[:, None] - np.arange(3)),
        weight=[1] * 6,
        capacity=[2] * 3,
    )
    return replace(problem, groups=(np.arange(6),))


def test_a_ring_passes_each_step_of_a_line_twice() -> None:
    """Each site holds two neighbours; the ring goes out and comes back, so that two steps are passed twice: 4."""
    problem, start = a_ring_on_a_line(), np.array([0, 1, 2, 0, 1, 2])
    assert optimum(problem) == 4
    context = SearchContext(time_limit_s=10)
    found, bounds = with_site_sets(TermIndex(problem), start, (0,), context)
    assert bounds == (4,)
    assert problem.evaluate(found[None, :])[0].tolist() == [4]


def test_without_time_the_known_assignment_stays() -> None:
    problem, start = a_ring_on_a_line(), np.array([0, 1, 2, 0, 1, 2])
    found, bounds = with_site_sets(TermIndex(problem), start, (0,), SearchContext(time_limit_s=0))
    assert found.tolist() == start.tolist()
    assert bounds[0] <= 4
