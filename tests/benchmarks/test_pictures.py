"""The page on pictures: every case of the gallery, within what is aimed at, and a sample measured now."""

from __future__ import annotations

import pytest

from benchmarks.picture_cases import CASES
from benchmarks.pictures import COLUMNS, EMPTY, MOST_KIB, MOST_PAINT_MS, PAGE, RESULTS, measured, render
from benchmarks.result_rows import read
from tests.support.chromium import needs_chromium


def test_every_case_is_measured_and_meets_what_is_aimed_at() -> None:
    rows = read(RESULTS)
    assert [row["case"] for row in rows] == [*(case.title for case in CASES), EMPTY]
    assert max(int(row["html_kib"]) for row in rows) <= MOST_KIB
    assert max(int(row["first_paint_ms"]) for row in rows) <= MOST_PAINT_MS


def test_the_cases_are_of_all_sizes() -> None:
    rows = read(RESULTS)
    assert {2, 8, 16, 34, 64} <= {int(row["pnodes"]) for row in rows[:-1]}
    assert max(int(row["vnodes"]) for row in rows[:-1]) == 400


def test_the_page_is_made_of_the_results() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(read(RESULTS))


@pytest.mark.slow
def test_a_sample_is_measured_as_the_table_says() -> None:
    """xeon-2s has 2 pnodes and 9 guests of 12 vnodes; its page is about as large as it was."""
    needs_chromium()
    row, empty = measured(CASES[:1], 1)
    assert empty["case"] == EMPTY
    assert set(row) == set(COLUMNS)
    assert (row["pnodes"], row["guests"], row["vnodes"]) == ("2", "9", "12")
    assert int(row["html_kib"]) == pytest.approx(int(read(RESULTS)[0]["html_kib"]), rel=0.5)
    assert float(row["first_paint_ms"]) > 0
    assert float(row["select_ms"]) > 0
