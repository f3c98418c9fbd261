"""``placer compare``: every strategy side by side."""

from __future__ import annotations

from pathlib import Path

import pytest

from placer.assignment.registry import STRATEGIES
from placer.cli.solve import StrategyName
from tests.support.commands import INSTANCES, a_cfg, a_folder, placer
from tests.support.pictures import written


def rows(out: str) -> dict[str, list[str]]:
    """Strategy -> the cells after it; "2 of 3" is three cells."""
    return {cells[0]: cells[1:] for line in out.splitlines() if (cells := line.split()) and cells[0] in STRATEGIES}


def test_the_names_on_the_command_line_are_those_of_the_strategies() -> None:
    assert [name.value for name in StrategyName] == list(STRATEGIES)


@pytest.mark.parametrize(
    ("letter", "left_out", "placed"),
    [("c", ["1", "of", "2"], ["2", "of", "2"]), ("d", ["2", "of", "3"], ["3", "of", "3"])],
)
def test_the_greedy_leaves_a_vnode_out_that_the_optimum_places(
    letter: str, left_out: list[str], placed: list[str]
) -> None:
    ran = placer("compare", INSTANCES / f"rfc-{letter}.json", "--time-limit", "0.5")

    found = rows(ran.out)
    assert (ran.code, list(found)) == (0, list(STRATEGIES))
    for greedy in ("first-fit", "first-fit-2013-12"):
        assert found[greedy][:4] == ["UNKNOWN", *left_out]
    for exact in ("optimal", "cpsat", "branch-and-bound"):
        assert found[exact][:4] == ["OPTIMAL", *placed]


def test_several_instances_have_a_table_each_and_one_legend() -> None:
    files = [INSTANCES / f"rfc-{letter}.json" for letter in "ai"]

    ran = placer("compare", *files, "--strategy", "optimal", "--strategy", "first-fit")

    assert ran.code == 0
    assert [line for line in ran.lines if line.endswith(".json")] == [str(file) for file in files]
    assert ran.out.count("placed: vnodes with a pnode;") == 1
    # I: nothing is placed, because its second vnode fits nowhere; the greedy places the first
    assert rows(ran.out)["optimal"][:4] == ["INFEASIBLE", "0", "of", "2"]
    assert rows(ran.out)["first-fit"][:4] == ["UNKNOWN", "1", "of", "2"]


def test_why_nothing_is_placed_and_what_was_assumed_is_said_below_the_table(tmp_path: Path) -> None:
    a_folder(tmp_path, a_cfg=a_cfg("a"), b_cfg=a_cfg("b", memory=999999))
    files = [tmp_path / "a.cfg", tmp_path / "b.cfg"]

    ran = placer("compare", "--host", tmp_path / "host.txt", *files, "--strategy", "optimal")

    (reason,) = [line for line in ran.lines if line.startswith("INFEASIBLE: ")]
    assert 'guest "b" vnode 0 needs ' in reason
    assert [line for line in ran.lines if line.startswith('note: guest "b" states no vnodes: ')]
    quiet = placer("compare", "--host", tmp_path / "host.txt", *files, "--strategy", "optimal", "-q")
    assert "note: " not in quiet.out


def test_a_host_in_the_place_of_an_instance_is_called_that(tmp_path: Path) -> None:
    a_folder(tmp_path)

    ran = placer("compare", tmp_path / "host.txt")

    assert ran.err == f"error: {tmp_path}/host.txt: looks like a host (--host reads it), expected an instance\n"
    assert ran.code == 2


def test_guests_on_a_host_are_one_instance(tmp_path: Path) -> None:
    a_folder(tmp_path, a_cfg=a_cfg("a"), b_cfg=a_cfg("b"))

    ran = placer(
        "compare", "--host", tmp_path / "host.txt", tmp_path / "a.cfg", tmp_path / "b.cfg", "--strategy", "optimal"
    )

    assert rows(ran.out)["optimal"][:4] == ["OPTIMAL", "2", "of", "2"]


def test_a_strategy_that_does_not_exist_is_refused_before_any_runs() -> None:
    ran = placer("compare", INSTANCES / "rfc-a.json", "--strategy", "optimal", "--strategy", "best")

    assert (ran.code, ran.out) == (2, "")
    assert "'best'" in ran.err


def test_one_bad_instance_is_refused_before_any_is_solved(tmp_path: Path) -> None:
    ran = placer("compare", INSTANCES / "rfc-a.json", tmp_path / "missing.json")

    assert (ran.code, ran.out, ran.err) == (2, "", f"error: {tmp_path}/missing.json: no such file\n")


def test_the_answers_of_strategies_are_drawn_beside_each_other(tmp_path: Path) -> None:
    words = ("--strategy", "first-fit", "--strategy", "optimal", "--format")
    svg = placer("compare", INSTANCES / "rfc-c.json", *words, "svg").out
    assert {"first-fit", "optimal"} <= {each.text for each in written(svg)}
    page = tmp_path / "a.html"
    assert placer("compare", INSTANCES / "rfc-c.json", *words, "html", "-o", page).code == 0
    assert page.read_text(encoding="utf-8").count("<figure") == 2
    two = placer("compare", INSTANCES / "rfc-a.json", INSTANCES / "rfc-c.json", *words, "html")
    assert (two.code, two.err) == (2, "error: usage: --format html draws one instance, got 2\n")


def test_a_table_goes_to_a_file_too(tmp_path: Path) -> None:
    words = (INSTANCES / "rfc-a.json", "--strategy", "first-fit")
    assert placer("compare", *words, "-o", tmp_path / "a.txt").out == ""
    written_text = (tmp_path / "a.txt").read_text(encoding="utf-8")
    assert written_text.splitlines()[0] == placer("compare", *words).lines[0]
