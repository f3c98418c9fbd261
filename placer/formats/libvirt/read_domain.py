"""Reads a guest from libvirt's domain XML (https://libvirt.org/formatdomain.html), as its QEMU driver takes it."""

from __future__ import annotations

import dataclasses
import math

from msgspec.structs import replace

from placer.formats.base import MAX_NAME, GuestSource, Masks, ParsedGuest, online_note
from placer.formats.devices import devices_on
from placer.formats.libvirt.bindings import read_memory_devices, read_pins, vnodes_of_devices
from placer.formats.libvirt.cells import Cells, read_cells, with_vcpus_apart
from placer.formats.libvirt.huge_pages import read_huge_pages
from placer.formats.libvirt.numatune import Numatune, read_numatune
from placer.formats.libvirt.passthrough import mediated_notes, read_addresses
from placer.formats.libvirt.values import set_of, size_of
from placer.formats.libvirt.vcpus import read_online_vcpus, read_vcpu_count
from placer.formats.text.cpu_lists import bits
from placer.formats.text.xml_text import Node, parse_xml
from placer.instance import Host, Topology, Vnode, format_cpuset, format_size, shorten
from placer.instance.guest_checks import MAX_VCPUS
from placer.instance.note import Note
from placer.instance.topology import LEVELS


def read_libvirt_domain(text: str, place: str, host: Host, encoding: str | None = None) -> ParsedGuest:
    """
    Read a guest from what ``virsh dumpxml`` prints.

    Parameters
    ----------
    text
        The file.
    place
        Its name for messages.
    host
        The host that the file's pnodes, pcpus and devices belong to.
    encoding
        The encoding that the file declares and is written in again; None for UTF-8.

    Raises
    ------
    InputError
        With ``file:line``, where libvirt's QEMU driver would refuse the domain.
    """
    root = parse_xml(text, place)
    _refuse_others(root)
    vcpu_count = read_vcpu_count(root)
    online = read_online_vcpus(root, vcpu_count)
    notes: list[str] = [online_note(len(online), vcpu_count)] if online else []
    cells = read_cells(root, vcpu_count)
    numatune = read_numatune(root, cells.vnodes if cells else (), host)
    extra = read_memory_devices(root, len(cells.vnodes) if cells else 0, host)
    cells = _with_devices(cells, extra.of_cell)
    memory_kib, memory_notes = _memory(root, cells)
    sizes = [vnode.memory_kib for vnode in cells.vnodes] if cells else [memory_kib]
    pages = read_huge_pages(root, len(cells.vnodes) if cells else 0, sizes, host)
    bound = pages.applied(_bound(cells, numatune)) if cells else ()
    affinity, pin_notes = _affinity(root, vcpu_count, host)
    assigned = read_addresses(root)
    devices, device_notes = _devices(assigned, numatune, host)
    notes += [*memory_notes, *numatune.notes, *pin_notes, *device_notes, *mediated_notes(root), *extra.notes]
    return ParsedGuest(
        name=_name(root),
        type="hvm",
        vcpu_count=vcpu_count,
        online_vcpus=online,
        memory_kib=memory_kib,
        maxmem_kib=memory_kib,
        vnodes=(*with_vcpus_apart(bound, affinity, numatune.pnodes, host), *vnodes_of_devices(extra, pages.of_cell))
        if cells
        else None,
        page_size=pages.common,
        topology=_topology(root, vcpu_count),
        pnodes=numatune.pnodes,
        hard_affinity=affinity,
        vdistances=cells.vdistances if cells else None,
        devices=devices,
        assigned=tuple(assigned),
        spread=numatune.spread and not devices,  # a device binds a guest to one pnode, which a set has not
        filled=numatune.filled,
        bindings=(*numatune.bindings, *extra.bindings, *read_pins(root, host)),
        notes=(*notes, *pages.notes, *(cells.notes if cells else ())),
        source=GuestSource(kind="libvirt", place=place, text=text, encoding=encoding),
    )


def _devices(assigned: list[str], numatune: Numatune, host: Host) -> tuple[tuple[str, ...], list[str]]:
    """Find devices on the host; interleaved memory of a guest with some makes no set, which a note says."""
    devices, notes = devices_on(host, assigned)
    if not (devices and numatune.spread):
        return devices, notes
    kept = "and is kept; but the placement counts each of its vnodes on one pnode, near its devices: "
    kept += 'mode "strict" puts it there, without its devices it is a set of pnodes'
    spreads = 'numatune mode "interleave" spreads its memory over pnodes'
    said = Note(f"{spreads} {format_cpuset(numatune.pnodes or ())}, {kept}", kind=f"{spreads}, {kept}")
    return devices, [*notes, said]


def _with_devices(cells: Cells | None, of_cell: dict[int, int]) -> Cells | None:
    """Add the memory devices of each cell to its memory."""
    if cells is None or not of_cell:
        return cells
    rows = enumerate(cells.vnodes)
    vnodes = tuple(replace(vnode, memory_kib=vnode.memory_kib + of_cell.get(v, 0)) for v, vnode in rows)
    return dataclasses.replace(cells, vnodes=vnodes)


