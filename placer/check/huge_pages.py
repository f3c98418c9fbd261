"""The rule about huge pages: what each pnode has of each page size."""

from __future__ import annotations

from collections.abc import Iterator

from placer.check.positions import Positions
from placer.check.rules import MOST_NAMED, Violation
from placer.instance import Instance, format_size


def huge_pages(instance: Instance, where: Positions) -> Iterator[Violation]:
    """
    On each pnode and for each page size: pages of its vnodes with that size <= its free pages of that size.

    The page size of a vnode is its own, else that of its guest; vnodes of neither take ordinary memory. The
    kernel keeps the pools apart: neither pages of another size nor ordinary memory can stand in.
    """
    on_pnode: list[dict[int, list[tuple[str, int, int]]]] = [{} for _ in instance.host.pnodes]
    for guest in instance.guests:
        for v, (vnode, site) in enumerate(zip(guest.vnodes, where[guest.name], strict=True)):
            size = guest.page_size if vnode.page_size is None else vnode.page_size
            if size and site is not None and vnode.memory_kib:
                on_pnode[site].setdefault(size, []).append((guest.name, v, vnode.memory_kib // size))
    for pnode, held in zip(instance.host.pnodes, on_pnode, strict=True):
        for size, rows in held.items():
            free = sum(pool.free_pages for pool in pnode.huge_pages if pool.page_size == size)
            needed = sum(pages for _, _, pages in rows)
            if needed > free:
                names = [f'guest "{name}" vnode {v} ({pages})' for name, v, pages in rows[:MOST_NAMED]]
                names += [f"{len(rows) - MOST_NAMED} more"] if len(rows) > MOST_NAMED else []
                yield Violation(
                    rule="huge_pages",
                    message=f"pnode {pnode.id} has {free} free huge pages of {format_size(size)}, its vnodes need "
                    f"{needed}: {', '.join(names)}",
                    guests=tuple(dict.fromkeys(name for name, _, _ in rows)),
                )
