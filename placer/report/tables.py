"""Tables for a terminal or a file; the only module that imports rich."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import StringIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDTH = 118


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, colour: bool = False) -> str:
    """
    Lay out a table; columns whose head starts with ``>`` are set flush right.

    Returns
    -------
    str
        Lines without trailing blanks.
    """
    grid = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        right = column.startswith(">")
        grid.add_column(column.lstrip(">"), justify="right" if right else "left", overflow="fold")
    for row in rows:
        grid.add_row(*(Text(_shown(cell)) for cell in row))
    return _printed(grid, colour=colour)


def headline(text: str, *, good: bool, colour: bool = False) -> str:
    """Set a line that says how it went."""
    return _printed(Text(text, style="bold green" if good else "bold red"), colour=colour)


def _printed(thing: Table | Text, *, colour: bool) -> str:
    out = StringIO()
    width = None if colour else WIDTH
    console = Console(
        file=out, width=width, force_terminal=colour, color_system="auto" if colour else None, highlight=False
    )
    console.print(thing, soft_wrap=isinstance(thing, Text))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _shown(cell: object) -> str:
    if cell is None:
        return "-"
    return f"{cell:.2f}" if isinstance(cell, float) else str(cell)
