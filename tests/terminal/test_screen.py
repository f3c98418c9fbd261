"""What a terminal is given: no codes from names, and nothing that it cannot show."""

from __future__ import annotations

import pytest
from rich.panel import Panel
from rich.text import Text

from placer.terminal.screen import Screen


def test_a_name_gives_the_terminal_no_orders() -> None:
    assert Screen(width=80).text("db\x1b[2J") == "db\ufffd[2J"
    assert Screen(width=80, unicode=False).text("db\x1b[2J") == "db\\ufffd[2J"


def test_where_there_is_only_ascii_other_letters_are_escaped() -> None:
    assert Screen(width=80, unicode=False).text("b\u00fcro \U0001f99c") == "b\\xfcro \\U0001f99c"


def test_boxes_are_of_ascii_where_there_is_nothing_else() -> None:
    boxed = Screen(width=80, unicode=False, colour=False).printed(Panel(Text("db"), width=8))
    assert boxed == "+------+\n| db   |\n+------+\n"
    assert "\u2502 db   \u2502" in Screen(width=80, colour=False).printed(Panel(Text("db"), width=8))


def test_without_colour_there_are_no_codes_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    text = Text("db", style="bold red on blue")
    assert Screen(width=80, colour=False).printed(text) == "db\n"
    assert "\x1b[" in Screen(width=80).printed(text)


def test_nothing_is_wider_than_the_terminal() -> None:
    lines = Screen(width=10, colour=False).printed(Text("one two three four")).splitlines()
    assert lines == ["one two", "three four"]
