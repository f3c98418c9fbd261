"""A picture: head, panels with boxes by nearness, legend and distances, with the tables of its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from placer.draw.arrangement import arranged
from placer.draw.content import Content
from placer.draw.fonts import BODY, BOLD, LARGE, SMALL, fold
from placer.draw.headline import Headline
from placer.draw.legend import legend
from placer.draw.matrix import distance_matrix
from placer.draw.pnode_box import pnode_box
from placer.draw.reads import Flows
from placer.draw.scene import Block, Label, Shape, fills, looks, stacked
from placer.draw.shown import Shown
from placer.graphs.nearness import nearness
from placer.instance import Host

MARGIN, GAP, LEAST_WIDTH = 16.0, 18.0, 676.0
PANEL_GAP, LEAST_CAPTION = 30.0, 300.0
WIDEST = 2400.0
"""Panels stand side by side up to this width in pixels, and below each other beyond."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """
    A table of the text report.

    Parameters
    ----------
    columns
        A head that starts with ``>`` is of a column that is set flush right.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True, kw_only=True)
class Panel:
    """
    One state of the host.

    Parameters
    ----------
    caption
        What state it is; empty where there is one alone.
    lines
        What stands below the caption.
    block
        The boxes of its pnodes.
    flows
        Number of a guest -> between which pnodes it reads.
    owns
        Whether some pcpus are owned.
    """

    caption: str = ""
    lines: tuple[str, ...] = ()
    block: Block
    flows: Mapping[int, Flows] = field(default_factory=dict)
    owns: bool = False


@dataclass(frozen=True, kw_only=True)
class Picture:
    """
    A picture before it is written in a format.

    Parameters
    ----------
    headline
        Title and lines.
    host
        Whose distances are shown.
    guests
        Of the legend, by number.
    panels
        The states, in their order.
    tables
        Its figures.
    stepwise
        Whether a page shows one panel at a time.
    """

    headline: Headline
    host: Host
    guests: tuple[Shown, ...]
    panels: tuple[Panel, ...]
    tables: tuple[Table, ...] = ()
    stepwise: bool = False

    @property
    def patterned(self) -> frozenset[int]:
        """Numbers of the guests whose pattern occurs."""
        return frozenset(number for panel in self.panels for number in fills(panel.block.items))

    @property
    def looks(self) -> frozenset[str]:
        """The looks that occur."""
        found = {look for panel in self.panels for look in looks(panel.block.items)}
        return frozenset(found | ({"owned"} if any(panel.owns for panel in self.panels) else set()))

    def drawn(self) -> Block:
        """Give all of it within margins, as it stands in a file of its own."""
        panels, matrix = _side_by_side(self.panels), distance_matrix(self.host)
        wide = max(panels.width, matrix.width, LEAST_WIDTH)
        key = legend(self.guests, self.patterned, self.looks, wide)
        inside = stacked([set_lines(self.headline, wide), panels, key, matrix], GAP)
        return framed(inside)


def framed(inside: Block) -> Block:
    """Put a block within margins."""
    return Block(width=inside.width + 2 * MARGIN, height=inside.height + 2 * MARGIN, items=(inside.at(MARGIN, MARGIN),))


def panel_of(content: Content, scale: float) -> Panel:
    """Draw a state of a host alone; a scale is that of :func:`placer.draw.pnode_box.scale_of`."""
    return boxed(content, boxes_of(content, scale))


def boxes_of(content: Content, scale: float) -> list[Block]:
    """Draw the box of each pnode, by position."""
    return [pnode_box(content, p, scale) for p in range(len(content.host.pnodes))]


def boxed(content: Content, boxes: Sequence[Block], caption: str = "", lines: tuple[str, ...] = ()) -> Panel:
    """Lay out boxes by nearness, below a caption and lines."""
    return Panel(
        caption=caption,
        lines=lines,
        block=arranged(nearness(content.host), boxes),
        flows=content.flows,
        owns=bool(content.owners),
    )


def _side_by_side(panels: tuple[Panel, ...]) -> Block:
    """Set panels beside each other, each below its caption; those that would be too wide below each other."""
    captions = [_lines_of(panel) for panel in panels]
    widths = [max(panel.block.width, caption.width) for panel, caption in zip(panels, captions, strict=True)]
    if sum(widths) + PANEL_GAP * (len(panels) - 1) > WIDEST:
        each = [stacked([above, panel.block], 8) for panel, above in zip(panels, captions, strict=True)]
        return stacked(each, PANEL_GAP)
    top = max(caption.height for caption in captions)
    top += 8 if top else 0
    items: list[Shape] = []
    x = 0.0
    for panel, above, wide in zip(panels, captions, widths, strict=True):
        items += [above.at(x, 0), panel.block.at(x, top)]
        x += wide + PANEL_GAP
    high = top + max(panel.block.height for panel in panels)
    return Block(width=x - PANEL_GAP, height=high, items=tuple(items))


def _lines_of(panel: Panel) -> Block:
    """Set caption and lines of a panel, folded to its width."""
    wide = max(panel.block.width, LEAST_CAPTION)
    bold = [(panel.caption, BODY, True)] if panel.caption else []
    lines = _set([*bold, *((line, SMALL, False) for line in panel.lines)], wide)
    return lines if lines.items else Block(width=0, height=0, items=())


def set_lines(headline: Headline, room: float) -> Block:
    """Set title and lines below each other, folded to a width."""
    return _set([(headline.title, LARGE, True), *((line, BODY, False) for line in headline.lines)], room)


def _set(texts: Sequence[tuple[str, float, bool]], room: float) -> Block:
    """Set texts, each with its size and whether it is bold, below each other."""
    labels, y = [], 0.0
    for text, size, bold in texts:
        for line in fold(text, room / (BOLD if bold else 1), size):
            y += size + 5
            labels.append(Label(x=0, y=y - 5, text=line, size=size, bold=bold))
    return Block(width=room, height=y, items=tuple(labels))
