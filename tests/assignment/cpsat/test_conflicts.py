"""Relations in the model against every assignment, without local search."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from placer.assignment import Conflict, Linear, Problem
from placer.assignment.cpsat.conflicts import cliques
from tests.support.model_alone import assert_problem_exact

SAME, NEVER = np.eye(3, dtype=bool), np.zeros((3, 3), dtype=bool)
NEIGHBOURS = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], dtype=bool)
ALL = ~np.eye(4, dtype=bool)
PAIR = np.zeros((4, 4), dtype=bool)
PAIR[0, 1] = PAIR[1, 0] = True
EQUAL, UNEQUAL = np.tile([1, 5, 9], (4, 1)), np.array([[1, 5, 9], [2, 4, 9], [3, 3, 8], [1, 1, 7]])


def four_items(cost: np.ndarray, *relations: Conflict) -> Problem:
    """Each alone in its group: with equal costs they are one class, of which the model only counts items."""
    return Problem(
        allowed=np.ones((4, 3), dtype=bool),
        resources=(),
        groups=tuple(np.array([v]) for v in range(4)),
        incompatible=NEVER,
        tiers=((Linear(name="cost", cost=cost),),),
        relations=relations,
    )


@pytest.mark.parametrize("cost", [EQUAL, UNEQUAL], ids=["counted", "one by one"])
@pytest.mark.parametrize(
    ("items", "sites"),
    [(PAIR, SAME), (PAIR, ~SAME), (ALL, NEIGHBOURS), (PAIR, NEIGHBOURS), (ALL, ~SAME), (PAIR, SAME | NEIGHBOURS)],
    ids=["two apart", "two together", "all off neighbours", "two off neighbours", "all together", "two two apart"],
)
def test_related_items_stay_off_the_barred_pairs_of_sites(
    cost: np.ndarray, items: np.ndarray, sites: np.ndarray
) -> None:
    assert_problem_exact(four_items(cost, Conflict(items=items, sites=sites)))


@pytest.mark.parametrize("cost", [EQUAL, UNEQUAL], ids=["counted", "one by one"])
def test_four_items_apart_from_each_other_find_no_place_on_three_sites(cost: np.ndarray) -> None:
    assert_problem_exact(four_items(cost, Conflict(items=ALL, sites=SAME)))
    three = ALL.copy()
    three[3] = three[:, 3] = False
    assert_problem_exact(four_items(cost, Conflict(items=three, sites=SAME)))


def test_two_relations_hold_at_once_and_only_where_items_may_go() -> None:
    other = np.zeros((4, 4), dtype=bool)
    other[1, 2] = other[2, 1] = True
    problem = four_items(UNEQUAL, Conflict(items=PAIR, sites=~SAME), Conflict(items=other, sites=SAME))
    assert_problem_exact(problem)
    allowed = problem.allowed.copy()
    allowed[0, :2] = False
    assert_problem_exact(replace(problem, allowed=allowed))


def test_cliques_cover_every_related_pair_and_hold_no_other() -> None:
    for seed in range(30):
        random = np.random.default_rng(seed)
        upper = np.triu(random.random((7, 7)) < 0.5, 1)
        related = upper | upper.T
        found = cliques(related)
        covered = np.zeros((7, 7), dtype=bool)
        for clique in found:
            covered[np.ix_(clique, clique)] = True
        np.fill_diagonal(covered, False)
        assert (covered == related).all(), seed
