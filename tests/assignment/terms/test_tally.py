"""Tallies of partial assignments, by hand."""

from __future__ import annotations

import numpy as np

from placer.assignment.terms.tally import Tally


def test_a_tally_sums_the_weights_of_the_placed_items_by_the_place_of_their_site() -> None:
    tally = Tally.by_site(np.array([2, 3, 4]), np.array([0, 1, -1]), 2)
    held = tally.held(np.array([0, 2]), np.array([1, 2]), 3)  # item 2 stands where nothing is counted
    assert held.tolist() == [[0, 2]] * 3


def test_an_item_is_added_to_each_row_at_the_place_of_its_site_there() -> None:
    tally = Tally.by_site(np.array([2, 3, 4]), np.array([0, 1, -1]), 2)
    held = np.array([[0, 2], [0, 2], [1, 0]])
    tally.add(held, 1, np.array([0, 2, 1]))
    assert held.tolist() == [[3, 2], [0, 2], [1, 3]]


def test_places_may_differ_from_item_to_item() -> None:
    tally = Tally(weight=np.array([1, 1]), place=np.array([[0, -1], [-1, 1]]), places=2)
    held = tally.held(np.array([0]), np.array([0]), 2)
    tally.add(held, 1, np.array([0, 1]))
    assert held.tolist() == [[1, 0], [1, 1]]
