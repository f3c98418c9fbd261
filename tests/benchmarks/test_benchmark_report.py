from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.__main__ import RESULTS, read
from benchmarks.report import BEGIN, END, blocks, replaced, three_numbers

ROWS = read(RESULTS / "quick.csv")


@pytest.mark.parametrize(("path", "wanted"), blocks(ROWS).items(), ids=["README", "benchmarks"])
def test_the_words_in_the_readme_are_those_of_the_committed_results(path: Path, wanted: str) -> None:
    assert BEGIN in wanted
    assert path.read_text(encoding="utf-8") == wanted


def test_the_gain_is_the_part_of_the_cost_that_the_optimum_saves() -> None:
    """Twice and eight times the optimum are four times in the geometric mean: three quarters less."""
    common = {"shape": "two", "arrival": "one", "host": "h", "guests": "1", "placed_guests": "1"}
    peers = ("first-fit", "libvirt", "libxl", "xenopsd", "nova", "best-fit")
    rows = [
        {**common, "contestant": name, "cost_ratio": ratio, "ratio": "1.0"} for name in peers for ratio in ("2", "8")
    ]
    rows[2] = {**rows[2], "placed_guests": "0", "cost_ratio": ""}
    said = three_numbers(rows)
    assert "the greedy of 2013: 75 % less cost" in said
    assert "libvirt 88 % less cost of access and shared cores, and it leaves 1 of 2 guests out" in said
    assert "in 0 of 2 loads first-fit costs no more" in said


def test_a_block_is_put_between_its_markers() -> None:
    assert replaced(f"a\n{BEGIN}\nold\n{END}\nb", "new\n") == f"a\n{BEGIN}\nnew\n{END}\nb"
