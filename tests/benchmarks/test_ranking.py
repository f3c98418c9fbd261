"""Costs at other prices of a shared core, worked by hand."""

from __future__ import annotations

import pytest

from benchmarks.ranking import SHARING, by_price, on_common_loads, price_line, ratios_at
from benchmarks.runs import Row
from tests.benchmarks.test_report import a_row


def two_placements() -> list[Row]:
    """At the price of 15 placer pays 100 + 30, first-fit 80 + 90: nearer memory, more shared cores."""
    return [
        a_row(contestant="first-fit", access_distance="80", core_sharing="90"),
        a_row(contestant="optimal", access_distance="100", core_sharing="30"),
    ]


@pytest.mark.parametrize(
    ("price", "ratio"),
    [
        (0, 80 / 100),
        (5, (80 + 30) / (100 + 10)),
        (15, (80 + 90) / (100 + 30)),
        (45, (80 + 270) / (100 + 90)),
        (SHARING, 90 / 30),
    ],
)
def test_costs_at_another_price_are_those_of_the_same_placements(price: int | str, ratio: float) -> None:
    assert ratios_at(two_placements(), price) == {"first-fit": pytest.approx(ratio), "optimal": 1.0}


def test_the_line_names_the_best_of_the_others_and_how_far_it_is_from_placer() -> None:
    assert (
        "at 0 first-fit (-20 %), at 5 first-fit (+0 %), at 15 first-fit (+31 %), at 45 first-fit (+84 %), "
        "by core sharing alone first-fit (+200 %)" in price_line(two_placements())
    )
    assert "| first-fit | 0.800 | 1.000 | 1.308 | 1.842 | 3.000 |" in by_price(two_placements())


def test_loads_that_no_longer_all_place_and_storms_are_left_out() -> None:
    alone = a_row(contestant="optimal", seed="7")
    storm = a_row(contestant="optimal", arrival="storm")
    assert on_common_loads([*two_placements(), alone, storm]) == two_placements()
