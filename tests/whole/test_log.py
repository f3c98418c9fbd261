"""``--log`` and ``--dump-model``: what the search does, and the model it would solve."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from placer.formats.native.instance_json import read_instance
from placer.solving.pipeline import solve
from tests.support.commands import INSTANCES, placer

RFC_C = INSTANCES / "rfc-c.json"
A_STEP = re.compile(r"\d+\.\d{3} s  \S")


@pytest.mark.parametrize(
    ("strategy", "step"),
    [
        ("optimal", "decision: enumeration, because 4 assignments, all evaluated at once"),
        ("branch-and-bound", "branch and bound ended with a proof after"),
        ("local-search", "local search: "),
        ("first-fit-decreasing", "first-fit-decreasing: FEASIBLE, costs (0, 0, 30000, 0, 0), bounds None"),
        ("first-fit", "first-fit: 2 items on 3 sites, 5 tiers"),
    ],
)
def test_the_log_shows_the_steps_with_their_times_on_standard_error(strategy: str, step: str) -> None:
    bare, logged = (placer("solve", RFC_C, "--strategy", strategy, *words) for words in ((), ("--log",)))
    assert logged.code == bare.code
    assert [line for line in logged.lines if "tier" in line] == [line for line in bare.lines if "tier" in line]
    assert all(A_STEP.match(line) for line in logged.err.splitlines())
    assert step in logged.err
    assert bare.err == ""


def test_the_log_of_cpsat_is_the_solvers_own() -> None:
    ran = placer("solve", INSTANCES / "hpe-16n-hana.json", "--strategy", "cpsat", "--log", "--time-limit", "20")
    assert ran.code == 0
    assert re.search(r"^\d+\.\d{3} s  CP-SAT: tier \d, \d+ variables", ran.err, re.MULTILINE)
    assert "Starting CP-SAT solver v" in ran.err
    assert "CpSolverResponse summary:" in ran.err
    assert "Starting CP-SAT" not in ran.out


@pytest.mark.parametrize("strategy", ["optimal", "first-fit", "cpsat"])
def test_the_model_is_written_whatever_the_strategy(tmp_path: Path, strategy: str) -> None:
    path = tmp_path / "model.pbtxt"
    ran = placer("solve", RFC_C, "--strategy", strategy, "--dump-model", path)
    assert ran.lines[0].startswith(("OPTIMAL", "UNKNOWN"))
    assert path.read_text().startswith('variables { name: "x0_0"')


def test_the_model_has_no_other_way_out_than_the_answer(tmp_path: Path) -> None:
    path = tmp_path / "model.txt"
    solve(read_instance(RFC_C), dump_model=path)
    written = path.read_text()
    placer("solve", RFC_C, "--dump-model", tmp_path / "again.txt")
    assert (tmp_path / "again.txt").read_text() == written


def test_a_model_that_is_there_is_replaced_only_where_that_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "model.pb"
    path.write_text("old")
    refused = placer("solve", RFC_C, "--dump-model", path)
    kept = path.read_text()
    forced = placer("solve", RFC_C, "--dump-model", path, "--force")
    assert (refused.code, refused.out, kept) == (2, "", "old")
    assert "model.pb: exists; --force replaces it" in refused.err
    assert forced.code == 0
    assert path.read_bytes() != b"old"


def test_a_name_that_says_no_form_is_refused(tmp_path: Path) -> None:
    ran = placer("solve", RFC_C, "--dump-model", tmp_path / "model.json")
    assert (ran.code, ran.out) == (2, "")
    assert "expected a name that ends in one of .pb, .txt, .pbtxt" in ran.err
