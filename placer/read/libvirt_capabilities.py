"""Reads a host from the XML of ``virsh capabilities``."""

from __future__ import annotations

import re
from fractions import Fraction

from placer.errors import InputError
from placer.instance import shorten
from placer.instance.units import MAX_CPU, MAX_KIB
from placer.read.cpu_lists import CpuLists
from placer.read.reading import HostReading
from placer.read.topology import NodeRow, Topology, build_host
from placer.read.xml_text import Node, parse_xml

MAX_DISTANCE = 2**32
_POWER = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5, "e": 6}
_UNIT = re.compile(r"([kmgtpe]?)(i?b)?|bytes?", re.ASCII | re.IGNORECASE)


def read_libvirt_capabilities(text: str, place: str, free: str | None = None) -> HostReading:
    """
    Read a host from the cells of ``<host><topology>``.

    Parameters
    ----------
    text
        The document. Memory is each cell's total. A cell may state no distances, and a cpu no siblings.
    place
        The file's name for messages.
    free
        Free memory as ``--free`` states it; needed where cells state no memory, as older libvirts do.

    Raises
    ------
    InputError
        With ``file:line``, if there are no cells, or one has ids, memory or siblings that make no sense.
    """
    root = parse_xml(text, place)
    cells = _cells(root)
    lists = CpuLists(place)
    cpus = [cpu for cell in cells for cpu in _cpus(cell)]
    siblings = {
        cpu.attributes["siblings"]: lists.of_list(cpu.attributes["siblings"], cpu.place)
        for cpu in cpus
        if "siblings" in cpu.attributes
    }
    notes = () if siblings else ("the cells list no siblings: every pcpu counts as a core",)
    return build_host(
        Topology(
            place=place,
            rows=[_row(cell) for cell in cells],
            siblings=siblings.values(),
            distances=_distances(cells),
            notes=notes,
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
    return cells


def _cpus(cell: Node) -> list[Node]:
    cpus = cell.child("cpus")
    return list(cpus.all("cpu")) if cpus else []


def _row(cell: Node) -> NodeRow:
    memory = cell.child("memory")
    return NodeRow(
        id=cell.number("id", MAX_CPU),
        memory_kib=_memory_kib(memory) if memory else None,
        pcpus={cpu.number("id", MAX_CPU) for cpu in _cpus(cell)},
    )


def _memory_kib(memory: Node) -> int:
    """Scale as libvirt does (virScaleInteger): KiB and k are 1024 bytes, KB is 1000; without a unit it is KiB."""
    text = memory.attributes.get("unit", "KiB")
    unit = _UNIT.fullmatch(text)
    if unit is None:
        raise memory.fault(f'expected a unit such as "KiB", got "{shorten(text)}"')
    base = 1000 if (unit[2] or "").lower() == "b" and unit[1] else 1024
    size = memory.checked(memory.text, "memory", 2**63)
    kib = int(Fraction(size * base ** _POWER[(unit[1] or "").lower()], 1024))
    if kib > MAX_KIB:
        raise memory.fault("expected memory of at most 8 EiB")
    return kib


def _distances(cells: list[Node]) -> dict[tuple[int, int], int]:
    """Read the distances; one that only the other cell states holds both ways, as for libvirt."""
    stated: dict[tuple[int, int], int] = {}
    for cell in cells:
        p = cell.number("id", MAX_CPU)
        distances = cell.child("distances")
        for sibling in distances.all("sibling") if distances else ():
            stated[p, sibling.number("id", MAX_CPU)] = sibling.number("value", MAX_DISTANCE)
    return {(q, p): distance for (p, q), distance in stated.items()} | stated
