"""Tables of what free room is worth: what they say, and what is refused."""

from __future__ import annotations

import pytest

from placer.errors import InstanceError
from placer.instance.future import FutureCapacity
from tests.support.building import GIB

TABLE = FutureCapacity(memory_step_kib=GIB, pcpu_step=2, tables=[[[0, 0], [0, 5], [3, 9]]], table_of=[0, 0])


@pytest.mark.parametrize(
    ("free_kib", "milli", "expected"),
    [
        (2 * GIB, 2000, 9),
        (2 * GIB - 1, 2000, 5),  # a KiB short of two steps
        (2 * GIB, 1999, 3),
        (99 * GIB, 99_000, 9),  # beyond the table more is worth no more
        (-GIB, -1, 0),
    ],
)
def test_room_counts_in_whole_steps(free_kib: int, milli: int, expected: int) -> None:
    assert TABLE.worth(1, free_kib, milli) == expected


def test_the_term_costs_at_most_the_worth_of_every_pnode() -> None:
    assert TABLE.most == 2 * 9


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"memory_step_kib": 0}, "memory_step_kib is 0"),
        ({"tables": [[[0], [2], [1]]]}, r"column 0 of tables\[0\] falls"),
        ({"tables": [[[1, 0]]]}, r"tables\[0\]\[0\] falls"),
        ({"tables": [[[0, 1], [2]]]}, r"tables\[0\]\[1\] has 1 entries, expected 2"),
        ({"tables": [[]]}, r"tables\[0\] has no entries"),
        ({"tables": [[[]]]}, r"tables\[0\] has no entries"),
        ({"table_of": [0, 1]}, r"table_of\[1\] is 1, expected the number of one of the 1 tables"),
        ({"tables": [[[-1]]]}, "expected int"),
        ({"tables": [[[0] * 1001] * 1000]}, "1001000 entries, expected at most 1000000"),
    ],
)
def test_a_table_that_says_nothing_clear_is_refused(values: dict[str, object], fault: str) -> None:
    right: dict[str, object] = {"memory_step_kib": GIB, "tables": [[[0], [1]]], "table_of": [0, 0]}
    with pytest.raises(InstanceError, match=fault):
        FutureCapacity(**(right | values))  # type: ignore[arg-type]
