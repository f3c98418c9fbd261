"""Flows times distances, by hand."""

from __future__ import annotations

import numpy as np

from placer.assignment import Flow

# item 1 does not take part
TERM = Flow(name="t", items=np.array([0, 2]), flow=np.array([[1, 10], [0, 100]]), distance=np.array([[2, 5], [7, 3]]))


def test_a_flow_goes_from_the_senders_site_to_the_receivers_and_from_an_item_to_itself() -> None:
    # 1 x d00 + 10 x d00 + 100 x d00; (0, 1): 1 x d00 + 10 x d01 + 100 x d11; (1, 0): 1 x d11 + 10 x d10 + 100 x d00
    rows = np.array([[0, 9, 0], [0, 9, 1], [1, 9, 0], [1, 9, 1]])
    assert TERM.evaluate(rows).tolist() == [222, 352, 273, 333]


def test_the_lower_bound_takes_each_direction_at_its_closest() -> None:
    term = Flow(name="t", items=np.array([0, 1]), flow=np.array([[0, 3], [2, 0]]), distance=np.array([[9, 5], [7, 9]]))
    assert term.lower_bound(np.array([[True, False], [True, True]])) == 3 * 5 + 2 * 7
    # either order of the two sites: 5 there and 5 back, though no assignment has both
    assert term.lower_bound(np.ones((2, 2), dtype=bool)) == 3 * 5 + 2 * 5


def test_a_partial_assignment_pays_for_the_flows_between_its_items_whatever_their_order() -> None:
    everywhere = np.ones((3, 2), dtype=bool)
    rows, rest = np.array([[1, 0], [0, 1]]), np.array([1])
    assert TERM.partial_bound(rows, np.array([2, 0]), rest, everywhere).tolist() == [352, 273]
    assert TERM.partial_bound(rows[:, :1], np.array([2]), np.array([0, 1]), everywhere).tolist() == [300, 200]


def test_new_sites_are_at_no_distance() -> None:
    assert TERM.widened(3, 3, {}).evaluate(np.array([[0, 0, 2], [2, 0, 2]])).tolist() == [2, 0]
