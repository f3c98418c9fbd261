"""A convex price of load, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from placer.assignment import ConvexLoad

PAIRS = [0, 0, 1, 3, 6, 10]  # n items on one slot share it in n (n - 1) / 2 pairs
TERM = ConvexLoad(
    name="t", weight=np.array([2, 3]), pool_of=np.array([0, 0, 1, -1]), table=np.array([PAIRS, [0, 7, 14, 21, 28, 35]])
)
EVERYWHERE = np.ones((2, 4), dtype=bool)


def test_each_pool_pays_for_the_load_on_all_its_sites_and_a_site_without_a_pool_for_nothing() -> None:
    assert TERM.evaluate(np.array([[0, 1], [0, 2], [3, 0], [3, 3]])).tolist() == [10, 1 + 21, 3, 0]
    assert TERM.loads(np.array([[0, 2], [3, 1]])).tolist() == [[2, 3], [3, 0]]


@pytest.mark.parametrize(
    ("load", "units", "increase"),
    [
        ((0, 0), 3, 0 + 1 + 2),
        ((0, 0), 6, 10 + 7),  # the five cheapest steps are those of the first pool, then one of 7
        ((2, 0), 2, 2 + 3),
        ((5, 0), 1, 7),  # the first pool is full
    ],
)
def test_units_are_added_where_they_cost_least(load: tuple[int, int], units: int, increase: int) -> None:
    assert TERM.cheapest_increase(np.array([load]), units).tolist() == [increase]


def test_the_load_of_an_item_that_may_use_a_site_without_a_pool_is_avoidable() -> None:
    allowed = EVERYWHERE.copy()
    allowed[1, 3] = False
    assert TERM.unavoidable_load(allowed, np.array([0, 1])) == 3
    assert TERM.unavoidable_load(allowed, np.array([0])) == 0


def test_the_lower_bound_is_the_better_of_an_even_spread_and_of_each_item_alone() -> None:
    two_pools, everywhere = np.array([PAIRS[:4]] * 2), np.ones((3, 2), dtype=bool)
    small = ConvexLoad(name="t", weight=np.array([1, 1, 1]), pool_of=np.arange(2), table=two_pools)
    assert small.lower_bound(everywhere) == 1  # two units here, one there; alone each costs nothing
    large = replace(small, weight=np.array([3, 0, 0]))
    assert large.lower_bound(everywhere) == 3  # spread evenly it would cost 1, but one item has one pool
    assert replace(small, table=two_pools + 5).lower_bound(everywhere) == 1 + 5 + 5


def test_pools_that_no_load_can_reach_are_no_help_to_an_even_spread() -> None:
    two_pools, allowed = np.array([PAIRS[:4]] * 2), np.array([[True, False]] * 3)
    term = ConvexLoad(name="t", weight=np.array([1, 1, 1]), pool_of=np.arange(2), table=two_pools)
    assert term.lower_bound(allowed) == 3


def test_sites_of_one_pool_have_keys_of_their_own_and_lone_sites_of_equal_pools_the_same() -> None:
    term = replace(TERM, pool_of=np.array([0, 0, 1, 2]), table=np.array([PAIRS, PAIRS, PAIRS]))
    keys = [tuple(row) for row in term.site_key(4).tolist()]
    assert keys[2] == keys[3]
    assert len({keys[0], keys[1], keys[2]}) == 3


@pytest.mark.parametrize("row", [[0, 2, 3, 5, 6, 7], [3, 2, 2, 2, 2, 2]], ids=["not convex", "decreasing"])
def test_a_price_that_is_not_convex_and_nondecreasing_is_a_fault(row: list[int]) -> None:
    faults = list(replace(TERM, table=np.array([PAIRS, row])).faults(2, 4))
    assert faults == ["table is not convex and nondecreasing along each row"]
