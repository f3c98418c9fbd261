"""Sums over places, distinct values, faults of shape and range, and changes between pools; by hand."""

from __future__ import annotations

import numpy as np
import pytest

from placer.assignment.terms.arrays import (
    array_faults,
    between_pools,
    distinct,
    sums,
    widened_items,
    widened_sites,
)


def test_weights_are_summed_for_each_row_and_place_and_left_out_where_there_is_none() -> None:
    weight, place_of = np.array([2, 3, 4]), np.array([[0, 0, -1], [1, 2, 1], [-1, -1, -1]])
    assert sums(weight, place_of, 3).tolist() == [[5, 0, 0], [0, 6, 3], [0, 0, 0]]


def test_distinct_values_are_in_ascending_order() -> None:
    assert distinct(np.array([[3, 1], [3, -2]])).tolist() == [-2, 1, 3]
    assert distinct(np.array([], dtype=np.int64)).tolist() == []


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        (np.array([1, 2, 3]), "w has shape (3,) of int64, expected (2,) of int64"),
        (np.array([1.0, 2.0]), "w has shape (2,) of float64, expected (2,) of int64"),
        (np.array([-1, 2]), "w holds -1, expected 0 or more"),
        (np.array([1, 10]), "w holds 10, expected 9 at most"),
    ],
)
def test_the_fault_of_an_array_names_its_shape_or_its_worst_value(values: np.ndarray, fault: str) -> None:
    assert list(array_faults("w", values, (2,), least=0, most=9)) == [fault]


def test_an_array_at_both_ends_of_its_range_has_no_fault() -> None:
    assert list(array_faults("w", np.array([0, 9]), (2,), least=0, most=9)) == []


def test_new_items_weigh_nothing_and_new_sites_have_the_value_asked_for() -> None:
    assert widened_items(np.array([5, 6]), 4).tolist() == [5, 6, 0, 0]
    assert widened_sites(np.array([5, 6]), 3, -1).tolist() == [5, 6, -1]


def test_a_shift_between_pools_gains_in_one_and_loses_in_the_other_and_within_a_pool_changes_nothing() -> None:
    pool_of, site_of = np.array([0, 0, 1, -1]), np.array([0, 3])
    increase, decrease = np.array([[10, 20], [30, 40]]), np.array([[1, 2], [3, 4]])
    # item 0 leaves pool 0, which saves 1; item 1 comes from a site without a pool
    expected = [[0, 0, 20 - 1, -1], [30, 30, 40, 0]]
    assert between_pools(pool_of, site_of, increase, decrease).tolist() == expected
