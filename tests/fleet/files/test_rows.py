"""Rows of tables."""

from __future__ import annotations

import pytest

from placer.errors import InputError
from placer.fleet.files.rows import Sizes, count_of, rows_of


def test_rows_have_their_columns_and_lines_and_empty_lines_none() -> None:
    columns, rows = rows_of("\ufeffa, b\n1 ,2\n\n3,4\n", "t.csv")
    assert (columns, list(rows)) == (["a", "b"], [(2, {"a": "1", "b": "2"}), (4, {"a": "3", "b": "4"})])


def test_sizes_are_gib_or_all_have_a_unit() -> None:
    sizes = Sizes("t.csv")
    assert [sizes.kib(text, "RAM", 2) for text in ("0", "1.5", "2")] == [0, 3 * 2**19, 2**21]
    with pytest.raises(InputError, match=r't\.csv:3: RAM "2GiB" beside sizes of the other kind'):
        sizes.kib("2GiB", "RAM", 3)
    assert Sizes("t.csv").kib("512MiB", "RAM", 2) == 2**19


def test_a_count_is_a_plain_number() -> None:
    assert count_of("12", "CPU", "t.csv:2", 12) == 12
    for text in ("13", "-1", "1.0", "", "\u0661"):
        with pytest.raises(InputError, match=r"t\.csv:2: CPU: expected a number from 0 to 12"):
            count_of(text, "CPU", "t.csv:2", 12)
