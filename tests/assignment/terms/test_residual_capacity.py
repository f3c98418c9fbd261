"""Room left on the sites in use, by hand."""

from __future__ import annotations

import numpy as np

from placer.assignment import ResidualCapacity

TERM = ResidualCapacity(name="t", weight=np.array([5, 4]), room=np.array([26, 19, -1]), unit=10)


def test_only_sites_in_use_count_and_each_is_rounded_down_by_itself() -> None:
    # (26 - 9) // 10; (26 - 5) // 10 + (19 - 4) // 10; nothing for the site that does not count
    assert TERM.evaluate(np.array([[0, 0], [0, 1], [2, 2], [2, 1]])).tolist() == [1, 2 + 1, 0, 1]


def test_an_item_that_is_no_user_puts_no_site_in_use() -> None:
    users = np.array([True, False])
    term = ResidualCapacity(name="t", weight=np.array([5, 0]), room=np.array([26, 19]), unit=10, users=users)
    assert term.evaluate(np.array([[0, 1], [1, 0], [1, 1]])).tolist() == [2, 1, 1]


def test_a_partial_assignment_may_still_lose_all_the_weight_of_the_rest() -> None:
    even = ResidualCapacity(name="t", weight=np.array([10, 20]), room=np.array([60, 50]), unit=10)
    everywhere = np.ones((2, 2), dtype=bool)
    assert even.partial_bound(np.array([[0], [1]]), np.array([0]), np.array([1]), everywhere).tolist() == [5 - 2, 4 - 2]
    # weights that are no multiples of the unit may lose one unit more on each site by rounding
    odd = ResidualCapacity(name="t", weight=np.array([10, 21]), room=np.array([60, 50]), unit=10)
    assert odd.partial_bound(np.array([[0], [1]]), np.array([0]), np.array([1]), everywhere).tolist() == [1, 0]


def test_a_new_item_is_no_user_and_a_new_site_does_not_count() -> None:
    assert TERM.widened(3, 4, {}).evaluate(np.array([[0, 0, 1], [3, 3, 0]])).tolist() == [1, 0]
