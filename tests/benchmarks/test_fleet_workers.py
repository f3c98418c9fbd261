"""The page of workers is written from its results, and names a miss."""

from __future__ import annotations

import pytest

from benchmarks.fleet_workers import AIM, PAGE, RESULTS, render
from benchmarks.result_rows import read

pytest.importorskip("distributed", reason="the extra dask is not installed")


def shown(page: str) -> list[str]:
    return [line for line in page.splitlines() if line.startswith(("|", "The aim", "Missed"))]


def test_the_page_shows_the_results() -> None:
    assert shown(render(read(RESULTS), 0.0)) == shown(PAGE.read_text(encoding="utf-8"))


def test_a_miss_is_said() -> None:
    def page(seconds: float) -> str:
        rows = [
            {"executor": name, "workers": workers, "seconds": 90.0 if workers == 1 else seconds, "distinct": 3}
            for name in ("processes", "Dask")
            for workers in (1, 2)
        ]
        return render(rows, 0.0)

    assert "The aim is met." in page(90.0 / AIM)
    assert "Missed: 1.20 times." in page(75.0)
