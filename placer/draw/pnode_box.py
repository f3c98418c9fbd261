"""The box of a pnode: its memory to scale, whose it is, its pcpus, devices and cpupools."""

from __future__ import annotations

from collections.abc import Iterable

from placer.draw.content import Content
from placer.draw.fonts import BODY, SMALL, width
from placer.draw.pcpus import pcpu_cells
from placer.draw.scene import Block, Box, Label, Line, Part, Shape, away_arrow, fitted, number_on_pattern, stacked
from placer.draw.shown import Share
from placer.instance import format_cpuset, format_size

WIDTH, PAD = 264.0, 10.0
ROOM = WIDTH - 2 * PAD
BAR, PAGES_BAR, ROW, SWATCH = 18.0, 12.0, 16.0, 11.0
MOST_LINES = 4
"""Most devices or cpupools of a pnode that are listed; the others are counted, and named in the title."""


def scale_of(content: Content) -> float:
    """Give the pixels of a KiB: the pnode with the most memory fills its box."""
    most = 1
    for p, pnode in enumerate(content.host.pnodes):
        used = sum(share.memory_kib for share in content.shares[p])
        overhead = content.figures[p].overhead_kib if content.figures else 0
        most = max(most, _held(content, p) + pnode.memory_kib, used + overhead)
        most = max([most, *(pool.total * pool.page_size for pool in pnode.huge_pages)])
        most = max([most, *(share.pages_kib[size] for share in content.shares[p] for size in share.pages_kib)])
    return ROOM / most


def pnode_box(content: Content, p: int, scale: float) -> Block:
    """Draw what stands in the box of the pnode at a position; its frame is as high as its row."""
    pnode = content.host.pnodes[p]
    parts = [_head(content, p), _memory(content, p, scale)]
    parts += _pages(content, p, scale)
    parts.append(_rows(content, p))
    parts.append(pcpu_cells(content, p, ROOM))
    parts.append(_listed("devices", [device.id for device in content.host.devices if device.pnode == pnode.id]))
    pools = [
        f"{pool.name}: pcpus {format_cpuset(here)}"
        for pool in content.host.cpupools
        if (here := set(pool.pcpus).intersection(pnode.pcpus))
    ]
    parts.append(_listed("cpupools", pools))
    inside = stacked(parts, 6)
    part = Part(items=(inside.at(PAD, PAD),), pnode=p)
    return Block(width=WIDTH, height=inside.height + 2 * PAD, items=(part,))


def _held(content: Content, p: int) -> int:
    """Sum the memory of running domains on a pnode, in KiB."""
    return sum(share.memory_kib for share in content.shares[p] if content.guests[share.guest].runs)


def _free(content: Content, p: int) -> int:
    return content.figures[p].free_kib if content.figures else content.host.pnodes[p].memory_kib


def _head(content: Content, p: int) -> Block:
    pnode = content.host.pnodes[p]
    held = _held(content, p)
    if not pnode.memory_kib and not held:
        said = "huge pages only" if pnode.huge_pages else "no memory"
    elif content.figures:
        said = f"{format_size(_free(content, p))} left of {format_size(pnode.memory_kib)}"
    else:
        said = f"{format_size(pnode.memory_kib)} free"
    name = Label(x=0, y=10, text=f"pnode {pnode.id}", bold=True)
    right = Label(x=ROOM, y=10, text=said, size=SMALL, anchor="end", look="muted")
    room = ROOM - width(name.text, BODY, bold=True) - 8
    return Block(width=ROOM, height=13, items=(name, fitted(right, room)))


def _memory(content: Content, p: int, scale: float) -> Block:
    """Draw a bar: what runs, what is placed, overhead, what is left, and the reserve."""
    pnode, free = content.host.pnodes[p], _free(content, p)
    held = _held(content, p)
    overhead = content.figures[p].overhead_kib if content.figures else 0
    if not pnode.memory_kib + held + overhead + sum(share.memory_kib for share in content.shares[p]):
        return Block(width=ROOM, height=0, items=())
    reserve = min(pnode.reserve_kib, free)
    bar = _Bar(content, p, scale, BAR)
    for share in content.shares[p]:
        bar.add_share(share, share.memory_kib, "")
    bar.add(overhead, "overhead", f"overhead of guests: {format_size(overhead)}")
    bar.add(free - reserve, "free", f"left: {format_size(free - reserve)}")
    bar.add(reserve, "reserve", f"reserve: {format_size(reserve)}")
    return bar.block(held + pnode.memory_kib)


def _pages(content: Content, p: int, scale: float) -> list[Block]:
    """Draw a bar for each size of huge pages, with a line above it."""
    blocks = []
    for pool in content.host.pnodes[p].huge_pages:
        size, free = pool.page_size, pool.free_pages * pool.page_size
        taken = sum(share.pages_kib.get(size, 0) for share in content.shares[p])
        left = max(0, free - taken)
        said = f"pages of {format_size(size)}: {left // size} left of {pool.total}"
        bar = _Bar(content, p, scale, PAGES_BAR)
        bar.add(pool.total * size - free, "used", f"{said}; in use: {pool.total - pool.free_pages}")
        for share in content.shares[p]:
            bar.add_share(share, share.pages_kib.get(size, 0), f" in pages of {format_size(size)}")
        bar.add(left, "free", said)
        line = fitted(Label(x=0, y=8, text=said, size=SMALL, look="muted"), ROOM)
        drawn = bar.block(pool.total * size)
        blocks.append(Block(width=ROOM, height=13 + drawn.height, items=(line, drawn.at(0, 13))))
    return blocks