def _refuse_others(root: Node) -> None:
    if root.tag != "domain":
        raise root.fault("expected a guest as <domain>, as virsh dumpxml prints it")
    if root.attributes.get("type") == "xen":
        raise root.fault("a guest of Xen: give its xl.cfg instead, virsh domxml-to-native xen-xl prints it")
    system = root.child("os")
    kind = system.child("type") if system else None
    if kind is not None and kind.text.strip() != "hvm":
        raise kind.fault(f'expected a guest of QEMU, of type hvm, got "{shorten(kind.text.strip())}"')


def _name(root: Node) -> str:
    node = root.child("name")
    if node is None or not 1 <= len(node.text) <= MAX_NAME:
        raise (node or root).fault(f"expected a name of 1 to {MAX_NAME} characters in <name>")
    return node.text


def _topology(root: Node, vcpu_count: int) -> Topology | None:
    """Read ``<cpu><topology>``, of as many vcpus as the domain has at most, as libvirt wants (qemu_validate.c)."""
    cpu = root.child("cpu")
    node = cpu.child("topology") if cpu else None
    if node is None:
        return None
    stated = {level: node.number(level, MAX_VCPUS) for level in LEVELS if level in node.attributes}
    if not all(stated.values()):
        raise node.fault("expected at least 1 of each")
    topology = Topology(**stated)
    if topology.vcpu_count != vcpu_count:
        raise node.fault(f"{topology.in_words()} are {topology.vcpu_count} vcpus, expected the {vcpu_count} of <vcpu>")
    return topology


def _memory(root: Node, cells: Cells | None) -> tuple[int, list[str]]:
    """Read the memory to place, in KiB; like libvirt, take the sum of the cells where there are cells."""
    node = root.child("memory")
    if cells:
        memory_kib = sum(vnode.memory_kib for vnode in cells.vnodes)
    elif node is None:
        raise root.fault("no memory, expected <memory>")
    else:
        memory_kib = math.ceil(size_of(node, node.text))
    if not memory_kib:
        raise (node or root).fault("expected memory of more than 0")
    current = root.child("currentMemory")
    current_kib = math.ceil(size_of(current, current.text)) if current else memory_kib
    if current_kib >= memory_kib:
        return memory_kib, []
    held = f"its balloon holds it at {format_size(current_kib)}, it is placed with all of its {format_size(memory_kib)}"
    return memory_kib, [held]


def _bound(cells: Cells, numatune: Numatune) -> tuple[Vnode, ...]:
    """Bind cells to the pnodes that the file names for them; a cell without memory and vcpus lies nowhere."""
    pnodes_of = numatune.pnodes_of or (None,) * len(cells.vnodes)
    return tuple(
        vnode if vnode.is_empty else replace(vnode, pnode=pnode, pnodes=pnodes)
        for vnode, pnode, pnodes in zip(cells.vnodes, numatune.pnode_of, pnodes_of, strict=True)
    )


def _affinity(root: Node, vcpu_count: int, host: Host) -> tuple[Masks | None, list[str]]:
    """Read the pcpus that each vcpu is pinned to: its own vcpupin, else the cpuset for all vcpus."""
    vcpu = root.child("vcpu")
    common = None
    if vcpu is not None and vcpu.attributes.get("placement") != "auto" and "cpuset" in vcpu.attributes:
        common = _pcpus(vcpu, host)
    masks = [common] * vcpu_count
    notes: list[str] = []
    cputune = root.child("cputune")
    seen: set[int] = set()
    for pin in cputune.all("vcpupin") if cputune else ():
        pinned = pin.number("vcpu", 2**32)
        if pinned >= vcpu_count:
            notes.append(f"libvirt ignores the vcpupin of vcpu {pinned}, the domain has no such vcpu")
            continue
        if pinned in seen:
            raise pin.fault(f"a second vcpupin for vcpu {pinned}")
        seen.add(pinned)
        masks[pinned] = _pcpus(pin, host)
    return tuple(masks) if any(mask is not None for mask in masks) else None, notes[:1]


def _pcpus(node: Node, host: Host) -> tuple[int, ...] | None:
    """Read the online pcpus of an attribute ``cpuset``; None for all of the host."""
    named = set(bits(set_of(node, node.attributes.get("cpuset", ""), "cpuset")))
    if not named <= host.known_pcpus:
        missing, has = format_cpuset(named - host.known_pcpus), format_cpuset(host.position_of_pcpu)
        raise node.fault(f"cpuset names pcpu {shorten(missing)}, this host has pcpus {has or '(none)'}")
    online = named.intersection(host.position_of_pcpu)
    if not online:
        raise node.fault(f"cpuset {shorten(format_cpuset(named))} names no pcpu that is known to be online")
    return None if len(online) == len(host.position_of_pcpu) else tuple(sorted(online))
