"""Annealing: it finds what enumeration finds, keeps every rule, and stands aside where it cannot."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

import placer
from placer.assignment import Conflict, ConvexLoad, IntArray, Problem
from placer.assignment.context import SearchContext
from placer.assignment.heuristics.annealing import anneal, annealed_tier
from placer.assignment.structure.term_index import TermIndex


def a_problem(seed: int, *, n: int = 6, m: int = 4, room: int = 4) -> Problem:
    """Give items with flows, two capacities, a price of load and a few sites that are not allowed."""
    random = np.random.default_rng(seed)
    problem = placer.gqap(
        cost=random.integers(0, 30, (n, m)),
        flow=random.integers(0, 9, (n, n)),
        distance=random.integers(0, 20, (m, m)),
        weight=random.integers(1, 3, n),
        capacity=np.full(m, room),
    )
    weight = random.integers(0, 3, n)
    steps = np.sort(random.integers(0, 40, (2, int(weight.sum()))), axis=1)
    pool_of = np.where(np.arange(m) == 0, -1, np.arange(m) % 2)
    table = np.concatenate([np.zeros((2, 1), dtype=np.int64), steps], axis=1).cumsum(axis=1)
    load = ConvexLoad(name="load", weight=weight, pool_of=pool_of, table=table)
    allowed = random.random((n, m)) < 0.9
    allowed[:, 0] = True
    return replace(problem, allowed=allowed, tiers=((*problem.tiers[0], load),))


def feasible(problem: Problem) -> IntArray:
    every = np.array(list(product(range(problem.m), repeat=problem.n)))
    return every[problem.feasible(every)]


@pytest.mark.parametrize("seed", range(8))
def test_it_finds_the_least_of_all_assignments(seed: int) -> None:
    problem = a_problem(seed)
    every = feasible(problem)
    costs = problem.evaluate(every)[:, 0]
    worst = every[int(costs.argmax())]
    found = anneal(TermIndex(problem), SearchContext(seed=seed), worst, time_limit_s=60, rounds=2)
    assert problem.feasible(found[None, :])[0]
    assert problem.evaluate(found[None, :])[0, 0] == costs.min()


def test_each_better_assignment_is_told_and_keeps_every_rule() -> None:
    told: list[int] = []
    problem = a_problem(3, n=14, m=9)
    start = placer.solve_problem(problem, strategy="first-fit-decreasing").site_of
    assert start is not None
    context = SearchContext(on_progress=lambda progress: told.append(progress.costs[0]))
    found = anneal(TermIndex(problem), context, start, time_limit_s=60, rounds=1)
    assert problem.feasible(found[None, :])[0]
    assert problem.evaluate(found[None, :])[0, 0] == told[-1]
    assert told == sorted(set(told), reverse=True)


def test_it_ends_at_a_bound_and_without_time_gives_back_its_start() -> None:
    problem = a_problem(1)
    every = feasible(problem)
    best = every[int(problem.evaluate(every)[:, 0].argmin())]
    least = int(problem.evaluate(best[None, :])[0, 0])
    logged: list[str] = []
    context = SearchContext(on_log=logged.append)
    assert (
        anneal(TermIndex(problem), context, best, time_limit_s=60, rounds=9, bounds=(least,)).tolist() == best.tolist()
    )
    assert "annealing: 0 moves" in logged[-1]
    assert anneal(TermIndex(problem), context, every[0], time_limit_s=0, rounds=9).tolist() == every[0].tolist()


def test_a_tier_is_annealed_only_where_nothing_stands_against_it() -> None:
    problem = a_problem(0)
    assert annealed_tier(TermIndex(problem)) == 0
    assert annealed_tier(TermIndex(replace(problem, tiers=((), *problem.tiers)))) == 1
    below = replace(problem, tiers=(problem.tiers[0][:1], problem.tiers[0]))
    assert annealed_tier(TermIndex(below)) is None  # a tier above has a cost
    apart = Conflict(items=~np.eye(problem.n, dtype=bool), sites=np.eye(problem.m, dtype=bool))
    assert annealed_tier(TermIndex(replace(problem, relations=(apart,)))) is None
    assert annealed_tier(TermIndex(replace(problem, tiers=((),)))) is None
