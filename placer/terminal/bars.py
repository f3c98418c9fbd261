"""Bars of memory: a cell of the terminal for so much of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from placer.draw.palette import colour_of, stroke_of
from placer.terminal.screen import Screen

if TYPE_CHECKING:
    from rich.text import Text

Look = Literal["guest", "used", "overhead", "free", "reserve"]
FILLS: dict[Look, tuple[str, str]] = {
    "guest": ("\u2592\u2593", "#="),
    "used": ("\u259a", "+"),
    "overhead": ("\u2588", "%"),
    "free": ("\u00b7", "."),
    "reserve": ("/", "/"),
}
"""The character of each look, where there is Unicode and where there is not; guests beside each other take turns."""


@dataclass(frozen=True, kw_only=True)
class Segment:
    """
    A part of a bar.

    Parameters
    ----------
    kib
        The memory that it stands for.
    look
        What that memory is.
    guest
        Number of its guest, from 0 on.
    """

    kib: int
    look: Look
    guest: int | None = None


def bar(segments: Sequence[Segment], cells_per_kib: float, screen: Screen, *, numbers: bool = True) -> Text:
    """
    Draw a bar.

    Ends are rounded, not lengths, so that a bar is never more than half a cell too long or too short; what is smaller
    may have no cell.

    Parameters
    ----------
    numbers
        Whether guests have their numbers, from 1 on, where there is room.

    Examples
    --------
    >>> half = Segment(kib=8, look="guest", guest=0)
    >>> bar([half, Segment(kib=8, look="free")], 1.0, Screen(width=80, colour=False, unicode=False)).plain
    '## 1 ###........'
    """
    from rich.text import Text

    drawn, end, done, guests = Text(no_wrap=True), 0, 0, 0
    for segment in segments:
        end += segment.kib
        cells = round(end * cells_per_kib) - done
        done += cells
        if cells <= 0:
            continue
        fill = fill_of(segment.look, screen, guests)
        guests += segment.guest is not None
        if segment.guest is None:
            drawn.append(fill * cells, style="dim" if segment.look in {"free", "reserve"} else "")
        elif screen.colour:
            number = f"{segment.guest + 1}" if numbers else ""
            ink = "white" if stroke_of(segment.guest) == "#ffffff" else "black"
            text = number.center(cells) if len(number) <= cells else " " * cells
            drawn.append(text, style=f"bold {ink} on {colour_of(segment.guest)}")
        else:
            number = f" {segment.guest + 1} " if numbers else ""
            drawn.append(number.center(cells, fill) if len(number) < cells else fill * cells)
    return drawn


def fill_of(look: Look, screen: Screen, turn: int = 0) -> str:
    """Give the character of a look; ``turn`` counts the guests before it in its bar."""
    fills = FILLS[look][0 if screen.unicode else 1]
    return fills[turn % len(fills)]
