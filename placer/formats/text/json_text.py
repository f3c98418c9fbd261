"""Parses JSON strictly: no duplicate keys, no NaN, and limits on depth and size."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import NoReturn

from placer.errors import InputError
from placer.formats.text.encodings import carried
from placer.instance import shorten

MAX_DEPTH = 64
"""Deepest nesting that is read; an instance needs 6, a libxl_domain_config about 8."""
MAX_CONTAINERS = 500_000
"""Most objects and lists that are read; a mask for each of 100,000 running vcpus needs 100,000 of them."""
MAX_DIGITS = 1000
"""Longest integer that is read; Python itself stops at 4300 digits."""

# Possessive, and content with a string that never ends: linear on any text.
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{\]}]', re.DOTALL)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def parse_json(text: str, place: str, *, most_containers: int = MAX_CONTAINERS) -> object:
    """
    Parse JSON that placer did not write.

    Parameters
    ----------
    text
        The JSON text; a byte order mark in front is skipped.
    place
        The file's name for messages.
    most_containers
        Most objects and lists that are read.

    Returns
    -------
    object
        Dicts, lists, strings, ints, finite floats, booleans and None.

    Raises
    ------
    InputError
        With line and column, or the key, if the text is no JSON, an object has a key twice, a number is not finite or
        has more than 1000 digits, a string holds half of a surrogate pair, values are nested more than 64 deep, or
        there are more objects and lists.

    Examples
    --------
    >>> parse_json('{"a": [1, null]}', "x.json")
    {'a': [1, None]}
    """
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise InputError("the file is empty, expected JSON", place=place)
    _check_depth(text, place, most_containers)
    reader = _Reader(place)
    try:
        value: object = json.loads(
            text,
            object_pairs_hook=reader.unique,
            parse_constant=reader.not_finite,
            parse_int=reader.integer,
            parse_float=reader.finite,
        )
    except json.JSONDecodeError as error:
        raise InputError(
            f"not JSON: {_readable(error.msg)}{_found(text, error.pos)}",
            place=f"{place}:{error.lineno}:{error.colno}",
        ) from None
    if _SURROGATE.search(text):
        _check_surrogates(value, place, "surrogateescape" if carried(text) else "strict")
    return value


class _Reader:
    def __init__(self, place: str) -> None:
        self.place = place

    def unique(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        unique = dict(pairs)
        if len(unique) < len(pairs):
            twice = next(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
            raise InputError(f'key "{_shown(twice)}" stands twice in one object', place=self.place)
        return unique

    def not_finite(self, word: str) -> NoReturn:
        raise InputError(f"{word} is no JSON number", place=self.place)

    def integer(self, digits: str) -> int:
        if len(digits) > MAX_DIGITS:
            raise InputError(f"a number has {len(digits)} digits: {shorten(digits)}", place=self.place)
        return int(digits)

    def finite(self, digits: str) -> float:
        number = float(digits)
        if number in (float("inf"), float("-inf")):
            raise InputError(f"number {shorten(digits)} is too large", place=self.place)
        return number


def _check_depth(text: str, place: str, most_containers: int) -> None:
    depth = containers = 0
    for found in _BRACKETS.finditer(text):
        if found[0] in "[{":
            depth += 1
            containers += 1
        elif found[0] in "]}":
            depth -= 1
        if depth > MAX_DEPTH or containers > most_containers:
            line = text.count("\n", 0, found.start()) + 1
            why = (
                f"nested more than {MAX_DEPTH} deep"
                if depth > MAX_DEPTH
                else f"over {most_containers} objects and lists"
            )
            raise InputError(f"not JSON that placer reads: {why}", place=f"{place}:{line}")


def _check_surrogates(value: object, place: str, errors: str) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8", errors)
    except UnicodeEncodeError as error:
        half = f"\\u{ord(error.object[error.start]):04x}"
        raise InputError(f"a string holds {half}, half of a character", place=place) from None


def _readable(message: str) -> str:
    return message[:1].lower() + message[1:]


def _found(text: str, position: int) -> str:
    here = text[position : position + 200].split("\n", 1)[0].strip()
    return f', got "{_shown(here)}"' if here else ", but there it ends"


def _shown(text: str) -> str:
    return shorten("".join(c if c.isprintable() else "\ufffd" for c in text))
