"""Greedy construction: allowed sites, the cheapest of them, and items that stay."""

from __future__ import annotations

import numpy as np

import placer
from placer.assignment.heuristics.greedy import greedy_construction
from placer.assignment.structure.term_index import TermIndex
from placer.lowering.lower import lower
from tests.support.random_instances import random_instance


def test_every_item_stands_on_an_allowed_site() -> None:
    for seed in range(100):
        problem = lower(random_instance(seed)).problem
        if problem.allowed.any(axis=1).all():
            site_of = greedy_construction(TermIndex(problem), np.random.default_rng(seed))
            assert problem.allowed[np.arange(problem.n), site_of].all()


def three_items() -> TermIndex:
    """Items of weights 3, 2 and 1 on two sites of capacity 4; only the flow of 5 between items 0 and 2 costs."""
    problem = placer.gqap(
        cost=[[0, 1], [0, 0], [0, 0]],
        flow=[[0, 0, 5], [0, 0, 0], [0, 0, 0]],
        distance=[[0, 2], [2, 0]],
        weight=[3, 2, 1],
        capacity=[4, 4],
    )
    return TermIndex(problem)


def test_the_largest_goes_first_and_each_where_it_costs_least() -> None:
    """Item 0 on site 0, item 1 does not fit beside it, item 2 joins item 0."""
    assert greedy_construction(three_items(), np.random.default_rng(0)).tolist() == [0, 1, 0]


def test_kept_items_stay_and_the_others_are_placed_beside_them() -> None:
    """Item 0 stays on site 1, where it costs 1; the flow draws item 2 there, and only site 0 has room for item 1."""
    kept = np.array([1, -1, -1])
    for seed in range(5):
        assert greedy_construction(three_items(), np.random.default_rng(seed), kept).tolist() == [1, 0, 1]


def test_an_item_that_fits_nowhere_goes_to_the_site_with_most_room() -> None:
    problem = placer.gqap(
        cost=[[0, 0]] * 3, flow=[[0] * 3] * 3, distance=[[0, 0]] * 2, weight=[4, 3, 2], capacity=[4, 4]
    )
    # 4 on site 0 and 3 on site 1, then 0 and 1 are left for a weight of 2
    assert greedy_construction(TermIndex(problem), np.random.default_rng(0)).tolist() == [0, 1, 1]
