"""A price of each item on each site, by hand."""

from __future__ import annotations

import numpy as np

from placer.assignment import Linear

TERM = Linear(name="t", cost=np.array([[1, 20], [300, 4000]]))


def test_the_cost_is_the_sum_of_each_items_price_on_its_site() -> None:
    rows = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    assert TERM.evaluate(rows).tolist() == [301, 4001, 320, 4020]


def test_the_lower_bound_takes_the_cheapest_site_that_each_item_may_use() -> None:
    assert TERM.lower_bound(np.array([[False, True], [True, True]])) == 20 + 300


def test_a_partial_assignment_is_completed_at_the_cheapest_sites() -> None:
    allowed = np.array([[True, True], [False, True]])
    bound = TERM.partial_bound(np.array([[0], [1]]), np.array([0]), np.array([1]), allowed)
    assert bound.tolist() == [1 + 4000, 20 + 4000]


def test_the_largest_cost_counts_negative_prices_by_their_size() -> None:
    assert Linear(name="t", cost=np.array([[-5, 2], [3, 1]])).largest() == 5 + 3
