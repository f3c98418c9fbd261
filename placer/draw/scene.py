"""Plain shapes, without a format: what a picture is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from placer.draw.fonts import BODY, SMALL, cut

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, kw_only=True)
class Box:
    """
    A rectangle.

    Parameters
    ----------
    x, y, width, height
        Left upper corner and size, in pixels.
    look
        A class of the style sheet.
    fill
        Number of the guest whose pattern fills it; None for the fill of the class.
    radius
        Of its corners.
    """

    x: float
    y: float
    width: float
    height: float
    look: str
    fill: int | None = None
    radius: float = 0


@dataclass(frozen=True, kw_only=True)
class Label:
    """
    A line of text.

    Parameters
    ----------
    x, y
        The point of its base line at its start, middle or end.
    whole
        The whole text where ``text`` is a part of it; empty otherwise.
    """

    x: float
    y: float
    text: str
    size: float = BODY
    anchor: Anchor = "start"
    look: str = "ink"
    bold: bool = False
    whole: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """
    Many short texts on one line, each with its middle at a place of its own.

    Parameters
    ----------
    y
        Of the base line.
    xs
        The middle of each text.
    """

    y: float
    xs: tuple[float, ...]
    texts: tuple[str, ...]
    size: float = BODY
    look: str = "ink"
    bold: bool = False


@dataclass(frozen=True, kw_only=True)
class Line:
    """A path of SVG, for shapes of which there are many."""

    d: str
    look: str


@dataclass(frozen=True, kw_only=True)
class Part:
    """
    Shapes that belong together, at a place of their own.

    Parameters
    ----------
    x, y
        Where their origin lies.
    title
        What they are, in words, for those who point at them or do not see them.
    guest
        Number of the guest to which they belong.
    pnode
        Position of the pnode whose box they are.
    look
        A class of the style sheet, empty for none.
    """

    items: tuple[Shape, ...]
    x: float = 0
    y: float = 0
    title: str = ""
    guest: int | None = None
    pnode: int | None = None
    look: str = ""


Shape = Box | Label | Row | Line | Part


@dataclass(frozen=True, kw_only=True)
class Block:
    """Shapes with the room that they take, from their origin on."""

    width: float
    height: float
    items: tuple[Shape, ...]

    def at(self, x: float, y: float) -> Part:
        """Put the block somewhere."""
        return Part(items=self.items, x=x, y=y)


def fitted(label: Label, room: float) -> Label:
    """Cut a label to a width; what is cut keeps its whole text."""
    text = cut(label.text, room, label.size, bold=label.bold)
    return label if text == label.text else replace(label, text=text, whole=label.whole or label.text)


def number_on_pattern(middle: float, y: float, number: str) -> Label:
    """Put a number on a pattern, from which a rim of paper keeps it apart."""
    return Label(x=middle, y=y, text=number, size=SMALL, anchor="middle", look="number")


def away_arrow(x: float, y: float) -> str:
    """Give the path of a small arrow that points away, up to the right from a point."""
    return f"M{x:g},{y:g}l7,-7m-5,0h5v5"


def stacked(blocks: list[Block], gap: float) -> Block:
    """Put blocks below each other; those without a height are left out."""
    items, y = [], 0.0
    for block in blocks:
        if block.height:
            items.append(block.at(0, y))
            y += block.height + gap
    return Block(width=max((block.width for block in blocks), default=0), height=max(0.0, y - gap), items=tuple(items))


def fills(items: tuple[Shape, ...]) -> Iterator[int]:
    """Give the number of each guest whose pattern some shape has."""
    for item in items:
        if isinstance(item, Part):
            yield from fills(item.items)
        elif isinstance(item, Box) and item.fill is not None:
            yield item.fill


def looks(items: tuple[Shape, ...]) -> Iterator[str]:
    """Give the class of each shape."""
    for item in items:
        yield from item.look.split()
        if isinstance(item, Part):
            yield from looks(item.items)
