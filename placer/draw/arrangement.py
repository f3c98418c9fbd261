"""Boxes of pnodes laid out by nearness: each cluster is a frame around its parts, with their distance above."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from placer.draw.fonts import SMALL
from placer.draw.scene import Block, Box, Label, Part, fitted
from placer.graphs.nearness import Nearby
from placer.instance import UNREACHABLE

GAP, PAD, CAPTION = 12.0, 10.0, 18.0
SHAPE = 1.5
"""Width of a picture for each unit of its height that is aimed at: a little wider than A4 lying."""


def arranged(near: Nearby, boxes: Sequence[Block]) -> Block:
    """
    Lay out the boxes of pnodes.

    Parameters
    ----------
    near
        The clusters of the host.
    boxes
        By position of the pnode.
    """
    if not near.parts:
        box = boxes[near.pnodes[0]]
        return _carded(box, box.height)
    parts = [arranged(part, boxes) if part.parts else boxes[part.pnodes[0]] for part in near.parts]
    columns = _columns(near, parts, boxes)
    for start in range(0, len(parts), columns):
        highest = max(part.height for part in parts[start : start + columns])
        for i in range(start, min(start + columns, len(parts))):
            parts[i] = parts[i] if near.parts[i].parts else _carded(parts[i], highest)
    inside = _grid(parts, columns)
    wide, high = inside.width + 2 * PAD, inside.height + CAPTION + PAD
    frame = Box(x=0, y=0, width=wide, height=high, look="cluster", radius=8)
    said = Label(x=PAD, y=13, text=distance_words(near), size=SMALL, look="muted")
    caption = fitted(said, inside.width)
    return Block(width=wide, height=high, items=(frame, caption, inside.at(PAD, CAPTION)))


def _carded(box: Block, height: float) -> Block:
    """Put the box of a pnode in its frame."""
    frame = Box(x=0, y=0, width=box.width, height=height, look="card", radius=6)
    return Block(width=box.width, height=height, items=(frame, *box.items))


def distance_words(near: Nearby) -> str:
    """Name the distances between the parts of a cluster."""
    if near.least >= UNREACHABLE:
        return "cannot reach each other"
    if near.most >= UNREACHABLE:
        return f"distance {near.least} or more, some cannot reach each other"
    return f"distance {near.least}" if near.least == near.most else f"distance {near.least} to {near.most}"


def _columns(near: Nearby, parts: Sequence[Block], boxes: Sequence[Block]) -> int:
    """Choose the number of columns; clusters of equally many pnodes get the same, however full these are."""
    if not any(part.parts for part in near.parts):
        high = sum(box.height for box in boxes) / len(boxes)
        parts = [Block(width=boxes[0].width, height=high, items=())] * len(parts)
    return min(range(1, len(parts) + 1), key=lambda count: _away(_grid(parts, count)) + _gaps(len(parts), count))


def _away(block: Block) -> float:
    """Say how far a block is from the shape that is aimed at."""
    return abs(math.log(block.width / block.height / SHAPE))


def _gaps(count: int, columns: int) -> float:
    """Give the part of a grid that stays empty."""
    return -count % columns / count


def _grid(parts: Sequence[Block], columns: int) -> Block:
    """Put blocks into rows of so many, each row as high as its highest block."""
    items: list[Part] = []
    y = wide = 0.0
    for start in range(0, len(parts), columns):
        row, x = parts[start : start + columns], 0.0
        for block in row:
            items.append(block.at(x, y))
            x += block.width + GAP
        wide = max(wide, x - GAP)
        y += max(block.height for block in row) + GAP
    return Block(width=wide, height=y - GAP, items=tuple(items))


def alike(states: Sequence[Sequence[Block]]) -> list[list[Block]]:
    """Give the boxes of a pnode the same room in each of several states, so that all are laid out alike."""
    highest = [max(box.height for box in of) for of in zip(*states, strict=True)]
    return [[replace(box, height=high) for box, high in zip(boxes, highest, strict=True)] for boxes in states]
