"""The order of branching and of interchangeable items, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

import placer
from placer.assignment.exact.search_order import earlier_equal, previous_equal_site, search_order
from placer.assignment.structure.term_index import TermIndex
from placer.lowering.lower import lower
from tests.support.building import GIB, a_guest, a_host, an_instance


def test_the_largest_item_is_first_and_of_equals_the_one_with_most_flow() -> None:
    """One group of a guest with vnodes of 1, 2, 2 GiB; vnode 2 sends more than vnode 1."""
    guest = a_guest(GIB, 2 * GIB, 2 * GIB, traffic=((9, 0, 0), (0, 1, 2), (1, 7, 1)))
    index = TermIndex(lower(an_instance(a_host(4 * GIB, 4 * GIB), guest)).problem)
    assert search_order(index).tolist() == [2, 1, 0]


def test_the_largest_group_is_first() -> None:
    guests = a_guest(2 * GIB, name="a"), a_guest(GIB, 3 * GIB, name="b")
    index = TermIndex(lower(an_instance(a_host(4 * GIB, 4 * GIB), *guests)).problem)
    assert search_order(index).tolist() == [2, 1, 0]


def test_a_selector_is_first_in_its_group_however_small() -> None:
    problem = lower(an_instance(a_host(4 * GIB, 4 * GIB), a_guest(3 * GIB, 2 * GIB, GIB))).problem
    assert search_order(TermIndex(problem)).tolist() == [0, 1, 2]
    assert search_order(TermIndex(replace(problem, selectors=np.array([2])))).tolist() == [2, 0, 1]


def test_equal_items_follow_each_other_and_different_ones_follow_none() -> None:
    problem = placer.gqap(
        cost=np.zeros((4, 2), dtype=int),
        flow=np.zeros((4, 4), dtype=int),
        distance=np.zeros((2, 2), dtype=int),
        weight=[1, 2, 1, 1],
        capacity=[9, 9],
    )
    # placed in the order 1, 0, 2, 3: item 2 after item 0 (position 1), item 3 after item 2 (position 2)
    assert earlier_equal(TermIndex(problem), np.array([1, 0, 2, 3])) == [-1, -1, 1, 2]


def test_the_first_item_of_a_group_follows_the_first_of_the_equal_group_before_it() -> None:
    """Two guests of a large and a small vnode: no two items are interchangeable by themselves, the guests are."""
    guests = [a_guest(2 * GIB, GIB, name=name) for name in "ab"]
    index = TermIndex(lower(an_instance(a_host(8 * GIB, 8 * GIB), *guests)).problem)
    order = search_order(index)
    assert order.tolist() == [0, 1, 2, 3]
    assert earlier_equal(index, order) == [-1, -1, 0, -1]


def test_equal_sites_follow_each_other() -> None:
    problem = placer.gqap(
        cost=[[1, 5, 1]], flow=[[0]], distance=np.zeros((3, 3), dtype=int), weight=[1], capacity=[9] * 3
    )
    assert previous_equal_site(TermIndex(problem)) == [-1, -1, 0]
