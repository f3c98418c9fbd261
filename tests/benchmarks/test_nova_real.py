"""The restatement of nova against what nova 34.0.0 itself answered, as ``python -m benchmarks.nova_real`` wrote it."""

from __future__ import annotations

import csv

import pytest

from benchmarks.nova_real import COLUMNS, PATH, questions, words

QUICK_S = 0.05
"""Answers that took nova longer are left to the command itself."""


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with PATH.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_questions_are_those_that_nova_answered(rows: list[dict[str, str]]) -> None:
    assert list(rows[0]) == list(COLUMNS)
    asked = [(q.kind, q.case, f"{len(q.guest)} {len(q.host)}") for q in questions()]
    assert asked == [(row["kind"], row["case"], row["cells"]) for row in rows]


def test_the_restatement_answers_as_nova_does(rows: list[dict[str, str]]) -> None:
    seen = 0
    for question, row in zip(questions(), rows, strict=True):
        if row["answer"] != "capped" and float(row["seconds"]) < QUICK_S:
            answer = question.restated()
            assert words(answer) == row["answer"], (row["kind"], row["case"])
            assert ("yes" if question.right(answer) else "no") == row["right"], (row["kind"], row["case"])
            seen += 1
    assert seen > 600
    assert {row["answer"] == "none" for row in rows} == {True, False}
