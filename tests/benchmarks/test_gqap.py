from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.gqap import known_value, main, read_problem

SMALL = """
  3 2 2
  0 1 0   0 0 5   0 0 0
  0 3  3 0
  0 8  6 0  1 1
  2 2 1
  3 4
"""
"""Flows count twice: item 0 alone on site 0 costs 0 + 0 + 1, and 2 x 1 x 3 for its flow to item 1 beside item 2."""


def corpus() -> Path:
    if "PLACER_CORPUS" not in os.environ:
        pytest.skip("PLACER_CORPUS does not say where the corpus lies")
    return Path(os.environ["PLACER_CORPUS"]) / "gqap"


def test_a_line_says_name_value_known_value_bound_and_seconds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "small.txt").write_text(SMALL)
    (tmp_path / "other").write_text(SMALL)
    (tmp_path / "values.csv").write_text("instance,optimum\nelse,3\nsmall,7\n")
    assert main([str(tmp_path / "small.txt"), str(tmp_path / "other"), "--time-limit", "5"]) == 0
    first, second = (line.split() for line in capsys.readouterr().out.splitlines())
    assert first[:4] == ["small.txt", "7", "7", "7"]
    assert second[:4] == ["other", "7", "-", "7"]
    assert float(first[4]) < 5


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "expected integers n, m, v and so on"),
        ("2 2 1 x", "'x', expected integers n, m, v and so on"),
        ("1 1 1 0 0 0 1", "7 numbers, expected 8 for n = 1, m = 1"),
        ("1 1 1 0 0 0 -1 1", "weight holds -1"),
    ],
)
def test_what_is_no_such_file_is_refused(
    text: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad").write_text(text)
    assert main([str(tmp_path / "bad")]) == 2
    assert words in capsys.readouterr().err


def test_best_known_assignments_of_the_corpus_cost_what_they_are_said_to() -> None:
    folder = corpus()
    rows = (folder / "cordeau_best_known.csv").read_text().splitlines()[1:]
    for row in rows:
        name, *_, value, sites = row.split(",")
        path = folder / f"{name}.txt"
        problem = read_problem(path)
        assignment = problem.allowed.argmax(axis=1)[None, :] - 1 + [int(p) for p in sites.split()]
        assert problem.evaluate(assignment)[0, 0] == int(value) == known_value(path)
        assert problem.feasible(assignment)[0]
    assert len(rows) == 11


@pytest.mark.parametrize("name", ["10X5-E-G", "12X3-F-H", "12X8-E-G", "5X30-E-G"])
def test_small_files_of_the_corpus_are_proved_at_once(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(corpus() / name), "--time-limit", "20"]) == 0
    _, found, known, bound, _ = capsys.readouterr().out.split()
    assert found == known == bound
