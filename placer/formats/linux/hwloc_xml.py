"""Reads a host from the XML of hwloc (``lstopo host.xml``), versions 1 to 3."""

from __future__ import annotations

from placer.errors import InputError
from placer.formats.base import ParsedHost
from placer.formats.linux.huge_pages import ordinary_kib
from placer.formats.linux.hwloc_distances import old_distances, stated_distances
from placer.formats.linux.hwloc_objects import NumaObject, Objects, collect, pnode_of_device
from placer.formats.linux.topology import NodeRow, Topology, build_host
from placer.formats.text.cpu_lists import bits
from placer.formats.text.xml_text import Node, parse_xml
from placer.instance import HugePages, format_cpuset, shorten
from placer.instance.units import MAX_KIB

ORDINARY_MEMORY = {"", "DRAM"}
"""Subtypes of ordinary memory: its node gets the pcpus where several nodes show the same pcpus."""


def read_hwloc_xml(text: str, place: str, free: str | None = None) -> ParsedHost:
    """
    Read a host from the XML that hwloc writes.

    Parameters
    ----------
    text
        The document: version 1 (no ``version``), 2 or 3.
    place
        The file's name for messages.
    free
        Free memory as ``--free`` states it; hwloc states total memory only.

    Raises
    ------
    InputError
        With ``file:line``, if the text is no topology, or a number, cpuset or size of an object is invalid.
    """
    root = parse_xml(text, place)
    version = root.attributes.get("version", "1")
    machine = root.child("object")
    if root.tag != "topology" or machine is None:
        raise InputError(f"expected <topology> with an <object>, got <{shorten(root.tag)}>", place=root.place)
    if version.split(".")[0] not in {"1", "2", "3"}:
        raise root.fault(f'expected version 1, 2 or 3 of hwloc\'s XML, got "{shorten(version)}"')
    objects = collect(machine)
    if version.startswith("1"):
        if not objects.numa:  # version 1 writes no NUMANode for a machine without NUMA
            objects.numa.append(NumaObject(id=0, cpuset=-1, node=machine))
        distances = old_distances(objects.numa, list(machine.all("distances")))
    else:
        distances = stated_distances(root, objects.numa)
    notes: list[str] = []
    rows = _rows(objects, notes)
    _note_homeless(objects, rows, notes)
    topology = Topology(
        place=place,
        rows=rows,
        core_groups=_siblings(objects),
        distances=distances,
        pnode_of_device=pnode_of_device(machine),
        name=_host_name(machine) or _host_name(root),
        notes=tuple(notes),
    )
    return build_host(topology, free)


def _rows(objects: Objects, notes: list[str]) -> list[NodeRow]:
    """
    Give each pcpu to one node: hwloc shows a pcpu with every node in or around it.

    The node with the fewest pcpus has precedence; among equals ordinary memory, then the lowest id.
    """
    left = sum(1 << pcpu for pcpu in objects.core_of)
    everything = left
    rows = []
    shared = []
    for numa in sorted(objects.numa, key=lambda numa: _precedence(numa, everything)):
        shown = numa.cpuset & everything
        pools = _huge_pages(numa.node)
        memory_kib = ordinary_kib(_memory_kib(numa.node), pools)
        rows.append(NodeRow(id=numa.id, memory_kib=memory_kib, pcpus=bits(shown & left), huge_pages=pools))
        if shown and not shown & left:
            shared.append(numa.id)
        left &= ~shown
    if shared:
        notes.append(
            f"{_pnodes(shared)}: shown with pcpus that are another pnode's; taken as memory without pcpus of its own"
        )
    return rows


def _precedence(numa: NumaObject, everything: int) -> tuple[int, bool, int]:
    extra = numa.node.attributes.get("subtype", "") not in ORDINARY_MEMORY
    return (numa.cpuset & everything).bit_count(), extra, numa.id


def _memory_kib(node: Node) -> int:
    """Read the memory in KiB; hwloc omits the attribute where a node has none."""
    return node.checked(node.attributes.get("local_memory", "0"), "local_memory in bytes", MAX_KIB * 1024) // 1024


def _huge_pages(node: Node) -> tuple[HugePages, ...]:
    """
    Read the pools from ``page_type``: size in bytes, and number of pages in all, free or not.

    The smallest size is that of ordinary pages; hwloc counts as these what the pools leave of local_memory, which
    includes them (hwloc_get_sysfs_node_meminfo of hwloc/topology-linux.c).
    """
    counts: dict[int, int] = {}
    for page_type in node.all("page_type"):
        size = page_type.number("size", MAX_KIB * 1024)
        counts[size] = page_type.number("count", MAX_KIB) if "count" in page_type.attributes else 0
    huge = sorted(counts)[1:]
    return tuple(HugePages(page_size=size // 1024, total=counts[size]) for size in huge)


def _note_homeless(objects: Objects, rows: list[NodeRow], notes: list[str]) -> None:
    homeless = objects.core_of.keys() - {pcpu for row in rows for pcpu in row.pcpus}
    if homeless:
        notes.append(
            f"pcpus {format_cpuset(homeless)} are on no node and are left out: hwloc lists neither nodes without "
            "memory nor those that it may not use"
        )


def _siblings(objects: Objects) -> list[list[int]]:
    cores: dict[int, list[int]] = {}
    for pcpu, core in objects.core_of.items():
        cores.setdefault(core, []).append(pcpu)
    return list(cores.values())


def _host_name(node: Node) -> str:
    infos = (info.attributes for info in node.all("info") if info.attributes.get("name") == "HostName")
    return next((info.get("value", "") for info in infos), "")


def _pnodes(ids: list[int]) -> str:
    return f"{'pnode' if len(ids) == 1 else 'pnodes'} {format_cpuset(ids)}"
