"""The page on moves in fleets: which rows meet their aims."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.fleet_moves import page

ROW: dict[str, Any] = {
    "case": "fragments, 280 hosts, 2,049 guests, 100 moves",
    "aim": "gap 0.1 %, 10 s",
    "status": "OPTIMAL",
    "now": 326,
    "value": 393,
    "bound": 393,
    "greedy": 357,
    "moves": 100,
    "stages": 2,
    "cpu_s": 7.0,
    "seconds": 14.0,
    "judge_s": 1.0,
    "faults": 0,
}


@pytest.mark.parametrize(
    ("changes", "met"),
    [
        ({}, "yes"),
        ({"value": 392}, "no: gap 0.26%"),
        ({"cpu_s": 11.2}, "no: 11 s"),
        ({"value": None, "bound": 2}, "no: no plan"),
        ({"case": "BtrPlace li-r3-c0, 5,000 servers", "value": 100, "bound": 99}, "yes"),
        ({"case": "room for one guest, case 1", "value": 3, "bound": 2}, "no: gap 33.33%"),
    ],
)
def test_a_row_says_whether_its_aim_is_met(changes: dict[str, Any], met: str) -> None:
    assert page([ROW | changes]).splitlines()[-1].endswith(f"| {met} |")
