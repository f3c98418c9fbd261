"""CSV files of results: read, replaced whole, and added to as runs end."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

Row = dict[str, str]
"""A line of such a file: column -> text."""


def read(path: Path) -> list[Row]:
    """Read all rows, none where there is no file; an incomplete last line, of an interrupted run, is ignored."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if None not in row.values()]


def write(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Replace the file once all rows are written; a column that a row lacks is empty."""
    whole = path.with_suffix(".new")
    with whole.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    whole.replace(path)


def append(path: Path, columns: Sequence[str], row: Row) -> None:
    """Add a row, behind the names of the columns where there is no file yet."""
    new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        if new:
            writer.writeheader()
        writer.writerow(row)
