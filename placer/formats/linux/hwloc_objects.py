"""Collects the objects of hwloc's XML that make up a host: NUMA nodes, PUs (pcpus) and cores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from placer.formats.text.cpu_lists import bits, parse_bitmap
from placer.formats.text.xml_text import Node
from placer.instance import pci_address
from placer.instance.units import MAX_CPU


@dataclass(frozen=True, kw_only=True)
class NumaObject:
    """
    A NUMANode object.

    Parameters
    ----------
    id
        Its number in the operating system.
    cpuset
        Bitmap of the pcpus that hwloc shows for it. In versions 2 and 3 they are the pcpus of its parent object, and
        the other NUMA nodes of that parent have the same ones.
    node
        Its XML element.
    """

    id: int
    cpuset: int
    node: Node


@dataclass
class Objects:
    """The NUMA nodes and cores of a topology."""

    numa: list[NumaObject] = field(default_factory=list)
    core_of: dict[int, int] = field(default_factory=dict)
    """Id of a pcpu -> a number that is the same for all pcpus of a core."""


def collect(machine: Node) -> Objects:
    """
    Collect the objects of a topology.

    Parameters
    ----------
    machine
        The outermost ``<object>``.

    Raises
    ------
    InputError
        With ``file:line``, if a NUMA node or PU has no number, a PU is listed twice, or a bitmap is malformed.
    """
    objects = Objects()
    for node, core, cpuset in _walk(machine):
        kind = node.attributes.get("type")
        if kind == "NUMANode":
            id = node.number("os_index", MAX_CPU)
            objects.numa.append(NumaObject(id=id, cpuset=cpuset, node=node))
        elif kind == "PU":
            pcpu = node.number("os_index", MAX_CPU)
            if pcpu in objects.core_of:
                raise node.fault(f"PU {pcpu} is listed twice")
            objects.core_of[pcpu] = core if core is not None else -1 - pcpu
    _drop_offline(objects, machine)
    return objects


def _walk(machine: Node) -> Iterator[tuple[Node, int | None, int]]:
    """Iterate over the objects, outer before inner, each with the number of its core (None for none) and its cpuset."""
    waiting: list[tuple[Node, int | None, int]] = [(machine, None, -1)]
    cores = 0
    while waiting:
        node, core, cpuset = waiting.pop()
        if node.attributes.get("type") == "Core":
            core = cores = cores + 1
        if "cpuset" in node.attributes:
            cpuset = parse_bitmap(node.attributes["cpuset"], node.place)
        yield node, core, cpuset
        waiting += [(child, core, cpuset) for child in reversed(node.children) if child.tag == "object"]


def pnode_of_device(machine: Node) -> dict[str, int]:
    """
    Find the node of each PCI device: PCI address -> id of the node.

    A device stands in the object of its locality; its node is known where that object is of one node alone.
    """
    found: dict[str, int] = {}
    waiting: list[tuple[Node, str]] = [(machine, "")]
    while waiting:
        node, nodeset = waiting.pop()
        nodeset = node.attributes.get("nodeset", nodeset)
        address = pci_address(node.attributes.get("pci_busid", ""))
        if node.attributes.get("type") == "PCIDev" and address and nodeset:
            nodes = bits(parse_bitmap(nodeset, node.place))
            found |= {address: nodes[0]} if len(nodes) == 1 else {}
        waiting += [(child, nodeset) for child in node.children if child.tag == "object"]
    return found


def _drop_offline(objects: Objects, machine: Node) -> None:
    """Drop offline PUs, which version 1 lists too."""
    online = parse_bitmap(machine.attributes.get("online_cpuset", "0xf...f"), machine.place)
    objects.core_of = {pcpu: core for pcpu, core in objects.core_of.items() if online >> pcpu & 1}
