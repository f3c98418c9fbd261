"""The room that text takes, and text cut or folded to the room there is."""

from __future__ import annotations

import re
import unicodedata

FAMILY = "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif"
"""DejaVu Sans and Verdana are the widest of the common ones: text measured for them fits in the others too."""
BODY, SMALL, LARGE = 12.0, 10.0, 17.0
ELLIPSIS = "\u2026"

# fmt: off
_ASCII = (
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636, 636,
    636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863,
    748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635,
    615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636,
    337, 636, 838,
)
# fmt: on
"""Advance widths of the characters from space to tilde in thousandths of the font size (DejaVu Sans 2.37)."""
BOLD = 1.27
"""The largest ratio of the widths of a letter or digit in DejaVu Sans Bold and in the regular one (2.37)."""
_WIDE, _OTHER = 1400, 1000
"""Full-width characters and emoji, and all others: above any that fonts in use have."""
_NOT_SHOWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """Replace what XML cannot hold, and marks that would turn the direction of the text around, by U+FFFD."""
    return _NOT_SHOWN.sub("\ufffd", text)


def width(text: str, size: float, *, bold: bool = False) -> float:
    """
    Give the width of a line of text, no smaller than fonts make it.

    Parameters
    ----------
    size
        Of the font, in the unit of the result.

    Examples
    --------
    >>> width("db", 10), width("db", 10, bold=True)
    (12.7, 16.129)
    """
    return round(sum(map(_advance, clean(text))) * size / 1000 * (BOLD if bold else 1), 6)


def _advance(character: str) -> int:
    code = ord(character)
    if 32 <= code <= 126:
        return _ASCII[code - 32]
    if _is_joined(character):
        return 0
    return _WIDE if unicodedata.east_asian_width(character) in "WF" or code > 0xFFFF else _OTHER


def _is_joined(character: str) -> bool:
    """Whether a character has no width of its own: combining marks, joiners and marks of direction."""
    return unicodedata.category(character) in {"Mn", "Me", "Cf"}


def cut(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """
    Cut text to a width, with an ellipsis for what is left out.

    Examples
    --------
    >>> cut("database", 40, 10), cut("database", 100, 10)
    ('datab…', 'database')
    """
    if width(text, size, bold=bold) <= room:
        return text
    left = room - width(ELLIPSIS, size, bold=bold)
    if left < 0:
        return ""
    kept = 0
    for character in text:
        left -= width(character, size, bold=bold)
        if left < 0:
            break
        kept += 1
    while kept and kept < len(text) and (_is_joined(text[kept]) or text[kept - 1] == "\u200d"):
        kept -= 1  # a mark stays with its letter, and an emoji of several characters is left out whole
    return text[:kept].rstrip() + ELLIPSIS


def fold(text: str, room: float, size: float) -> list[str]:
    """
    Fold text at its spaces into lines of a width; a word that is wider alone is cut.

    Examples
    --------
    >>> fold("memory of pnode 3", 60, 10)
    ['memory of', 'pnode 3']
    """
    lines: list[str] = []
    for word in text.split():
        if lines and width(f"{lines[-1]} {word}", size) <= room:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return [cut(line, room, size) for line in lines]
