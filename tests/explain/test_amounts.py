"""Amounts of memory that are said exactly, and the least of them that is enough."""

from __future__ import annotations

import pytest

from placer.explain.amounts import exact, least, whole
from placer.instance.units import parse_size


@pytest.mark.parametrize("kib", [0, 1, 1023, 1024, 1025, 1536, 524_292, 1024**2, 1024**2 + 1, 2047 * 1024, 1024**3 + 4])
def test_what_is_said_is_read_back_as_the_same_amount(kib: int) -> None:
    assert parse_size(exact(kib)) == kib


def test_amounts_of_a_mib_and_more_are_whole_mib_that_are_enough() -> None:
    assert [whole(kib) for kib in (1, 1023, 1024, 1025, 4477)] == [1, 1023, 1024, 2048, 5120]


@pytest.mark.parametrize("right", [1, 2, 5, 99, 100])
def test_the_least_that_is_enough_is_found(right: int) -> None:
    assert least(lambda number: number >= right, 1, 100) == right


def test_nothing_is_enough_where_the_most_is_not_or_there_is_no_most() -> None:
    assert least(lambda number: number > 100, 1, 100) is None
    assert least(lambda number: True, 1, 0) is None
