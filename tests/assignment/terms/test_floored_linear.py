"""A sum of prices that is divided and rounded down, by hand."""

from __future__ import annotations

import numpy as np

from placer.assignment import FlooredLinear

# item 1 does not take part
TERM = FlooredLinear(name="t", items=np.array([0, 2]), cost=np.array([[3, 8], [5, 1]]), divisor=4, scale=10)


def test_the_sum_is_rounded_and_not_each_price() -> None:
    # 8 // 4, 4 // 4, 13 // 4, 9 // 4
    assert TERM.evaluate(np.array([[0, 9, 0], [0, 9, 1], [1, 9, 0], [1, 9, 1]])).tolist() == [20, 10, 30, 20]


def test_the_lower_bound_takes_the_cheapest_site_that_each_item_may_use() -> None:
    allowed = np.ones((3, 2), dtype=bool)
    assert TERM.lower_bound(allowed) == 10
    allowed[2, 1] = False
    assert TERM.lower_bound(allowed) == 20


def test_a_shift_changes_the_cost_only_where_the_quotient_changes() -> None:
    # from 3 + 1: item 0 to site 1 makes 9, item 2 to site 0 makes 8
    assert TERM.shift_delta(np.array([0, 0, 1]), 2).tolist() == [[0, 10], [0, 0], [10, 0]]
    # from 3 + 5: item 0 to site 1 makes 13, item 2 to site 1 makes 4
    assert TERM.shift_delta(np.array([0, 0, 0]), 2).tolist() == [[0, 10], [0, 0], [0, -10]]


def test_groups_with_equal_terms_of_their_own_have_equal_keys() -> None:
    def over(*items: int) -> FlooredLinear:
        return FlooredLinear(name="", items=np.array(items), cost=np.array([[3, 8], [5, 1]]), divisor=4)

    first, second = np.array([0, 1]), np.array([2, 3])
    assert over(0, 1).group_key(0, first, 4) == over(2, 3).group_key(1, second, 4)
    assert over(0, 1).group_key(0, first, 4) != over(3, 2).group_key(1, second, 4)
    assert over(0, 1).group_key(0, second, 4) is None
    # a term over both groups has a key of its own for each, with its number
    assert over(0, 2).group_key(5, first, 4) != over(0, 2).group_key(6, first, 4)
