"""Robust tabu search over permutations: its costs are those of the definition, and it finds what enumeration finds."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

import placer
from placer.assignment import Problem
from placer.assignment.context import SearchContext
from placer.assignment.heuristics.permutation_search import holds_one_item_a_site, permutation_search


def a_problem(n: int, m: int, seed: int, *, symmetric: bool = False, weight: int = 1, capacity: int = 1) -> Problem:
    random = np.random.default_rng(seed)
    distance = random.integers(0, 20, (m, m))  # the own distance of a site is no 0 either
    return placer.gqap(
        cost=random.integers(-5, 50, (n, m)),
        flow=random.integers(0, 9, (n, n)),
        distance=distance + distance.T if symmetric else distance,
        weight=np.full(n, weight),
        capacity=np.full(m, capacity),
    )


@pytest.mark.parametrize("symmetric", [True, False])
@pytest.mark.parametrize(("n", "m"), [(2, 2), (6, 6), (4, 7)])
def test_it_finds_the_least_of_all_permutations(n: int, m: int, symmetric: bool) -> None:
    for seed in range(6):
        problem = a_problem(n, m, seed, symmetric=symmetric)
        every = np.array(list(permutations(range(m), n)))
        found = permutation_search(problem, SearchContext(seed=seed), time_limit_s=60, patience=200)
        assert problem.evaluate(found[None, :])[0, 0] == problem.evaluate(every)[:, 0].min()


@pytest.mark.parametrize("symmetric", [True, False])
def test_costs_stay_those_of_the_definition_move_after_move(symmetric: bool) -> None:
    told: list[int] = []
    problem = a_problem(15, 17, 3, symmetric=symmetric)
    context = SearchContext(on_progress=lambda progress: told.append(progress.costs[0]))
    found = permutation_search(problem, context, time_limit_s=60, patience=100)
    assert len(set(found.tolist())) == 15
    assert problem.evaluate(found[None, :])[0, 0] == told[-1]
    assert told == sorted(told, reverse=True)


def test_it_starts_from_an_assignment_and_ends_at_its_bound() -> None:
    problem = a_problem(12, 12, 5)
    good = permutation_search(problem, SearchContext(), time_limit_s=60, patience=300)
    cost = int(problem.evaluate(good[None, :])[0, 0])
    again = permutation_search(problem, SearchContext(), time_limit_s=60, start=good, bound=cost)
    assert again.tolist() == good.tolist()
    kept = permutation_search(problem, SearchContext(), time_limit_s=0, start=good)
    assert kept.tolist() == good.tolist()


@pytest.mark.parametrize(
    ("problem", "holds"),
    [
        (a_problem(4, 5, 0), True),
        (a_problem(4, 5, 0, weight=3, capacity=5), True),
        (a_problem(4, 5, 0, weight=2, capacity=5), False),  # two fit
        (a_problem(4, 5, 0, weight=2, capacity=1), False),  # none fits
        (a_problem(5, 4, 0), False),  # more items than sites
    ],
)
def test_it_is_for_sites_that_hold_any_item_and_no_two(problem: Problem, holds: bool) -> None:
    assert holds_one_item_a_site(problem) is holds


def test_one_seed_makes_the_same_moves() -> None:
    problem = a_problem(20, 20, 1)
    answers = [permutation_search(problem, SearchContext(seed=7), time_limit_s=60, patience=30) for _ in range(2)]
    assert answers[0].tolist() == answers[1].tolist()
