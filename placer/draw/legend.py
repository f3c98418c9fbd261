"""The legend: guests with their patterns and figures, and the meaning of what else occurs in a picture."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from placer.draw.fonts import SMALL, fold, width
from placer.draw.scene import Block, Box, Label, Line, Part, Shape, away_arrow, fitted
from placer.draw.shown import Shown

ENTRY, GAP = 330.0, 16.0
LINE = 13.0
SWATCH = 16.0
MEANINGS = {
    "used": "huge pages in use",
    "overhead": "overhead of guests: memory that the hypervisor needs for them",
    "free": "free memory, or what is left of it",
    "reserve": "reserve: memory that no guest may take",
    "thread": "pcpu: shared by the vcpus of its pnode",
    "core": "the threads of a core, side by side",
    "owned": "pcpu with a vcpu of its own, in the pattern of the guest; a number: so many vcpus",
    "far": "vcpus that read memory of another pnode too, and the mean distance at which they read",
    "changed": "guests that differ between the pictures",
}
"""Look of a shape -> what it means, in the order of the legend."""


def legend(guests: Sequence[Shown], patterned: Collection[int], looks: Collection[str], room: float) -> Block:
    """
    Draw the legend of a picture.

    Parameters
    ----------
    guests
        By number.
    patterned
        Numbers of the guests whose pattern occurs.
    looks
        The looks that occur.
    room
        The width of the picture.
    """
    entries = [_entry(shown, number, number in patterned) for number, shown in enumerate(guests)]
    columns = max(1, int((room + GAP) // (ENTRY + GAP)))
    per_column = max(1, -(-len(entries) // columns))
    items: list[Shape] = []
    lowest = 0.0
    for start in range(0, len(entries), per_column):
        y = 0.0
        for entry in entries[start : start + per_column]:
            items.append(replace(entry.part, x=start // per_column * (ENTRY + GAP), y=y))
            y += entry.height
        lowest = max(lowest, y)
    y = lowest + (6 if entries else 0)
    keys, high = _keys(meanings(looks), room)
    return Block(width=room, height=y + high, items=(*items, Part(items=keys, y=y)))


def meanings(looks: Collection[str]) -> dict[str, str]:
    """Give what each look means, of those that occur."""
    return {look: meaning for look, meaning in MEANINGS.items() if look in looks}


def key_swatch(look: str, x: float = 0, y: float = 0) -> Shape:
    """Draw an example of a look, some 14 pixels wide and high."""
    if look in {"thread", "core"}:
        return Line(d=f"M{x:g},{y:g}h14v14h-14z" + (f"M{x + 7:g},{y:g}v14" * (look == "core")), look=look)
    if look == "far":
        return Line(d=away_arrow(x + 3, y + 11), look=look)
    if look in {"free", "reserve", "overhead", "used"}:  # pieces of a bar
        return Box(x=x, y=y + 3, width=16, height=8, look=look)
    return Box(x=x, y=y, width=14, height=14, look="free changed" if look == "changed" else look)


@dataclass(frozen=True)
class _Entry:
    part: Part
    height: float


def _entry(shown: Shown, number: int, has_pattern: bool) -> _Entry:
    room = ENTRY - SWATCH - 8
    items: list[Shape] = [fitted(Label(x=SWATCH + 8, y=11, text=f"{number + 1} {shown.name}", bold=True), room)]
    lines = [*fold(shown.words, room, SMALL), *fold(shown.costs, room, SMALL)]
    for i, line in enumerate(lines):
        items.append(Label(x=SWATCH + 8, y=24 + LINE * i, text=line, size=SMALL, look="muted"))
    if has_pattern:
        items.append(guest_swatch(number))
    return _Entry(Part(items=tuple(items), guest=number, look="entry"), 17 + LINE * max(1, len(lines)))


def guest_swatch(number: int) -> Box:
    """Draw the pattern of a guest."""
    return Box(x=0, y=0, width=SWATCH, height=SWATCH, look="g", fill=number)


def _keys(meant: Mapping[str, str], room: float) -> tuple[tuple[Shape, ...], float]:
    """Set a swatch and its meaning side by side, in as many rows as they need."""
    items: list[Shape] = []
    x, y = 0.0, 0.0
    for look, text in meant.items():
        wide = SWATCH + 6 + width(text, SMALL)
        if x and x + wide > room:
            x, y = 0.0, y + 20
        items.append(key_swatch(look, x, y + 1))
        items.append(fitted(Label(x=x + SWATCH + 4, y=y + 11.5, text=text, size=SMALL), room - SWATCH - 4))
        x += wide + GAP
    return tuple(items), y + 18 if meant else 0.0
