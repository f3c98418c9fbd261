"""
Parses xl.cfg as libxlutil does (Xen tools/libs/util/libxlu_cfg_l.l and libxlu_cfg_y.y).

Compared with libxlutil of Xen 4.17: files that libxlutil refuses are refused here, and values are the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from placer.errors import InputError
from placer.formats.text.encodings import carried
from placer.instance import shorten

MAX_CHARACTERS = 1_000_000
"""Longest file that is read. Chosen, not tuned: far above any real configuration."""
MAX_DEPTH = 50
"""Deepest nesting of lists that is read. Chosen, not tuned: keys of xl use two levels."""

Value = str | tuple["Value", ...]
"""A list, or a string or number as text: xl does not tell 512 from "512"."""

TOKEN = re.compile(
    r"""
    (?P<space>[ \t]+)
  | (?P<newline>\n|\#[^\n]*\n)
  | (?P<name>[a-z][_0-9a-z]*)
  | (?P<number>[0-9][0-9a-fx]*)
  | (?P<string>"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"|'[^'\\\n]*(?:\\[^\n][^'\\\n]*)*')
  | (?P<mark>\+=|[\[\],=;])
    """,
    re.VERBOSE,
)
_HINTS = {
    "\r": "lines to end in LF alone, not CR LF",
    "#": "a line end after the last comment",
    "\"'": "a closing quote on the same line",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ_": "a key in small letters, or quotes around a string",
    "+-": "a number without a sign, a string or a list",
    ".():": "a number, a string or a list; xl runs no Python",
}
# libxlutil refuses \x.. altogether, and reads an octal escape but drops the character.
_ESCAPE = re.compile(r"\\([0-7][0-9]{2,3}|.)", re.DOTALL)
_MEANING = dict(zip("\"'\\abfnrtv", "\"'\\\a\b\f\n\r\t\v", strict=True))


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """
    One ``key = value`` or ``key += value``.

    Parameters
    ----------
    key, operator, value
        The parts of the assignment.
    start, operator_start, value_start, end
        Offsets in the text where the parts begin, and where the value ends.
    line
        The line of its key, from 1.
    """

    key: str
    operator: str
    value: Value
    start: int
    operator_start: int
    value_start: int
    end: int
    line: int


@dataclass(frozen=True, kw_only=True)
class Config:
    """A parsed xl.cfg."""

    place: str
    text: str
    assignments: tuple[Assignment, ...]

    def effective(self, key: str) -> list[Assignment]:
        """List the assignments that make up the value of a key: its last ``=`` and every later ``+=``."""
        mine = [assignment for assignment in self.assignments if assignment.key == key]
        last = max((i for i, assignment in enumerate(mine) if assignment.operator == "="), default=0)
        return mine[last:]

    def value_of(self, key: str) -> Value | None:
        """Give the value of a key as xl reads it, None where the file does not set the key."""
        values = [assignment.value for assignment in self.effective(key)]
        if not values:
            return None
        if isinstance(values[0], str):
            return "".join(value for value in values if isinstance(value, str))
        return tuple(item for value in values for item in value)

    def fault(self, key: str, message: str) -> InputError:
        """Make the error for the value of a key, with its line; the caller raises it."""
        mine = self.effective(key)
        return InputError(message, place=f"{self.place}:{mine[-1].line}" if mine else self.place)


def parse(text: str, place: str) -> Config:
    """
    Parse a whole xl.cfg.

    Parameters
    ----------
    text
        The file.
    place
        Its name for messages.

    Raises
    ------
    InputError
        With ``file:line``, where libxlutil would refuse the file; or if the file is longer than a million characters.

    Examples
    --------
    >>> parse("vcpus = 2; cpus = ['0-3', 5]", "db.cfg").value_of("cpus")
    ('0-3', '5')
    """
    if len(text) > MAX_CHARACTERS:
        raise InputError(f"{len(text)} characters, expected an xl.cfg of at most {MAX_CHARACTERS}", place=place)
    return Config(place=place, text=text, assignments=tuple(_Parser(text, place).assignments()))


class _Parser:
    """Recursive descent over the tokens, with one token of lookahead."""

    def __init__(self, text: str, place: str) -> None:
        self._text = text
        self._place = place
        self._end = 0
        self._line = 1
        self._is_list: dict[str, bool] = {}
        self._tokens = self._scan()
        self._kind, self._word, self._start = next(self._tokens)

    def assignments(self) -> Iterator[Assignment]:
        while self._kind != "end":
            if not self._at_end_of_statement():
                yield self._assignment()
                if not self._at_end_of_statement():
                    self._refuse('the end of the line or ";" after a value')
            self._take()

    def _assignment(self) -> Assignment:
        start, line = self._start, self._line
        if self._kind != "name":
            self._refuse("a key")
        key = self._take()
        operator_start = self._start
        if self._word not in ("=", "+="):
            self._refuse(f'"=" after the key {shorten(key)}')
        operator = self._take()
        value_start = self._start
        value = self._value(depth=0)
        is_list = isinstance(value, tuple)
        if operator == "+=" and self._is_list.get(key, is_list) != is_list:
            self._refuse(f"{shorten(key)} += to add a list to a list, or a string to a string")
        self._is_list[key] = is_list
        return Assignment(
            key=key,
            operator=operator,
            value=value,
            start=start,
            operator_start=operator_start,
            value_start=value_start,
            end=self._end,
            line=line,
        )

    def _value(self, depth: int) -> Value:
        if self._kind == "string":
            return self._unquote(self._take())
        if self._kind == "number":
            return self._take()
        if self._word != "[":
            self._refuse("a number, a string in quotes or a list")
        if depth == MAX_DEPTH:
            self._refuse(f"lists nested at most {MAX_DEPTH} deep")
        self._take()
        return self._items(depth + 1)

    def _items(self, depth: int) -> Value:
        items: list[Value] = []
        self._skip_newlines()
        while self._word != "]":
            items.append(self._value(depth))
            self._skip_newlines()
            if self._word == ",":
                self._take()
                self._skip_newlines()
            elif self._word != "]":
                self._refuse('"," or "]" after an item of a list')
        self._take()
        return tuple(items)

    def _unquote(self, literal: str) -> str:
        def meaning(escape: re.Match[str]) -> str:
            if len(escape[1]) == 1 and escape[1] not in _MEANING:
                self._refuse(rf"one of \\ \' \" \n \t \r after a backslash in {shorten(literal)}")
            return _MEANING.get(escape[1], "")

        return _ESCAPE.sub(meaning, literal[1:-1])

    def _at_end_of_statement(self) -> bool:
        return self._kind in ("newline", "end") or self._word == ";"

    def _skip_newlines(self) -> None:
        while self._kind == "newline":
            self._take()

    def _take(self) -> str:
        """Return the current token and read the next."""
        word = self._word
        self._end = self._start + len(word)
        self._line += self._kind == "newline"
        self._kind, self._word, self._start = next(self._tokens)
        return word

    def _scan(self) -> Iterator[tuple[str, str, int]]:
        position = 0
        while position < len(self._text):
            token = TOKEN.match(self._text, position)
            if token is None or "\0" in token[0]:
                self._kind, self._start = "mark", position
                odd = self._text[position] if token is None else "\0"
                hints = [hint for signs, hint in _HINTS.items() if odd in signs]
                self._refuse(hints[0] if hints else f"no {carried(odd) or repr(odd)} here")
            if token.lastgroup != "space":
                yield str(token.lastgroup), token[0], position
            position = token.end()
        yield "end", "", position
        yield "end", "", position

    def _refuse(self, expected: str) -> NoReturn:
        start = self._text.rfind("\n", 0, self._start) + 1
        line = self._text[start : start + 200].partition("\n")[0]
        number = 1 + self._text.count("\n", 0, self._start)
        raise InputError(f'expected {expected}: "{shorten(line.strip())}"', place=f"{self._place}:{number}")
