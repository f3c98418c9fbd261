"""Flows between groups: optima that are hidden by construction, and Problems too large for a model."""

from __future__ import annotations

import os
from itertools import permutations
from pathlib import Path
from random import Random

import numpy as np
import pytest

import placer
from benchmarks.gqap import read_qaplib
from placer.assignment.bounds.gilmore_lawler import gilmore_lawler_bound
from placer.assignment.context import SearchContext
from placer.assignment.heuristics.permutation_search import holds_one_item_a_site
from placer.assignment.qap_bounds import root_bound
from placer.assignment.qap_portfolio import pair_levels, solve_qap
from placer.assignment.structure.term_index import TermIndex
from tests.assignment.heuristics.test_permutation_search import a_problem


def hidden(n: int, m: int, seed: int) -> tuple[placer.Problem, list[int]]:
    """Draw an assignment that alone costs nothing: items of one site talk, and each site just holds its own."""
    random = Random(seed)
    site_of = [v % m for v in range(n)]
    random.shuffle(site_of)
    weight = [random.randint(1, 5) for _ in range(n)]
    return placer.gqap(
        cost=[[0 if site_of[v] == p else 1 for p in range(m)] for v in range(n)],
        flow=[[3 if site_of[v] == site_of[w] else 0 for w in range(n)] for v in range(n)],
        distance=[[0 if p == q else 1 + abs(p - q) for q in range(m)] for p in range(m)],
        weight=weight,
        capacity=[sum(w for w, at in zip(weight, site_of, strict=True) if at == p) for p in range(m)],
    ), site_of


@pytest.mark.parametrize("seed", range(3))
def test_a_hidden_assignment_of_forty_items_without_slack_is_found(seed: int) -> None:
    problem, site_of = hidden(40, 6, seed)
    solution = solve_qap(problem, SearchContext(time_limit_s=20, seed=seed))
    assert solution.status is placer.Status.OPTIMAL
    assert solution.costs == (0,)
    assert solution.site_of is not None
    assert solution.site_of.tolist() == site_of


def test_a_problem_too_large_for_cpsat_is_searched_until_time_is_up() -> None:
    random = np.random.default_rng(5)
    n, m = 40, 9
    problem = placer.gqap(
        cost=random.integers(0, 50, (n, m)),
        flow=random.integers(1, 50, (n, n)),
        distance=random.integers(1, 500, (m, m)),
        weight=random.integers(1, 9, n),
        capacity=np.full(m, 40),
    )
    assert pair_levels(problem) > 20_000
    solution = solve_qap(problem, SearchContext(time_limit_s=1.0))
    assert solution.status is placer.Status.FEASIBLE
    assert solution.attempts == "local search"
    assert 0.9 < solution.wall_time_s < 1.5
    assert 0 < gilmore_lawler_bound(TermIndex(problem), 0) < solution.bounds[0] < solution.costs[0]
    assert dict(solution.decisions[-1].passed_over)["qap_reformulation"] == f"gave up: bounds {solution.bounds}"


def test_levels_count_the_pairs_that_talk_and_the_distances_there_and_back() -> None:
    """Two pairs talk, and there and back is 0, 5 or 9."""
    distance = [[0, 2, 4], [3, 0, 5], [5, 0, 0]]
    problem = placer.gqap(
        cost=np.zeros((3, 3), dtype=int),
        flow=[[0, 1, 0], [0, 0, 2], [0, 1, 0]],
        distance=distance,
        weight=[1, 1, 1],
        capacity=[3, 3, 3],
    )
    assert pair_levels(problem) == 2 * 3


def test_only_flows_between_groups_make_a_quadratic_assignment() -> None:
    problem, _ = hidden(6, 2, 0)
    one = placer.Problem(
        allowed=problem.allowed,
        resources=problem.resources,
        groups=(np.arange(6),),
        incompatible=problem.incompatible,
        tiers=problem.tiers,
    )
    assert problem.has_intergroup_flow
    assert not one.has_intergroup_flow


@pytest.mark.parametrize(("n", "m"), [(1, 2), (2, 2), (5, 5), (4, 6)])
def test_permutations_are_proved_at_the_least_cost_of_all_and_no_bound_passes_it(n: int, m: int) -> None:
    every = np.array(list(permutations(range(m), n)))
    for seed in range(20):
        problem = a_problem(n, m, seed)
        least = int(problem.evaluate(every)[:, 0].min())
        solution = solve_qap(problem, SearchContext(seed=seed))
        assert (solution.status, solution.costs) == (placer.Status.OPTIMAL, (least,))
        if holds_one_item_a_site(problem):  # else no two items have a flow
            assert root_bound(problem) <= least


def test_permutations_too_large_to_prove_are_searched_until_time_is_up() -> None:
    problem = a_problem(30, 30, 1)
    solution = placer.solve_problem(problem, time_limit_s=1.0)
    assert [decision.method for decision in solution.decisions][-1] == "qap_permutations"
    assert root_bound(problem) <= solution.bounds[0] < solution.costs[0]


@pytest.mark.parametrize(("name", "least"), [("nug12", 578), ("had12", 1652), ("tai12a", 224416), ("scr12", 31410)])
def test_instances_of_qaplib_are_proved_at_their_known_optima(name: str, least: int) -> None:
    if "PLACER_CORPUS" not in os.environ:
        pytest.skip("PLACER_CORPUS does not say where the corpus lies")
    problem = read_qaplib(Path(os.environ["PLACER_CORPUS"]) / "qaplib" / f"{name}.dat")
    solution = placer.solve_problem(problem, time_limit_s=120)
    assert (solution.status, solution.costs) == (placer.Status.OPTIMAL, (least,))
