"""Tables and headlines, plain and on a terminal."""

from __future__ import annotations

import pytest

from placer.report.tables import headline, table


def test_a_plain_table_sets_columns_flush_and_leaves_no_blanks_at_the_end() -> None:
    text = table("Pnodes", ("name", ">free"), [("a", 1), ("long", None), ("", 1.5)])

    assert text.splitlines() == ["Pnodes", "  name  free", "  a        1", "  long     -", "        1.50"]


def test_a_plain_table_may_be_empty() -> None:
    assert table("Guests", ("guest", ">mean"), []) == "Guests\n  guest  mean\n"


def test_a_plain_headline_is_the_line_itself() -> None:
    assert headline("OPTIMAL", good=True) == "OPTIMAL\n"


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "60")


@pytest.mark.usefixtures("terminal")
def test_what_users_name_is_no_markup_on_a_terminal() -> None:
    text = table("Guests", ("guest",), [("[red]db[/red]",), ("[/]",)], colour=True)

    assert "[red]db[/red]" in text
    assert "[/]" in text


@pytest.mark.usefixtures("terminal")
def test_a_long_cell_is_folded_and_not_cut_on_a_terminal() -> None:
    text = table("Guests", ("guest",), [("x" * 100,)], colour=True)

    assert text.count("x") == 100
