"""The page on the growth of fleets: its points, its table and its plot."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from benchmarks.fleet_growth import PAGE, POINTS, RESULTS, plot, render


def rows() -> list[dict[str, str]]:
    with RESULTS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_point_is_measured_and_no_bound_is_above_what_was_found() -> None:
    measured = [(row["series"], int(row["hosts"]), int(row["guests"])) for row in rows()]
    assert measured == [(series, *point) for series, points in POINTS.items() for point in points]
    assert all(int(row["bound"]) <= int(row["value"]) for row in rows())


def test_the_page_is_made_of_the_results() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(rows())


def test_the_plot_has_an_axis_for_each_measure(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    plot(rows(), tmp_path / "growth.svg")
    assert (tmp_path / "growth.svg").read_text(encoding="utf-8").count('id="axes_') == 6
