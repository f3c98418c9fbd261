"""Reads a host from the XML of ``virsh capabilities``."""

from __future__ import annotations

from placer.errors import InputError
from placer.formats.base import ParsedHost
from placer.formats.libvirt.values import size_of
from placer.formats.linux.huge_pages import ordinary_kib
from placer.formats.linux.topology import NodeRow, Topology, build_host
from placer.formats.text.cpu_lists import CpuLists
from placer.formats.text.xml_text import Node, parse_xml
from placer.instance import HugePages
from placer.instance.units import MAX_CPU, MAX_KIB

MAX_DISTANCE = 2**32
"""Largest distance that is read; some firmware writes 0xFFFFFFFF for an unreachable node."""


def read_libvirt_capabilities(text: str, place: str, free: str | None = None) -> ParsedHost:
    """
    Read a host from the cells of ``<host><topology>``.

    Parameters
    ----------
    text
        The document. Memory is the total of each cell. Distances of a cell and siblings of a cpu may be missing.
    place
        The file's name for messages.
    free
        Free memory as ``--free`` states it; needed where cells state no memory, as with older versions of libvirt.

    Raises
    ------
    InputError
        With ``file:line``, if there are no cells, or an id, a size or a list of siblings is invalid.
    """
    root = parse_xml(text, place)
    cells = _cells(root)
    lists = CpuLists(place)
    cpus = [cpu for cell in cells for cpu in _cpus(cell)]
    core_groups = {
        cpu.attributes["siblings"]: lists.of_list(cpu.attributes["siblings"], cpu.place)
        for cpu in cpus
        if "siblings" in cpu.attributes
    }
    notes = [] if core_groups else ["the cells list no siblings: every pcpu counts as a core"]
    rows = [_row(cell, notes) for cell in cells]
    return build_host(
        Topology(
            place=place,
            rows=rows,
            core_groups=core_groups.values(),
            distances=_distances(cells),
            notes=tuple(notes),
        ),
        free,
    )


def _cells(root: Node) -> list[Node]:
    node: Node | None = root
    for tag in ("host", "topology", "cells"):
        node = node.child(tag) if node else None
    cells = list(node.all("cell")) if node else []
    if root.tag != "capabilities" or not cells:
        raise InputError("expected <capabilities> with <host><topology><cells><cell>", place=root.place)
    if node is not None:
        _check_count(node, len(cells), "<cell>")
    return cells


def _check_count(node: Node, found: int, what: str) -> None:
    """Compare what a list says of its length with what it holds: a copy may lack lines."""
    if "num" in node.attributes and node.number("num", MAX_CPU + 1) != found:
        raise node.fault(f"says {node.attributes['num']} of {what} and holds {found}, expected all of them")


def _cpus(cell: Node) -> list[Node]:
    cpus = cell.child("cpus")
    listed = list(cpus.all("cpu")) if cpus else []
    if cpus:
        _check_count(cpus, len(listed), "<cpu>")
    return listed


def _row(cell: Node, notes: list[str]) -> NodeRow:
    id, memory = cell.number("id", MAX_CPU), cell.child("memory")
    total = int(size_of(memory, memory.text)) if memory else None
    pools = _huge_pages(cell)
    if total is not None and sum(pool.page_size * pool.total for pool in pools) > total:
        notes.append(f"cell {id} has more in <pages> than its <memory>, so its huge pages are not counted")
        pools = ()
    return NodeRow(
        id=id,
        memory_kib=None if total is None else ordinary_kib(total, pools),
        huge_pages=pools,
        pcpus={cpu.number("id", MAX_CPU) for cpu in _cpus(cell)},
    )


def _huge_pages(cell: Node) -> tuple[HugePages, ...]:
    """
    Read the pools from ``<pages>``: the number of pages in all, free or not.

    The smallest size is that of ordinary pages; ``<memory>`` includes the pools (virNumaGetPages of libvirt's
    src/util/virnuma.c takes them off the ordinary pages alone).
    """
    stated = [(int(size_of(pages, pages.attributes.get("size", ""))), pages) for pages in cell.all("pages")]
    counts = {size: pages.checked(pages.text, "pages", MAX_KIB) for size, pages in stated}
    return tuple(HugePages(page_size=size, total=counts[size]) for size in sorted(counts)[1:])


def _distances(cells: list[Node]) -> dict[tuple[int, int], int]:
    """Read the distances; as in libvirt, a distance that one of two cells states holds in both directions."""
    stated: dict[tuple[int, int], int] = {}
    for cell in cells:
        p = cell.number("id", MAX_CPU)
        distances = cell.child("distances")
        for sibling in distances.all("sibling") if distances else ():
            stated[p, sibling.number("id", MAX_CPU)] = sibling.number("value", MAX_DISTANCE)
    return {(q, p): distance for (p, q), distance in stated.items()} | stated
