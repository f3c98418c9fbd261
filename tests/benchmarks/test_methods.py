"""The page of methods is what the code says and what solves decide."""

from __future__ import annotations

from benchmarks.methods import PAGE, make_page


def test_the_page_of_methods_is_up_to_date() -> None:
    assert make_page() == PAGE.read_text(encoding="utf-8")


def test_every_method_but_the_last_resorts_of_local_search_is_shown_at_work() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.endswith("| none |")]
    assert [row.split("|")[1].strip() for row in rows] == ["annealing", "tabu_search"]
