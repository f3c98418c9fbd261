"""A whole host on a terminal: pnodes by nearness, what they hold, and what the characters mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from placer.draw.arrangement import distance_words
from placer.draw.content import Content
from placer.graphs.nearness import Nearby, nearness
from placer.instance.note import pnodes_in_words
from placer.terminal.bars import Look, fill_of
from placer.terminal.boxes import away_arrow, box, line
from placer.terminal.screen import Screen

if TYPE_CHECKING:
    from rich.console import RenderableType

LEAST_BOX = 38
"""Columns of the narrowest box: two of them fit in 80."""
MOST_BOXES = 16
"""Most pnodes that are drawn as boxes. Chosen: twice as many would be five screens of 25 lines."""
MEANINGS: dict[Look, str] = {
    "used": "huge pages in use",
    "overhead": "overhead of guests",
    "free": "free",
    "reserve": "reserve",
}


def host_picture(content: Content, screen: Screen) -> str:
    """
    Draw a host with what is on it.

    Parameters
    ----------
    content
        Its figures.
    screen
        The terminal, of at least :data:`placer.terminal.screen.LEAST_WIDTH` columns.
    """
    boxes = len(content.host.pnodes) <= MOST_BOXES
    groups = list(_groups(content, nearness(content.host)))
    columns = _columns([len(pnodes) for _, _, pnodes in groups], screen)
    parts: list[RenderableType] = []
    for depth, caption, pnodes in groups:
        if caption:
            parts.append(_caption("  " * depth + caption, screen))
        if pnodes:
            parts.append(_grid(content, pnodes, columns, screen, boxes=boxes))
    body = screen.printed(*parts)
    return body + screen.printed(_caption("; ".join(_key(content, screen, body, boxes=boxes)), screen))


def _groups(content: Content, near: Nearby, depth: int = 0) -> Iterator[tuple[int, str, list[int]]]:
    """Give each cluster: how deep it lies, what is said above it, and its pnodes that are in no smaller one."""
    if not near.parts:
        yield depth, "", list(near.pnodes)
        return
    ids = {content.host.pnodes[p].id for p in near.pnodes}
    alone = [part.pnodes[0] for part in near.parts if not part.parts]
    yield depth, f"{pnodes_in_words(ids)}: {distance_words(near)}", alone
    for part in near.parts:
        if part.parts:
            yield from _groups(content, part, depth + 1)


def _columns(sizes: list[int], screen: Screen) -> int:
    """Choose the number of columns: as many as have room, or up to half as many where that leaves fewer gaps."""
    most = min((screen.width + 1) // (LEAST_BOX + 1), max(sizes))
    return min(range(-(-most // 2), most + 1), key=lambda count: (sum(-size % count for size in sizes), -count))


def _grid(content: Content, pnodes: list[int], columns: int, screen: Screen, *, boxes: bool) -> RenderableType:
    """Set the boxes or lines of pnodes side by side."""
    from rich.table import Table

    width = (screen.width + 1) // columns - 1
    grid = Table.grid(padding=(0, 1, 0, 0))
    for start in range(0, len(pnodes), columns):
        row = pnodes[start : start + columns]
        if not boxes:
            grid.add_row(*(line(content, p, width, screen) for p in row))
            continue
        drawn = [box(content, p, width, screen) for p in row]
        for panel, _ in drawn:
            panel.height = max(height for _, height in drawn)
        grid.add_row(*(panel for panel, _ in drawn))
    return grid


def _caption(text: str, screen: Screen) -> RenderableType:
    from rich.text import Text

    return Text(screen.text(text), style="dim")


def _key(content: Content, screen: Screen, body: str, *, boxes: bool) -> Iterator[str]:
    """Say what the characters mean that occur."""
    pnodes, figures = content.host.pnodes, content.figures or ()
    shares = [share for each in content.shares for share in each]
    if boxes and shares:
        yield "a number: memory of that guest"
    elif shares:
        yield "memory of guests in turn" + (
            "" if screen.colour else f" {fill_of('guest', screen)}{fill_of('guest', screen, 1)}"
        )
    there: dict[Look, bool] = {
        "used": any(pool.free_pages < pool.total for pnode in pnodes for pool in pnode.huge_pages),
        "overhead": any(of.overhead_kib for of in figures),
        "free": True,
        "reserve": any(pnode.reserve_kib for pnode in pnodes),
    }
    for look, occurs in there.items():
        if occurs and fill_of(look, screen) in body:
            yield f"{fill_of(look, screen)} {MEANINGS[look]}"
    if boxes and any(share.away is not None for share in shares):
        yield f"{away_arrow(screen)} mean distance at which vcpus read that read other pnodes too"
