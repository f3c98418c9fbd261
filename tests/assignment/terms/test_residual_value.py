"""The value of room that is lost, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from placer.assignment import ResidualValue

TERM = ResidualValue(
    name="t",
    weights=np.array([[5, 4], [1, 0]]),
    room=np.array([[12, 9, 9], [2, 1, 1]]),
    steps=np.array([4, 1]),
    tables=np.array([[[0, 0], [0, 1], [2, 5], [2, 9]]]),
    table_of=np.array([0, 0, -1]),
)


def test_the_value_lost_is_that_of_whole_steps_of_both_resources() -> None:
    # empty: 3 steps and 2, of which 1 counts: 9; 2 steps and 1: 5. Nothing is lost on the last site.
    # item 0 on site 0 leaves 7 and 1: 1 step, 1; on site 1 4 and 0: 1 step and none, 0
    # item 1 on site 0 leaves 8: 5; on site 1 5: 1
    assert TERM.evaluate(np.array([[0, 2], [1, 2], [2, 0], [2, 1], [0, 0], [2, 2]])).tolist() == [8, 5, 4, 4, 9, 0]


def test_more_load_than_room_is_worth_no_less_than_nothing() -> None:
    assert TERM.values(np.array([[99, 0, 0], [9, 0, 0]])).tolist() == [0, 5, 0]


def test_the_bound_follows_the_convex_envelope_of_the_steps() -> None:
    # two sites of 8 with a value of 10 for a whole one and nothing for less: 12 of 16 lose at least 12 / 8 of 10
    term = valued([4, 4, 4], 8, 8, [0, 10])
    assert bound_everywhere(term) == 15
    assert term.evaluate(np.array([[0, 0, 1]])).tolist() == [20]
    # where an item may go to a site without value, it costs nothing there
    assert bound_everywhere(replace(term, table_of=np.array([0, -1]))) == 0


def valued(loads: list[int], room: int, step: int, table: list[int]) -> ResidualValue:
    """Items of these loads, and two equal sites with these values of a first resource alone."""
    return ResidualValue(
        name="t",
        weights=np.array([loads, [0] * len(loads)]),
        room=np.array([[room, room], [0, 0]]),
        steps=np.array([step, 1]),
        tables=np.array(table)[None, :, None],
        table_of=np.array([0, 0]),
    )


def bound_everywhere(term: ResidualValue) -> int:
    return term.lower_bound(np.ones((term.weights.shape[1], 2), dtype=bool))


def test_the_bound_is_rounded_up_and_no_less_than_an_item_alone() -> None:
    # 8 of 13 lose all of a site, and the other 5 at least 5 / 8 of 10
    assert bound_everywhere(valued([4, 4, 5], 8, 8, [0, 10])) == 17
    assert bound_everywhere(valued([4], 8, 8, [0, 10])) == 10


def test_the_envelope_of_a_site_that_loses_most_at_first_is_a_straight_line() -> None:
    # 8 are lost with the first of three steps and 10 with all; 12 of 18 lose 10, the other 6 at least half of that
    assert bound_everywhere(valued([1] * 18, 12, 4, [0, 1, 2, 10])) == 15


def test_a_swap_on_one_site_changes_nothing() -> None:
    assert TERM.swap_delta(np.array([0, 0]), np.array([0]), np.array([1])).tolist() == [0]


@pytest.mark.parametrize(
    ("tables", "fault"),
    [
        (np.array([[[1], [0]]]), "tables fall along a row or a column"),
        (np.zeros((1, 0, 1), np.int64), "tables has shape"),
    ],
)
def test_tables_that_fall_or_are_empty_are_faults(tables: np.ndarray, fault: str) -> None:
    assert any(said.startswith(fault) for said in replace(TERM, tables=tables).faults(2, 3))
