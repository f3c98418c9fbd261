"""Colours and patterns that tell guests apart, with colour and without."""

from __future__ import annotations

from typing import Final

COLOURS: Final = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7")
"""The palette of Okabe and Ito (Color Universal Design, 2008) without black, which is the colour of text."""
_DARK = frozenset({"#009e73", "#0072b2", "#d55e00"})
"""Those on which white lines are seen better than black ones."""
PATTERNS: Final = (
    "",
    "M-2,2 2,-2 M0,8 8,0 M6,10 10,6",
    "M0,2 8,2 M0,6 8,6",
    "M-2,6 2,10 M0,0 8,8 M6,-2 10,2",
    "M2,0 2,8 M6,0 6,8",
    "M0,4 8,4 M4,0 4,8",
    "M0,0 8,8 M0,8 8,0",
    "M2,2 3.6,2 M6,6 7.6,6 M2,6 3.6,6 M6,2 7.6,2",
)
"""Paths in a square of 8 pixels, repeated: plain, lines in four directions, two grids, dots."""


def colour_of(number: int) -> str:
    """Give the colour of a guest by its number; the next guest has another one."""
    return COLOURS[number % len(COLOURS)]


def pattern_of(number: int) -> str:
    """Give the path of its pattern; both together repeat after 56 guests, as 7 and 8 have no common divisor."""
    return PATTERNS[number % len(PATTERNS)]


def stroke_of(number: int) -> str:
    """Give the colour of the lines of its pattern."""
    return "#ffffff" if colour_of(number) in _DARK else "#000000"


def kind_of(number: int) -> int:
    """Number the combinations of colour and pattern: guests with the same one share its definition."""
    return number % (len(COLOURS) * len(PATTERNS))
