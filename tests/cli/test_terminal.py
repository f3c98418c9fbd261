"""Hosts are drawn on terminals, and in a pipe all is as it was."""

from __future__ import annotations

import re

from placer.cli.terminal import drawn_overview, drawn_result, screen
from tests.support.commands import INSTANCES, placer_process
from tests.support.terminals import on_terminal, plain

SOLVE = ("solve", INSTANCES / "rfc-g.json", "--strategy", "first-fit")
SHOW = ("show", INSTANCES / "xl" / "running" / "snapshot.txt", "--time-limit", "0")


def test_solve_draws_the_host_between_its_status_and_its_costs() -> None:
    text = plain(on_terminal(*SOLVE))
    status, drawn, costs = (text.index(words) for words in ("FEASIBLE", "\u256d\u2500 pnode 0 ", "Costs, highest"))
    assert status < drawn < costs
    assert max(map(len, text.splitlines())) <= 80


def test_show_draws_what_runs() -> None:
    text = plain(on_terminal(*SHOW, columns=120))
    assert text.index("now: ") < text.index("\u256d\u2500 pnode 0 ") < text.index("Guests: GiB")
    assert max(len(line) for line in text[: text.index("Guests: GiB")].splitlines() if "\u2502" in line) > 100


def test_colours_are_left_out_where_nobody_wants_them() -> None:
    assert "\x1b[" in on_terminal(*SOLVE)
    drawn = on_terminal(*SOLVE, NO_COLOR="1")
    assert "\x1b[" not in drawn and "\u256d\u2500 pnode 0 " in drawn


def test_a_terminal_without_utf_8_gets_ascii() -> None:
    drawn = plain(on_terminal(*SOLVE, LC_ALL="C", NO_COLOR="1"))
    assert "+- pnode 0 " in drawn and drawn.isascii()


def test_a_narrow_terminal_and_a_dumb_one_get_the_report_alone() -> None:
    for options in ({"columns": 79}, {"TERM": "dumb"}):
        assert "- pnode 0 " not in plain(on_terminal(*SOLVE, **options)).replace("\u2500", "-")


def test_a_pipe_gets_what_it_got() -> None:
    ran = placer_process(*SOLVE)
    assert "\u256d" not in ran.out and "\x1b" not in ran.out
    assert ran.out.splitlines()[1:3] == ["", "Costs, highest tier first"]


def test_the_guide_shows_what_a_terminal_gets() -> None:
    page = (INSTANCES.parent / "docs" / "guides" / "pictures.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```text\n(pnodes 0-7: distance 32\n.*?)```", page, re.DOTALL)
    assert shown in on_terminal("solve", INSTANCES / "epyc-8n.json", LC_ALL="C", NO_COLOR="1")


def test_nothing_is_drawn_where_standard_output_is_no_terminal() -> None:
    assert screen() is None
    assert drawn_result(None, None) == drawn_overview(None) == ""  # type: ignore[arg-type]
