"""The page of arrivals."""

from __future__ import annotations

import re

from benchmarks.arrivals import RESULTS
from benchmarks.arrivals_page import PAGE, page
from benchmarks.result_rows import read


def test_the_page_is_what_its_results_and_those_of_the_full_set_give() -> None:
    written = PAGE.read_text(encoding="utf-8")
    (commit,) = re.findall(r"placer (.*); results in", written)
    assert page(read(RESULTS), read(RESULTS.with_name("full.csv")), commit) == written
