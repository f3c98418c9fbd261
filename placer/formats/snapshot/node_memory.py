"""Reads what Linux says of the memory of nodes: what is free, how far they are apart, what a process holds there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from placer.errors import InputError
from placer.formats.text.files import Text
from placer.instance import shorten
from placer.instance.units import MAX_CPU, MAX_KIB

_CELL = re.compile(r"(\d{1,9}):\s+(\d{1,15}) Ki?B", re.IGNORECASE | re.ASCII)
_TOTAL = re.compile(r"-+|\w+:\s+\d+ Ki?B", re.IGNORECASE)
_FREE = re.compile(r"node (\d{1,9}) free: (\d{1,15}) kB", re.ASCII)
_HELD = re.compile(r"node (\d{1,9}) held: (\d{1,15}) kB", re.ASCII)
_DISTANCES = re.compile(r"node (\d{1,9}) distances: (\d{1,9}(?: \d{1,9})*)", re.ASCII)


def read_freecell(text: Text) -> dict[int, int]:
    """
    Read what ``virsh freecell --all`` prints: node -> free memory, in KiB.

    Raises
    ------
    InputError
        With ``file:line``, if a line is none of it, or a node stands there twice.
    """
    return _sizes(text, "virsh freecell --all", _CELL, _TOTAL)


def read_free(text: Text) -> dict[int, int]:
    """Read the lines ``node N free: SIZE kB`` of the part ``node-memory``, as :func:`read_freecell`."""
    return _sizes(text, "the memory of nodes", _FREE, _DISTANCES)


def read_held(text: Text) -> dict[int, int]:
    """Read where a process holds memory, from lines ``node N held: SIZE kB``, as :func:`read_freecell`."""
    return _sizes(text, "the memory of a process", _HELD, None)


def read_distances(text: Text) -> tuple[tuple[int, ...], ...] | None:
    """
    Read the distances of the part ``node-memory``, rows and columns by the ids of the nodes.

    Returns
    -------
    tuple of tuple of int or None
        None where a node states another number of distances than there are nodes.
    """
    rows = {int(row[1]): tuple(map(int, row[2].split())) for _, row in _rows(text, _DISTANCES) if row}
    matrix = tuple(rows[node] for node in sorted(rows))
    return matrix if matrix and all(len(row) == len(matrix) for row in matrix) else None


def stated(free_kib: Mapping[int, int]) -> str:
    """Write free memory as ``--free`` states it."""
    return ",".join(f"{node}={kib}KiB" for node, kib in free_kib.items())


def _sizes(text: Text, what: str, shape: re.Pattern[str], beside: re.Pattern[str] | None) -> dict[int, int]:
    found: dict[int, int] = {}
    for (place, line), row in _rows(text, shape):
        if row is None and beside is not None and beside.fullmatch(line):
            continue
        if row is None or int(row[1]) > MAX_CPU or int(row[2]) > MAX_KIB:
            raise InputError(f'expected a line of {what}, got "{shorten(line)}"', place=place)
        if int(row[1]) in found:
            raise InputError(f"lists node {row[1]} again", place=place)
        found[int(row[1])] = int(row[2])
    return found


def _rows(text: Text, shape: re.Pattern[str]) -> Iterator[tuple[tuple[str, str], re.Match[str] | None]]:
    for i, line in enumerate(text.content.split("\n"), start=1):
        if line.strip():
            yield (f"{text.place}:{i}", line.strip()), shape.fullmatch(line.strip())
