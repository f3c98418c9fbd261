"""The table of huge pages of a text report."""

from __future__ import annotations

from collections import Counter

from placer.instance import Instance, Placement, format_size
from placer.report.tables import table

COLUMNS = (">pnode", ">page size", ">pages", ">free before", ">placed", ">free after")


def huge_pages_rows(instance: Instance, placement: Placement) -> list[tuple[object, ...]]:
    """Give the cells below :data:`COLUMNS`, of the sizes that some guest uses."""
    held: Counter[tuple[int, int]] = Counter()
    sizes: set[int] = set()
    for guest in instance.guests:
        for vnode, pnode in zip(guest.vnodes, placement.pnode_of[guest.name], strict=True):
            size = guest.page_size_of(vnode)
            if size:
                sizes.add(size)
                held[-1 if pnode is None else pnode, size] += vnode.memory_kib // size
    return [
        (pnode.id, format_size(pool.page_size), pool.total, pool.free_pages, placed, pool.free_pages - placed)
        for pnode in instance.host.pnodes
        for pool in pnode.huge_pages
        if pool.page_size in sizes
        for placed in [held[pnode.id, pool.page_size]]
    ]


def huge_pages_table(instance: Instance, placement: Placement, *, colour: bool = False) -> str:
    """Lay out the huge pages of each pnode, of the sizes that some guest uses; empty where none does."""
    rows = huge_pages_rows(instance, placement)
    return "\n" + table("Huge pages", COLUMNS, rows, colour=colour) if rows else ""
