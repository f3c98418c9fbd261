"""What is said of one pnode: a box with its bars and whose it is, or a line on a large host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placer.draw.content import Content
from placer.instance import format_size
from placer.instance.note import counted
from placer.terminal.bars import Segment, bar
from placer.terminal.screen import Screen

if TYPE_CHECKING:
    from rich.panel import Panel
    from rich.text import Text

FRAME = 4
"""Columns of a box that its frame and its margins take."""
MOST_ROWS = 8
"""Most guests of a pnode with a row of their own. Chosen: boxes stay lower than a screen."""


def away_arrow(screen: Screen) -> str:
    """Give the sign of vcpus that read memory of other pnodes too."""
    return "\u2197" if screen.unicode else "->"


def most_kib(content: Content) -> int:
    """Give the most memory, in KiB, that a bar of any pnode stands for."""
    bars = [segments for p in range(len(content.host.pnodes)) for segments in _bars(content, p).values()]
    return max([1, *(sum(segment.kib for segment in segments) for segments in bars)])


def box(content: Content, p: int, width: int, screen: Screen) -> tuple[Panel, int]:
    """
    Draw the box of the pnode at a position.

    Returns
    -------
    tuple
        The box and its height in lines.
    """
    from rich.box import ROUNDED
    from rich.console import Group
    from rich.panel import Panel

    room = width - FRAME
    scale = room / most_kib(content)
    lines = [line for name, segments in _bars(content, p).items() for line in _bar_lines(name, segments, scale, screen)]
    lines += [*_rows(content, p, room, screen), *(_fitted(words, room, screen) for words in _words(content, p))]
    title = f"pnode {content.host.pnodes[p].id}"
    panel = Panel(
        Group(*lines), title=title, title_align="left", subtitle=_left(content, p), subtitle_align="right", width=width,
        box=ROUNDED,
    )  # fmt: skip
    return panel, len(lines) + 2


def line(content: Content, p: int, width: int, screen: Screen) -> Text:
    """Draw the pnode at a position in one line: its id, a bar, the number of guests, and what is left."""
    from rich.text import Text

    every = range(len(content.host.pnodes))
    ids = max(len(f"{pnode.id}") for pnode in content.host.pnodes)
    right = max(len(_summed(content, q)) for q in every)
    scale = max(1, width - ids - right - 2) / most_kib(content)
    drawn = Text(f"{content.host.pnodes[p].id:>{ids}} ", no_wrap=True)
    drawn.append_text(bar(_bars(content, p).get("", []), scale, screen, numbers=False))
    drawn.pad_right(max(0, width - right - drawn.cell_len))
    drawn.append(f"{_summed(content, p):>{right}}")
    return drawn


def _summed(content: Content, p: int) -> str:
    count = len(content.shares[p])
    return f"{counted(count, 'guest')}, {_left(content, p)}" if count else _left(content, p)


def _bars(content: Content, p: int) -> dict[str, list[Segment]]:
    """Give the bars of a pnode by their names; that of ordinary memory has none."""
    pnode, shares = content.host.pnodes[p], content.shares[p]
    free = content.figures[p].free_kib if content.figures else pnode.memory_kib
    overhead = content.figures[p].overhead_kib if content.figures else 0
    reserve = min(pnode.reserve_kib, free)
    ordinary = [Segment(kib=share.memory_kib, look="guest", guest=share.guest) for share in shares]
    ordinary += [Segment(kib=overhead, look="overhead"), Segment(kib=free - reserve, look="free")]
    ordinary.append(Segment(kib=reserve, look="reserve"))
    bars = {"": ordinary} if any(segment.kib for segment in ordinary) else {}
    for pool in pnode.huge_pages:
        size = pool.page_size
        taken = [Segment(kib=share.pages_kib.get(size, 0), look="guest", guest=share.guest) for share in shares]
        used = Segment(kib=(pool.total - pool.free_pages) * size, look="used")
        left = max(0, pool.free_pages * size - sum(segment.kib for segment in taken))
        bars[f"pages of {format_size(size)}"] = [used, *taken, Segment(kib=left, look="free")]
    return bars


def _bar_lines(name: str, segments: list[Segment], scale: float, screen: Screen) -> list[Text]:
    from rich.text import Text

    return [*([Text(name, style="dim")] if name else []), bar(segments, scale, screen)]


def _rows(content: Content, p: int, room: int, screen: Screen) -> list[Text]:
    """Name the guests of a pnode, with what each has there."""
    from rich.text import Text

    shares = content.shares[p]
    kept = shares if len(shares) <= MOST_ROWS else shares[: MOST_ROWS - 1]
    rows = []
    for share in kept:
        name = f"{share.guest + 1} {content.guests[share.guest].name}"
        away = f" {away_arrow(screen)}{share.away:.1f}" if share.away is not None else ""
        rows.append(_spread(name, share.words, away, room, screen))
    if len(shares) > len(kept):
        rows.append(Text(f"and {len(shares) - len(kept)} more", style="dim"))
    return rows


def _words(content: Content, p: int) -> list[str]:
    """Say what pcpus a pnode has, what runs there, and what that costs."""
    pnode = content.host.pnodes[p]
    if not pnode.pcpus:
        return ["no pcpus"]
    words = counted(len(pnode.pcpus), "pcpu") + (f", {counted(len(pnode.cores), 'core')}" if pnode.cores else "")
    if content.figures:
        figures = content.figures[p]
        words += f": {counted(figures.vcpus, 'vcpu')}" + (f", {figures.running} running" if figures.running else "")
    if content.reads is None:
        return [words]
    pairs, mean = content.reads.pairs[p], content.reads.mean_on(p, content.host)
    costs = [f"{counted(pairs, 'pair')} on one core"] if pairs else []
    costs += [f"mean distance {mean:.2f}"] if mean is not None and mean > content.host.distances[p][p] else []
    return [words, *costs]


def _left(content: Content, p: int) -> str:
    """Say how much memory is left."""
    pnode = content.host.pnodes[p]
    if not pnode.memory_kib and not any(share.memory_kib for share in content.shares[p]):
        return "huge pages only" if pnode.huge_pages else "no memory"
    free = content.figures[p].free_kib if content.figures else pnode.memory_kib
    return f"{format_size(free)} {'left' if content.figures else 'free'}"


def _fitted(text: str, room: int, screen: Screen, style: str = "") -> Text:
    """Cut text to the room that there is."""
    from rich.text import Text

    fitted = Text(screen.text(text), style=style, no_wrap=True)
    fitted.truncate(room, overflow="ellipsis" if screen.unicode else "crop")
    return fitted


def _spread(left: str, right: str, end: str, room: int, screen: Screen) -> Text:
    """Set text at the left and at the right; the left one is cut."""
    from rich.cells import cell_len

    wide = cell_len(right) + cell_len(end)
    spread = _fitted(left, max(1, room - wide - 1), screen)
    spread.pad_right(max(1, room - wide - spread.cell_len))
    spread.append(right)
    spread.append(end, style="bold red")
    return spread
