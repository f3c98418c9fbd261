"""The pcpus of a pnode: a cell for each, the threads of a core side by side, and whose vcpus they run."""

from __future__ import annotations

from collections import Counter, defaultdict

from placer.draw.content import Content
from placer.draw.fonts import SMALL, fold
from placer.draw.scene import Block, Box, Label, Line, Part, Shape, number_on_pattern
from placer.instance import Pnode, format_cpuset
from placer.instance.note import counted

CELL, GAP, STEP = 12.0, 4.0, 16.0


def pcpu_cells(content: Content, p: int, room: float) -> Block:
    """
    Draw the pcpus of the pnode at a position, below a line on them and on the vcpus that run there.

    A cell has the pattern of the guest whose vcpu owns the pcpu, or may run nowhere else; a number in it says how many
    such vcpus there are, if more than one. The other vcpus share the plain cells.
    """
    pnode = content.host.pnodes[p]
    lines = fold(_words(content, p), room, SMALL)
    labels: list[Shape] = [
        Label(x=0, y=8.5 + 13 * i, text=line, size=SMALL, look="muted") for i, line in enumerate(lines)
    ]
    top = 13.0 * len(lines) + 2
    if not pnode.pcpus:
        return Block(width=room, height=top - 4, items=tuple(labels))
    places, bottom = _places(pnode, room, top)
    owned = {pcpu: owners for pcpu in pnode.pcpus if (owners := content.owners.get(pcpu, ()))}
    plain = "".join(f"M{x:g},{y:g}h{CELL:g}v{CELL:g}h-{CELL:g}z" for x, y in places.values())
    cells: list[Shape] = [Line(d=plain, look="thread")]
    alike: dict[tuple[tuple[int, int], ...], list[int]] = defaultdict(list)
    for pcpu, owners in sorted(owned.items()):
        alike[tuple(Counter(owners).items())].append(pcpu)
    cells += [_owned(content, pcpus, Counter(dict(counts)), places) for counts, pcpus in alike.items()]
    if pnode.cores:
        frames = "".join(_frame(core, places) for core in pnode.cores)
        cells.append(Line(d=frames, look="core"))
    drawn = Part(items=tuple(cells), title=f"pcpus {format_cpuset(pnode.pcpus)} of pnode {pnode.id}")
    return Block(width=room, height=bottom, items=(*labels, drawn))


def _words(content: Content, p: int) -> str:
    pnode = content.host.pnodes[p]
    if not pnode.pcpus:
        return "no pcpus"
    cores = f" in {counted(len(pnode.cores), 'core')}" if pnode.cores else ""
    said = f"{counted(len(pnode.pcpus), 'pcpu')}{cores} ({format_cpuset(pnode.pcpus)})"
    if content.figures:
        figures = content.figures[p]
        said += f": {counted(figures.vcpus, 'vcpu')} placed"
        said += f", {figures.running} running" if figures.running else ""
    if content.reads:
        said += f"; {counted(content.reads.pairs[p], 'pair')} on one core" if content.reads.pairs[p] else ""
        mean = content.reads.mean_on(p, content.host)
        nearest = content.host.distances[p][p]
        said += f"; mean distance {mean:.2f}" if mean is not None and mean > nearest else ""
    dedicated = set(content.host.dedicated_pcpus or ()).intersection(pnode.pcpus)
    return said + (f"; for dedicated vcpus: {format_cpuset(dedicated)}" if dedicated else "")


def _places(pnode: Pnode, room: float, top: float) -> tuple[dict[int, tuple[float, float]], float]:
    """Give the corner of each pcpu, core after core, and where the last row ends."""
    places: dict[int, tuple[float, float]] = {}
    x, y = 0.0, top
    for core in pnode.cores or tuple((pcpu,) for pcpu in pnode.pcpus):
        if x and x + len(core) * CELL > room:
            x, y = 0.0, y + STEP
        for pcpu in core:
            if x + CELL > room:  # a core of more threads than a row holds goes on below
                x, y = 0.0, y + STEP
            places[pcpu] = (x, y)
            x += CELL
        x += GAP
    return places, y + CELL + 1


def _frame(core: tuple[int, ...], places: dict[int, tuple[float, float]]) -> str:
    """Give a frame around the threads of a core, one for each row that it takes."""
    path = ""
    for row in sorted({places[pcpu][1] for pcpu in core}):
        columns = [places[pcpu][0] for pcpu in core if places[pcpu][1] == row]
        wide = max(columns) + CELL - min(columns)
        path += f"M{min(columns):g},{row:g}h{wide:g}v{CELL:g}h-{wide:g}z"
    return path


def _owned(content: Content, pcpus: list[int], counts: Counter[int], places: dict[int, tuple[float, float]]) -> Part:
    """Draw the pcpus that the same vcpus own."""
    first, total = next(iter(counts)), counts.total()
    items: list[Shape] = []
    for pcpu in pcpus:
        x, y = places[pcpu]
        items.append(Box(x=x, y=y, width=CELL, height=CELL, look="g", fill=first))
        if total > 1:
            items.append(number_on_pattern(x + CELL / 2, y + 9.6, f"{total}" if total < 10 else "+"))
    whose = ", ".join(f"{counted(count, 'vcpu')} of {content.guests[g].name}" for g, count in counts.items())
    which = f"pcpus {format_cpuset(pcpus)}: each" if len(pcpus) > 1 else f"pcpu {pcpus[0]}:"
    return Part(items=tuple(items), title=f"{which} {whose}", guest=first if len(counts) == 1 else None)
