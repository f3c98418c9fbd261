"""Sizes and cpu sets: their text, and the integers that placer keeps."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise
from typing import Annotated

from msgspec import Meta

MAX_CPU = 65_535
"""Largest cpu id that is read: far above any real host, small enough that a typo fills no memory."""

MAX_KIB = 2**43
"""Largest size that is read, in KiB (8 PiB): sums of half a million of them fit 64 bits."""

KIB_PER_MIB, KIB_PER_GIB = 1024, 1024**2

_SIZE = r"^\s*(0+(\.0+)?|[0-9]+(\.[0-9]+)?\s*[KMGT]iB)\s*$"
_CPUS = r"^\s*(\^?[0-9]+(-[0-9]+)?(\s*,\s*\^?[0-9]+(-[0-9]+)?)*)?\s*$"
_UNPRINTABLE = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\ud800-\udfff]")
_KIB_OF = {"K": 1, "M": KIB_PER_MIB, "G": KIB_PER_GIB, "T": 1024**3}

Kib = Annotated[
    int,
    Meta(
        ge=0,
        le=MAX_KIB,
        description='a number of KiB, or a size such as "8GiB"',
        extra_json_schema={"type": ["integer", "string"], "pattern": _SIZE},
    ),
]
Cpu = Annotated[int, Meta(ge=0, le=MAX_CPU)]
CpuSet = Annotated[
    tuple[Cpu, ...],
    Meta(
        description='a list of ids, or ranges such as "0-7,64-71"; "^" takes out',
        extra_json_schema={"type": ["array", "string"], "pattern": _CPUS},
    ),
]


def parse_size(text: str) -> int:
    """
    Read a size such as ``8GiB`` as KiB; 0 is the same in every unit and needs none.

    Raises
    ------
    ValueError
        If the text is no size, no whole number of KiB, or more than 8 PiB.

    Examples
    --------
    >>> parse_size("8GiB"), parse_size("1.5 MiB"), parse_size("0")
    (8388608, 1536, 0)
    """
    if len(text) > 40 or not re.match(_SIZE, text, re.ASCII):
        raise ValueError(f'expected a size such as "8GiB" or "512MiB", got "{shorten(text)}"')
    if not text.strip("0. \t\n\r\f\v"):
        return 0
    number, unit = text.strip()[:-3].strip(), text.strip()[-3]
    kib = Fraction(number) * _KIB_OF[unit]
    if kib.denominator != 1:
        raise ValueError(f'expected a whole number of KiB, got "{text}"')
    if kib > MAX_KIB:
        raise ValueError(f'expected at most 8 PiB, got "{text}"')
    return int(kib)


def format_size(kib: int) -> str:
    """
    Write a number of KiB for a person, in the largest unit that it fills, to two decimals.

    Examples
    --------
    >>> format_size(8388608), format_size(1536), format_size(3), format_size(12345678)
    ('8 GiB', '1.5 MiB', '3 KiB', '11.77 GiB')
    """
    for unit, factor in (("TiB", 1024**3), ("GiB", 1024**2), ("MiB", 1024)):
        if abs(kib) >= factor:
            return f"{kib / factor:.2f}".rstrip("0").rstrip(".") + f" {unit}"
    return f"{kib} KiB"


def parse_cpuset(text: str) -> tuple[int, ...]:
    """
    Read a cpu set such as ``0-7,64-71``; ``^5`` and ``^2-3`` take ids out again.

    Raises
    ------
    ValueError
        If the text is no such set, a range runs backwards, or an id is above 65535.

    Examples
    --------
    >>> parse_cpuset("0-3,8,^2")
    (0, 1, 3, 8)
    """
    if len(text) > 1_000_000 or not re.match(_CPUS, text, re.ASCII):
        raise ValueError(f'expected a cpu set such as "0-7,64-71", got "{shorten(text)}"')
    inside: set[int] = set()
    outside: set[int] = set()
    for part in filter(None, (p.strip() for p in text.split(","))):
        low, _, high = part.lstrip("^").partition("-")
        if len(low) > 5 or len(high) > 5 or max(int(low), int(high or 0)) > MAX_CPU:
            raise ValueError(f'expected cpu ids of at most {MAX_CPU}, got "{shorten(part)}"')
        if high and int(high) < int(low):
            raise ValueError(f'range "{part}" runs backwards')
        (outside if part.startswith("^") else inside).update(range(int(low), int(high or low) + 1))
    return tuple(sorted(inside - outside))


def format_cpuset(cpus: Iterable[int]) -> str:
    """
    Write a set of ids as ranges.

    Examples
    --------
    >>> format_cpuset((0, 1, 2, 5, 8, 9))
    '0-2,5,8-9'
    """
    ordered = sorted(set(cpus))
    starts = [i for i, j in enumerate(ordered) if i == 0 or ordered[i - 1] != j - 1] + [len(ordered)]
    return ",".join(f"{ordered[a]}" if b == a + 1 else f"{ordered[a]}-{ordered[b - 1]}" for a, b in pairwise(starts))


def shorten(text: str, limit: int = 60) -> str:
    """
    Cut a quoted piece of input to a length that fits a message.

    Carried bytes (PEP 383) become U+FFFD, and so do control characters, which would command the terminal.
    """
    text = _UNPRINTABLE.sub("\ufffd", text[: limit + 1])
    return text if len(text) <= limit else text[: limit - 3] + "..."