class _Bar:
    """
    A bar of memory that grows to the right.

    Parameters
    ----------
    scale
        Pixels of a KiB.
    """

    def __init__(self, content: Content, p: int, scale: float, height: float) -> None:
        self._content, self._p, self._scale, self._height = content, p, scale, height
        self._items: list[Shape] = []
        self._end = 0.0

    def add(self, kib: int, look: str, title: str, guest: int | None = None) -> None:
        """Put an amount at the end; none is left out."""
        wide = kib * self._scale
        if not kib:
            return
        box = Box(x=self._end, y=0, width=wide, height=self._height, look=look, fill=guest)
        number = "" if guest is None else f"{guest + 1}"
        drawn: list[Shape] = [box]
        room = width(number, SMALL) + 4
        if number and room + 2 <= wide and self._height >= BAR:
            middle = self._end + wide / 2
            drawn.append(number_on_pattern(middle, self._height - 5.4, number))
        self._items.append(Part(items=tuple(drawn), title=title, guest=guest))
        self._end += wide

    def add_share(self, share: Share, kib: int, how: str) -> None:
        """Put the memory of a guest at the end."""
        shown, pnode = self._content.guests[share.guest], self._content.host.pnodes[self._p].id
        vnodes = f", vnodes {format_cpuset(share.vnodes)}" if any(share.vnodes) else ""
        title = f"{shown.name}: {format_size(kib)}{how} on pnode {pnode}{vnodes}"
        title += f"; {share.change}" if share.change else ""
        self.add(kib, "g changed" if share.change else "g", title, share.guest)

    def block(self, whole_kib: int) -> Block:
        """Give the bar, in a frame as long as all the memory there is."""
        frame = Box(x=0, y=0, width=whole_kib * self._scale, height=self._height, look="whole")
        return Block(width=ROOM, height=self._height, items=(*self._items, frame))


def _rows(content: Content, p: int) -> Block:
    """List what is on the pnode, a line for each guest."""
    rows = []
    for i, share in enumerate(content.shares[p]):
        shown, y = content.guests[share.guest], i * ROW
        label = f"{share.guest + 1} {shown.name}"
        far, end = _away(share.away, y)
        words = _words(share, end - SWATCH - 13 - width(label, BODY, bold=bool(share.change)))
        said = Label(x=end, y=y + 10, text=words, size=SMALL, anchor="end", look="muted")
        room = end - SWATCH - 13 - width(words, SMALL)
        bold = bool(share.change) and width(label, BODY, bold=True) <= room
        name = Label(x=SWATCH + 5, y=y + 10, text=label, size=BODY, bold=bold)
        swatch = Box(x=0, y=y, width=SWATCH, height=SWATCH, look="g", fill=share.guest)
        rows.append(Part(items=(swatch, fitted(name, room), said, *far), guest=share.guest))
    return Block(width=ROOM, height=max(0.0, len(rows) * ROW - 3), items=tuple(rows))


def _words(share: Share, room: float) -> str:
    """Give the figures of a share, with what differs where there is room for that too; the bar says it in any case."""
    both = f"{share.words}, {share.change}" if share.change else share.words
    return both if width(both, SMALL) <= room else share.words


def _away(mean: float | None, y: float) -> tuple[tuple[Shape, ...], float]:
    """Mark vcpus that read memory of another pnode; with where the rest of the row ends."""
    if mean is None:
        return (), ROOM
    said = Label(x=ROOM, y=y + 10, text=f"{mean:.1f}", size=SMALL, anchor="end", look="away", bold=True)
    left = ROOM - width(said.text, SMALL, bold=True) - 11
    return (Line(d=away_arrow(left, y + 10), look="far"), said), left - 8


def _listed(what: str, names: Iterable[str]) -> Block:
    """List names below each other, as many as there is room for."""
    every = list(names)
    if not every:
        return Block(width=ROOM, height=0, items=())
    lines = every if len(every) <= MOST_LINES else every[: MOST_LINES - 1]
    said = [*lines, *([f"and {len(every) - len(lines)} more"] if len(lines) < len(every) else [])]
    indent = width(f"{what}  ", SMALL)
    labels: list[Shape] = [Label(x=0, y=9, text=what, size=SMALL, look="muted")]
    for i, line in enumerate(said):
        label = Label(x=indent, y=9 + 13 * i, text=line, size=SMALL)
        labels.append(fitted(label, ROOM - indent))
    part = Part(items=tuple(labels), title=f"{what}: {', '.join(every)}")
    return Block(width=ROOM, height=13.0 * len(said) - 2, items=(part,))
