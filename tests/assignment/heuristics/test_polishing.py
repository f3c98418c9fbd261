"""Steepest descent: its neighbours are all there are, worked by hand, and it ends at what enumeration finds."""

from __future__ import annotations

from itertools import product

import numpy as np

import placer
from placer.assignment import IntArray
from placer.assignment.heuristics.polishing import exchanged_sites, images, polished, rotated, shifted
from placer.assignment.structure.term_index import TermIndex


def rows(found: IntArray) -> set[tuple[int, ...]]:
    return set(map(tuple, found.tolist()))


def test_all_items_on_two_sites_change_places_and_an_unused_site_takes_those_of_another() -> None:
    assert rows(exchanged_sites(np.array([0, 0, 2]), 3)) == {(1, 1, 2), (2, 2, 0), (0, 0, 1)}


def test_one_item_is_shifted_or_two_on_different_sites_change_places() -> None:
    assert rows(shifted(np.array([0, 0, 1]), 2)) == {(1, 0, 1), (0, 1, 1), (0, 0, 0), (1, 0, 0), (0, 1, 0)}


def test_three_items_on_three_sites_rotate_either_way() -> None:
    assert rows(rotated(np.array([0, 1, 2]))) == {(1, 2, 0), (2, 0, 1)}
    assert rows(rotated(np.array([0, 0, 1]))) == set()


def test_images_keep_all_distances_and_there_are_none_where_distances_differ() -> None:
    # sites 0 and 1 are near each other, so are 2 and 3; site 4 is nobody's neighbour
    distance = np.full((5, 5), 9)
    distance[:2, :2] = distance[2:4, 2:4] = 3
    np.fill_diagonal(distance, 1)
    assert rows(np.array(images(distance, np.array([0, 1, 1, 0])))) == {(1, 0, 0, 1), (2, 3, 3, 2), (3, 2, 2, 3)}
    lopsided = distance.copy()
    lopsided[3, 2] = 4
    assert rows(np.array(images(lopsided, np.array([0, 1, 1, 0])))) == {(1, 0, 0, 1)}


def test_an_image_leads_to_where_there_is_more_room() -> None:
    # two pairs of near sites: on sites 2 and 3 the items that talk fit together, on 0 and 1 they do not
    distance = np.array([[0, 5, 9, 9], [5, 0, 9, 9], [9, 9, 0, 5], [9, 9, 5, 0]])
    problem = placer.gqap(
        cost=np.zeros((2, 4), dtype=np.int64),
        flow=np.array([[0, 7], [7, 0]]),
        distance=distance,
        weight=np.array([2, 2]),
        capacity=np.array([3, 3, 4, 4]),
    )
    found = polished(TermIndex(problem), 0, [np.array([0, 1])], lambda: True)
    assert problem.evaluate(found[None, :])[0, 0] == 0
    assert rows(found[None, :]) <= {(2, 2), (3, 3)}


def test_it_gives_the_least_of_all_neighbours_when_nothing_is_left_to_gain() -> None:
    for seed in range(6):
        random = np.random.default_rng(seed)
        problem = placer.gqap(
            cost=random.integers(0, 30, (4, 3)),
            flow=random.integers(0, 9, (4, 4)),
            distance=random.integers(0, 20, (3, 3)),
            weight=random.integers(1, 3, 4),
            capacity=np.full(3, 4),
        )
        every = np.array(list(product(range(3), repeat=4)))
        every = every[problem.feasible(every)]
        costs = problem.evaluate(every)[:, 0]
        found = polished(TermIndex(problem), 0, list(every), lambda: True)
        assert problem.evaluate(found[None, :])[0, 0] == costs.min()
        one = polished(TermIndex(problem), 0, [every[int(costs.argmax())]], lambda: True)
        assert problem.feasible(one[None, :])[0]
        near = np.concatenate([exchanged_sites(one, 3), shifted(one, 3), rotated(one)])
        near = near[problem.feasible(near)]
        assert problem.evaluate(one[None, :])[0, 0] <= problem.evaluate(near)[:, 0].min()


def test_without_time_the_first_start_comes_back() -> None:
    flow = placer.gqap(
        cost=np.array([[5, 0], [5, 0]]), flow=np.array([[0, 1], [1, 0]]), distance=np.array([[0, 1], [1, 0]]),
        weight=np.array([1, 1]), capacity=np.array([2, 2]),
    )  # fmt: skip
    assert polished(TermIndex(flow), 0, [np.array([0, 0])], lambda: False).tolist() == [0, 0]
