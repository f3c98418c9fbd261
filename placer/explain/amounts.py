"""The least amounts that are enough, and exact words for amounts of memory."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from placer.instance import format_size

MIB = 1024
_KIB_OF = {"KiB": 1, "MiB": MIB, "GiB": MIB**2, "TiB": MIB**3}


def exact(kib: int) -> str:
    """
    Write an amount of memory without rounding it.

    Examples
    --------
    >>> exact(512 * 1024), exact(16_169 * 1024), exact(1025)
    ('512 MiB', '16169 MiB', '1025 KiB')
    """
    short = format_size(kib)
    number, unit = short.split()
    if Fraction(number) * _KIB_OF[unit] == kib:
        return short
    return f"{kib // MIB} MiB" if kib % MIB == 0 else f"{kib} KiB"


def whole(kib: int) -> int:
    """
    Round an amount up to whole MiB; one below a MiB stays as it is.

    Examples
    --------
    >>> whole(1025), whole(1023)
    (2048, 1023)
    """
    return kib if kib < MIB else -(-kib // MIB) * MIB


def least(enough: Callable[[int], bool], low: int, high: int) -> int | None:
    """
    Give the least number from ``low`` to ``high`` that is enough, by bisection; None if not even ``high`` is.

    Parameters
    ----------
    enough
        Whether a number is enough; so is every larger one.

    Examples
    --------
    >>> least(lambda number: number >= 7, 1, 100), least(lambda number: False, 1, 100)
    (7, None)
    """
    if high < low or not enough(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return high
