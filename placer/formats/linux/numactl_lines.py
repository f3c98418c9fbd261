"""Joins the lines of ``numactl -H`` that a terminal, a mail or a web page has wrapped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from placer.errors import InputError
from placer.instance import shorten

_NUMBERS = re.compile(r"-?\d[\d ,()-]*", re.ASCII)
"""A line that numactl begins with no word: the rest of a longer one."""
_LONG = re.compile(r"node \d+ cpus:.*|node( \d+)+|\d+:( -?\d+)*", re.ASCII)
"""A line that holds a list of numbers, and so may go on below: cpus of a node, or a row of the distances."""
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
"""Characters of no width that web pages put into text."""


@dataclass(frozen=True)
class JoinedLine:
    """
    A line with its continuations.

    Parameters
    ----------
    text
        Its words, with one space between them.
    number
        Number of its first line in the file.
    place
        ``file:line`` of its first line.
    pieces
        Number of lines of the file that it is made of.
    """

    text: str
    number: int
    place: str
    pieces: int = 1


def joined_lines(text: str, place: str) -> Iterator[JoinedLine]:
    """
    Iterate over the lines that are not empty, each with its continuations.

    Spaces of any kind (U+00A0 and the like) count as spaces.

    Raises
    ------
    InputError
        With ``file:line``, if a line continues none.
    """
    waiting: JoinedLine | None = None
    pieces: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        words = " ".join(line.translate(_INVISIBLE).split())
        if not words:
            continue
        if not _NUMBERS.fullmatch(words):
            if waiting:
                yield _whole(waiting, pieces)
            waiting, pieces = JoinedLine(words, number, f"{place}:{number}"), [words]
        elif waiting is None or not _LONG.fullmatch(waiting.text):
            raise InputError(f'numbers that continue no line: "{shorten(words)}"', place=f"{place}:{number}")
        else:
            pieces.append(words)
    if waiting:
        yield _whole(waiting, pieces)


def _whole(line: JoinedLine, pieces: list[str]) -> JoinedLine:
    return JoinedLine(" ".join(pieces), line.number, line.place, len(pieces))
