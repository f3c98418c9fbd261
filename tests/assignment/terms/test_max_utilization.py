"""The utilization of the fullest site, by hand."""

from __future__ import annotations

import numpy as np

from placer.assignment import MaxUtilization

TERM = MaxUtilization(name="t", weight=np.array([3, 4]), room=np.array([10, 0, 6]), parts=1000)


def test_the_fullest_site_counts_rounded_up_and_one_without_room_does_not() -> None:
    # 7 of 10; 3 of 10 and 4 of 6; nothing that counts; 4 of 6 alone
    assert TERM.evaluate(np.array([[0, 0], [0, 2], [1, 1], [1, 2]])).tolist() == [700, 667, 0, 667]


def test_the_lower_bound_is_the_better_of_an_even_spread_and_of_the_largest_item_alone() -> None:
    allowed = np.array([[True, False, True], [True, False, True]])
    assert TERM.lower_bound(allowed) == 438  # 7 of 16, rounded up; item 1 alone fills 4 of 10
    allowed[0, 1] = True  # item 0 may go where nothing counts: 4 of 16 spread, 4 of 10 alone
    assert TERM.lower_bound(allowed) == 400
    allowed[1, 1] = True
    assert TERM.lower_bound(allowed) == 0


def test_the_largest_cost_is_all_the_weight_on_the_smallest_site_with_room() -> None:
    assert TERM.largest() == 1167


def test_a_swap_lets_a_third_site_be_the_fullest() -> None:
    term = MaxUtilization(name="t", weight=np.array([3, 4, 5]), room=np.array([10, 10, 6]), parts=60)
    site_of = np.array([0, 1, 2])
    assert term.evaluate(site_of[None]).tolist() == [50]
    # items 0 and 1 change sites: site 2 stays the fullest; items 0 and 2: 5 of 10, 4 of 10, 3 of 6
    assert term.swap_delta(site_of, np.array([0, 0]), np.array([1, 2])).tolist() == [0, 30 - 50]
