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
    for p, pnode in enumerate(instance.host.pnodes):
        held: dict[int, list[tuple[str, int, int]]] = {}
        for guest in instance.guests:
            for v, (vnode, site) in enumerate(zip(guest.vnodes, where[guest.name], strict=True)):
                size = guest.page_size if vnode.page_size is None else vnode.page_size
                if size and site == p and vnode.memory_kib:
                    held.setdefault(size, []).append((guest.name, v, vnode.memory_kib // size))
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
