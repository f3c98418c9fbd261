"""A price for each set of items that has one on the site, by hand."""

from __future__ import annotations

import numpy as np

from placer.assignment import SetOnSite

TERM = SetOnSite(name="t", sets=(np.array([0, 1]), np.array([2])), site=1)


def test_a_set_counts_once_however_many_of_its_items_are_on_the_site() -> None:
    assert TERM.evaluate(np.array([[0, 0, 0], [1, 1, 0], [0, 1, 1], [0, 0, 1]])).tolist() == [0, 1, 2, 1]


def test_a_shift_counts_the_first_item_that_comes_and_the_last_that_leaves() -> None:
    # items 0 and 1 are on the site: neither of them is the last; item 2 would be the first of its set
    assert TERM.shift_delta(np.array([1, 1, 0]), 2).tolist() == [[0, 0], [0, 0], [0, 1]]
    assert TERM.shift_delta(np.array([1, 0, 1]), 2).tolist() == [[-1, 0], [0, 0], [-1, 0]]


def test_a_swap_within_a_set_changes_nothing_and_one_between_sets_may_cancel_out() -> None:
    site_of = np.array([1, 0, 0])
    assert TERM.swap_delta(site_of, np.array([0, 0]), np.array([1, 2])).tolist() == [0, 0]
    assert TERM.swap_delta(np.array([1, 1, 0]), np.array([0]), np.array([2])).tolist() == [1]


def test_a_site_that_does_not_exist_is_a_fault() -> None:
    assert list(TERM.faults(3, 2)) == []
    assert list(TERM.faults(3, 1)) == ["site is 1, expected 0 to 0"]
    assert list(TERM.faults(2, 2)) == ["sets holds 2, expected 1 at most"]
