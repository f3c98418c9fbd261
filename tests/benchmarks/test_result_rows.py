"""CSV files of results."""

from __future__ import annotations

from pathlib import Path

from benchmarks.result_rows import append, read, write


def test_rows_that_are_added_stand_below_one_line_of_names(tmp_path: Path) -> None:
    path = tmp_path / "found.csv"
    assert read(path) == []
    append(path, ("name", "n"), {"name": "a, b", "n": "1"})
    append(path, ("name", "n"), {"name": "c", "n": ""})
    assert path.read_text() == 'name,n\n"a, b",1\nc,\n'
    assert read(path) == [{"name": "a, b", "n": "1"}, {"name": "c", "n": ""}]


def test_a_line_that_an_interrupted_run_left_incomplete_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "found.csv"
    path.write_text("name,n\na,1\nb")
    assert read(path) == [{"name": "a", "n": "1"}]


def test_a_file_is_replaced_and_what_a_row_lacks_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "found.csv"
    path.write_text("old")
    write(path, ("name", "n"), [{"n": "1"}, {"name": "b", "n": "2"}])
    assert path.read_text() == "name,n\n,1\nb,2\n"
    assert [each.name for each in tmp_path.iterdir()] == ["found.csv"]
