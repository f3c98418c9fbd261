"""Tables: plain columns for files and pipes; with colours on a terminal, and only there rich is imported."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, colour: bool = False) -> str:
    """
    Lay out a table.

    Parameters
    ----------
    title
        Line above the table.
    columns
        Heads of the columns; a column whose head starts with ``>`` is set flush right.
    rows
        Cells of each row: None is shown as ``-``, a float with two decimals.
    colour
        Whether the table goes to a terminal, where it is coloured and folded to the width of the terminal.

    Examples
    --------
    >>> print(table("Pnodes", ("pnode", ">free"), [(0, "8 GiB"), (12, None)]), end="")
    Pnodes
      pnode   free
      0      8 GiB
      12         -
    """
    cells = [[cell_text(cell) for cell in row] for row in rows]
    return _on_terminal(title, columns, cells) if colour else _plain(title, columns, cells)


def headline(text: str, *, good: bool, colour: bool = False) -> str:
    """
    Give the first line of a report, on a terminal in green or red.

    Parameters
    ----------
    good
        Whether the line is green.
    colour
        Whether it goes to a terminal.
    """
    if not colour:
        return text + "\n"
    from rich.text import Text

    return _printed(Text(text, style="bold green" if good else "bold red"))


def _plain(title: str, columns: Sequence[str], rows: list[list[str]]) -> str:
    right = [column.startswith(">") for column in columns]
    lines = [[column.lstrip(">") for column in columns], *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = [title]
    for line in lines:
        padded = (
            cell.rjust(width) if flush else cell.ljust(width)
            for cell, width, flush in zip(line, widths, right, strict=True)
        )
        text.append(("  " + "  ".join(padded)).rstrip())
    return "\n".join(text) + "\n"


def _on_terminal(title: str, columns: Sequence[str], rows: list[list[str]]) -> str:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    # as close as the plain table: rich breaks words where a terminal is narrow
    grid = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    for column in columns:
        right = column.startswith(">")
        grid.add_column(column.lstrip(">"), justify="right" if right else "left", overflow="fold")
    for row in rows:
        grid.add_row(*map(Text, row))
    return _printed(grid)


def _printed(thing: object) -> str:
    from rich.console import Console

    console = Console(highlight=False)
    with console.capture() as capture:
        console.print(thing)
    return capture.get()


def cell_text(cell: object) -> str:
    """Write a cell: None as ``-``, a float with two decimals."""
    if cell is None:
        return "-"
    return f"{cell:.2f}" if isinstance(cell, float) else str(cell)
