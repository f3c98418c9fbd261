"""The distances of a host as a labelled matrix, the far ones darker."""

from __future__ import annotations

import math
from itertools import groupby

from placer.draw.fonts import BODY, SMALL, width
from placer.draw.scene import Block, Label, Line, Part, Row, Shape, fitted
from placer.instance import UNREACHABLE, Host

MOST_PNODES = 64
"""Above that a matrix of figures is not read, and the picture has none."""
SHADES = 6
HIGH, HEAD = 17.0, 36.0
NO_WAY = "\u2013"


def distance_matrix(host: Host) -> Block:
    """Draw the matrix; nothing for one pnode, and for more than :data:`MOST_PNODES`."""
    count = len(host.pnodes)
    if not has_matrix(host):
        return Block(width=0, height=0, items=())
    texts = distance_texts(host)
    ids = [f"{pnode.id}" for pnode in host.pnodes]
    widest = max(width(each, SMALL, bold=True) for each in ids)
    cell = 2.0 * math.ceil((max(widest, *(width(text, SMALL) for row in texts for text in row)) + 6) / 2)
    left = float(math.ceil(widest + 8))
    wide = left + count * cell
    head = matrix_title(host)
    room = max(wide, width(head, BODY, bold=True))
    items: list[Shape] = [fitted(Label(x=0, y=11, text=head, bold=True), room)]
    items += [Line(d=d, look=f"shade{shade}") for shade, d in _shades(host, left, cell).items()]
    xs = tuple(left + (q + 0.5) * cell for q in range(count))
    items.append(Row(y=HEAD - 6, xs=xs, texts=tuple(ids), size=SMALL, bold=True))
    for p, row in enumerate(texts):
        y = HEAD + p * HIGH + 12
        items.append(Label(x=left - 5, y=y, text=ids[p], size=SMALL, anchor="end", bold=True))
        items.append(Row(y=y, xs=xs, texts=tuple(row), size=SMALL, look="black"))
    title = f"distances of {count} pnodes, a row for each pnode whose pcpus read"
    return Block(width=room, height=HEAD + count * HIGH, items=(Part(items=tuple(items), title=title),))


def has_matrix(host: Host) -> bool:
    """Whether a host has distances that can be read as a matrix."""
    return 1 < len(host.pnodes) <= MOST_PNODES


def matrix_title(host: Host) -> str:
    """Say what the matrix shows."""
    head = "Distance from the pcpus of a pnode (row) to the memory of a pnode (column)"
    return head + (
        f"; {NO_WAY} none of it can be reached" if any(NO_WAY in row for row in distance_texts(host)) else ""
    )


def distance_texts(host: Host) -> list[list[str]]:
    """Give each distance, or that there is no way."""
    return [[NO_WAY if d >= UNREACHABLE else f"{d}" for d in row] for row in host.distances]


def shades(host: Host) -> dict[int, int]:
    """Give the shade of each distance, 0 the lightest."""
    distinct = sorted({d for row in host.distances for d in row})
    last = max(1, len(distinct) - 1)
    return {d: round(i * (SHADES - 1) / last) for i, d in enumerate(distinct)}


def _shades(host: Host, left: float, cell: float) -> dict[int, str]:
    """Give for each shade the path of its cells, neighbours in a row joined."""
    shade_of = shades(host)
    paths: dict[int, str] = {}
    for p, row in enumerate(host.distances):
        x = left
        for shade, run in groupby(shade_of[d] for d in row):
            wide = len(list(run)) * cell
            paths[shade] = paths.get(shade, "") + f"M{x:.5g},{HEAD + p * HIGH:g}h{wide:.5g}v{HIGH:g}h-{wide:.5g}z"
            x += wide
    return dict(sorted(paths.items()))
