"""Branch and bound over permutations proves what enumeration finds, and leaves a bound when time is up."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from placer.assignment.context import SearchContext
from placer.assignment.exact.permutation_tree import search_permutations
from tests.assignment.heuristics.test_permutation_search import a_problem


@pytest.mark.parametrize("symmetric", [True, False])
@pytest.mark.parametrize(("n", "m"), [(2, 2), (3, 5), (6, 6), (5, 7)])
def test_a_whole_tree_proves_the_least_of_all_permutations(n: int, m: int, symmetric: bool) -> None:
    every = np.array(list(permutations(range(m), n)))
    for seed in range(8):
        problem = a_problem(n, m, seed, symmetric=symmetric)
        expected = problem.evaluate(every)[:, 0].min()
        tree = search_permutations(problem, SearchContext(), np.arange(n), time_limit_s=60, known_bound=-(10**6))
        assert (tree.cost, tree.bound) == (expected, expected)
        assert problem.evaluate(tree.site_of[None, :])[0, 0] == expected
        best = search_permutations(problem, SearchContext(), tree.site_of, time_limit_s=60, known_bound=tree.cost)
        assert (best.cost, best.nodes) == (expected, 0)


def test_without_time_the_bound_is_that_of_what_is_left() -> None:
    problem = a_problem(9, 9, 1)  # of costs above 0
    start = np.arange(9)
    whole = search_permutations(problem, SearchContext(), start, time_limit_s=60, known_bound=0)
    none = search_permutations(problem, SearchContext(), start, time_limit_s=-1, known_bound=3)
    assert (none.bound, none.nodes, none.site_of.tolist()) == (3, 0, start.tolist())
    for seconds in (0.0, 0.01, 0.02):
        some = search_permutations(problem, SearchContext(), start, time_limit_s=seconds, known_bound=0)
        assert some.bound <= whole.cost <= some.cost


def test_prunes_nearly_all_of_a_tree_of_a_dozen_items() -> None:
    """Nodes of 12! leaves are 1.3 thousand million."""
    problem = a_problem(10, 10, 4, symmetric=True)
    tree = search_permutations(problem, SearchContext(), np.arange(10), time_limit_s=60, known_bound=0)
    assert tree.bound == tree.cost
    assert tree.nodes < 100_000
