"""Rows of tables (CSV): their columns, sizes and counts, with the line of each fault."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from placer.errors import InputError
from placer.instance import parse_size, shorten

_UNITS = "expected GiB without a unit in every row, or a unit in every row"


def rows_of(text: str, place: str) -> tuple[list[str], Iterator[tuple[int, dict[str, str]]]]:
    """
    Give the columns of a table, and each row with its line.

    Raises
    ------
    InputError
        If a column stands twice or a row has another number of fields; rows raise as they are read.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)

    def rows() -> Iterator[tuple[int, dict[str, str]]]:
        try:
            for row in reader:
                if not row:
                    continue
                if len(row) != len(columns):
                    raise InputError(
                        f"{len(row)} fields, expected {len(columns)} as in the first line",
                        place=f"{place}:{reader.line_num}",
                    )
                yield reader.line_num, dict(zip(columns, map(str.strip, row), strict=True))
        except csv.Error as error:
            raise InputError(f"no CSV: {error}", place=f"{place}:{reader.line_num}") from None

    try:
        columns = [column.strip() for column in next(reader, [])]
    except csv.Error as error:
        raise InputError(f"no CSV: {error}", place=f"{place}:1") from None
    twice = next((column for i, column in enumerate(columns) if column in columns[:i]), None)
    if twice is not None:
        raise InputError(f'two columns "{shorten(twice)}", expected one', place=f"{place}:1")
    return columns, rows()


class Sizes:
    """
    Reads the sizes of a table: GiB, or all of them with a unit.

    Parameters
    ----------
    place
        Name of the table.
    """

    def __init__(self, place: str) -> None:
        self.place = place
        self.has_unit: bool | None = None
        self._known: dict[str, int] = {}

    def kib(self, text: str, column: str, line: int) -> int:
        """Give a size in KiB; a text that came before is not read again, as a table repeats few."""
        if text not in self._known:
            self._known[text] = self._read(text, column, line)
        return self._known[text]

    def _read(self, text: str, column: str, line: int) -> int:
        here = f"{self.place}:{line}"
        try:
            plain = text.replace(".", "", 1).isdigit() and text.isascii()
            if text.strip("0."):  # 0 needs no unit
                if self.has_unit is plain:
                    raise InputError(f'{column} "{shorten(text)}" beside sizes of the other kind, {_UNITS}', place=here)
                self.has_unit = not plain
            return parse_size(f"{text} GiB" if plain else text)
        except ValueError as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f"{column}: {error}, or a number of GiB", place=here) from None


def count_of(text: str, column: str, place: str, most: int) -> int:
    """Give a number from 0 to the most."""
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and int(text) <= most):
        raise InputError(f'{column}: expected a number from 0 to {most}, got "{shorten(text)}"', place=place)
    return int(text)
