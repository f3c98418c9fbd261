"""The page on fleets: which rows meet their aims, and what committed rows say."""

from __future__ import annotations

import csv
import json
from typing import Any

import pytest

from benchmarks.fleet import AIMS, RESULTS, eight_pnodes, met, render
from placer.fleet.problem.problem import lower_fleet

ROW: dict[str, Any] = {
    "case": "fewest hosts, C1",
    "value": 715,
    "bound": 715,
    "cpu_s": 2.9,
    "seconds": 9.0,
    "mib": 399,
    "check_s": 0.02,
}


def test_an_aim_is_met_in_every_part_or_missed() -> None:
    assert met(ROW)
    assert not any(met({**ROW, key: value}) for key, value in (("value", 716), ("cpu_s", 3.1), ("mib", 401)))
    wide = {**ROW, "case": "10,000 hosts that all differ, 40,000 guests", "value": 3000, "bound": 2997, "cpu_s": 119}
    assert met(wide)
    assert not met({**wide, "bound": 2996})


def test_the_page_names_misses() -> None:
    page = render([{**ROW, "peers": {"first-fit": 800, "dot product": -1}}, {**ROW, "cpu_s": 9.0}], 2.0)
    assert "first-fit 800, dot product left guests out" in page
    said = " ".join(page.split())
    assert "Missed: fewest hosts, C1. Not measured yet: fewest hosts, C2;" in said


@pytest.mark.parametrize(("odd", "count"), [(False, 2400), (True, 1500)])
def test_the_fleets_of_8_pnodes_have_rules_on_a_third_of_their_guests(odd: bool, count: int) -> None:
    fleet = eight_pnodes(odd=odd)
    problem = lower_fleet(fleet)
    ruled = {name for rule in fleet.rules for name in rule.members}
    assert (sum(problem.counts), sum(problem.demand)) == (300, count)
    assert 0.32 < len(ruled) / count < 0.34


def test_committed_rows_are_of_known_cases() -> None:
    with RESULTS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["case"] for row in rows} <= set(AIMS)
    for row in rows:
        assert json.loads(row["peers"]) is not None
        most = row["case"].startswith("requests")
        low, high = (row["value"], row["bound"]) if most else (row["bound"], row["value"])
        assert int(low) <= int(high)
