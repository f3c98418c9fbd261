"""Limits of a search, its clock, and what it reports."""

from __future__ import annotations

import re
from time import perf_counter
from typing import Any

import pytest

from placer.assignment import Progress
from placer.assignment.context import SearchContext
from placer.errors import InputError


@pytest.mark.parametrize(
    ("limits", "fault"),
    [
        ({"time_limit_s": -1}, "time_limit_s is -1, expected seconds, 0 or more"),
        ({"time_limit_s": float("nan")}, "time_limit_s is nan, expected seconds, 0 or more"),
        ({"time_limit_s": "9"}, "time_limit_s is '9', expected a number"),
        ({"workers": 0}, "workers is 0, expected 1 to 1024"),
        ({"workers": 10**6}, "workers is 1000000, expected 1 to 1024"),
        ({"workers": 1.5}, "workers is 1.5, expected a whole number"),
        ({"workers": True}, "workers is True, expected a whole number"),
        ({"deterministic_limit": -1}, "deterministic_limit is -1, expected 0 or more"),
        ({"deterministic_limit": float("nan")}, "deterministic_limit is nan, expected 0 or more"),
        ({"deterministic_limit": "1"}, "deterministic_limit is '1', expected a number"),
        ({"seed": 1.5}, "seed is 1.5, expected a whole number"),
        ({"seed": 2**31}, "seed is 2147483648, expected 0 to 2147483647"),
        ({"seed": -1}, "seed is -1, expected 0 to 2147483647"),
    ],
)
def test_a_limit_out_of_range_is_named_with_its_value(limits: dict[str, Any], fault: str) -> None:
    with pytest.raises(InputError, match=re.escape(fault)):
        SearchContext(**limits)


def test_the_time_left_runs_from_the_start_and_never_below_zero() -> None:
    context = SearchContext(time_limit_s=10, started=perf_counter() - 4)
    assert 5 < context.left_s() <= 6
    assert 4 <= context.elapsed_s() < 5
    assert SearchContext(time_limit_s=1, started=perf_counter() - 4).left_s() == 0


def test_once_stopped_no_time_is_left() -> None:
    context = SearchContext(time_limit_s=1000)
    assert context.left_s() > 900
    context.stop.set()
    assert context.left_s() == 0


def test_a_share_is_one_of_the_seconds_left_and_of_none_once_stopped() -> None:
    context = SearchContext(time_limit_s=10, started=perf_counter() - 4, seed=7)
    share = context.with_share(0.5)
    assert 6.5 < share.time_limit_s < 7.5 and 2 < share.left_s() < 3.5
    assert (share.seed, share.stop, context.time_limit_s) == (7, context.stop, 10)
    context.stop.set()
    assert context.with_share(1.0).time_limit_s < 5


def test_a_line_of_the_log_begins_with_the_seconds_since_the_start() -> None:
    lines: list[str] = []
    SearchContext(on_log=lines.append, started=perf_counter() - 4).log("tabu search")
    assert re.fullmatch(r"4\.\d{3} s  tabu search", lines[0])


def test_progress_is_reported_with_costs_and_bound() -> None:
    told: list[Progress] = []
    SearchContext(on_progress=told.append, started=perf_counter() - 4).tell("CP-SAT", tier=1, costs=(2, 9), bound=7)
    assert [(each.step, each.tier, each.costs, each.bound) for each in told] == [("CP-SAT", 1, (2, 9), 7)]
    assert 4 <= told[0].elapsed_s < 5
