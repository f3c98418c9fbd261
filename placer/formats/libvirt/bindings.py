"""Reads where a libvirt domain binds what placer does not place: its emulator, its I/O threads, its memory devices."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from placer.formats.base import Binding
from placer.formats.libvirt.huge_pages import size_among
from placer.formats.libvirt.values import set_of, size_of
from placer.formats.text.cpu_lists import bits
from placer.formats.text.xml_text import Node
from placer.instance import Host, Vnode, format_cpuset, format_size, shorten

COUNTED = ("dimm", "virtio-mem")
"""Models of memory devices that are memory of the host; the others lie in files or in memory of their own."""
_WAY_OF_NODEMASK = "the memory of the device counts on the nodemask; without <nodemask> it lies where its cell lies"


@dataclass(frozen=True, kw_only=True)
class MemoryDevices:
    """
    The memory devices of a domain.

    Parameters
    ----------
    of_cell
        Cell -> KiB of its devices without a nodemask: they lie where the cell lies.
    apart
        A vnode for each device with a nodemask, on one of its pnodes; ``memory_of`` is the cell.
    page_sizes
        For each of ``apart`` the size of its pages in KiB, 0 for ordinary ones; None where the device states none, so
        that it has those of its cell.
    bindings
        The nodemasks.
    notes
        Devices that are not counted: a sentence for each.
    """

    of_cell: dict[int, int]
    apart: tuple[Vnode, ...]
    page_sizes: tuple[int | None, ...]
    bindings: tuple[Binding, ...]
    notes: tuple[str, ...]


def read_memory_devices(root: Node, cell_count: int, host: Host) -> MemoryDevices:
    """
    Read ``<memory>`` of ``<devices>``; a virtio-mem counts with all that it may grow to.

    Raises
    ------
    InputError
        With ``file:line``, if a device has no size, or names a cell or pnode that does not exist.
    """
    of_cell: dict[int, int] = {}
    apart, page_sizes, bindings, notes = [], [], [], []
    devices = root.child("devices")
    for device in devices.all("memory") if devices else ():
        model = device.attributes.get("model", "")
        if model not in COUNTED or not cell_count:
            why = "" if cell_count else ": libvirt takes it only beside cells"
            notes.append(f'its memory device of model "{shorten(model)}" is not counted{why}')
            continue
        kib, cell = _target(device, cell_count)
        what = f"its {model} of {format_size(kib)} for cell {cell}"
        pnodes = _nodemask(device, host)
        if pnodes is None:
            of_cell[cell] = of_cell.get(cell, 0) + kib
            continue
        bindings.append(Binding(what=f"the nodemask of {what}", pnodes=pnodes, cell=cell, way=_WAY_OF_NODEMASK))
        apart.append(Vnode(memory_kib=kib, pnodes=pnodes, memory_of=cell))
        page_sizes.append(_page_size(device, host))
    return MemoryDevices(
        of_cell=of_cell,
        apart=tuple(apart),
        page_sizes=tuple(page_sizes),
        bindings=tuple(bindings),
        notes=tuple(notes),
    )


def vnodes_of_devices(devices: MemoryDevices, of_cell: Mapping[int, int]) -> tuple[Vnode, ...]:
    """
    Give the vnodes of devices with a nodemask, with their page sizes.

    A device without a page size of its own has that of its cell (qemuBuildMemoryGetPagesize of
    src/qemu/qemu_command.c).

    Parameters
    ----------
    of_cell
        Cell -> size of its huge pages, in KiB, where it has any.
    """
    rows = zip(devices.apart, devices.page_sizes, strict=True)
    return tuple(
        replace(vnode, page_size=(of_cell.get(vnode.memory_of or 0) if size is None else size) or None)
        for vnode, size in rows
    )


def read_pins(root: Node, host: Host) -> tuple[Binding, ...]:
    """Read the pins of the emulator and of each I/O thread."""
    return tuple(_pins(root, host))


def _pins(root: Node, host: Host) -> Iterator[Binding]:
    cputune = root.child("cputune")
    for tag in ("emulatorpin", "iothreadpin"):
        for pin in cputune.all(tag) if cputune else ():
            pcpus = bits(set_of(pin, pin.attributes.get("cpuset", ""), "cpuset"))
            missing = [pcpu for pcpu in pcpus if pcpu not in host.known_pcpus]
            if missing:
                has = format_cpuset(host.position_of_pcpu) or "(none)"
                raise pin.fault(f"cpuset names pcpu {format_cpuset(missing)}, this host has pcpus {has}")
            thread = f" {pin.number('iothread', 2**31)}" if tag == "iothreadpin" else ""
            yield Binding(
                what=f"its {tag}{thread} (pcpus {shorten(format_cpuset(pcpus))})",
                pnodes=tuple(sorted(host.pnodes_of_pcpus(host.position_of_pcpu.keys() & pcpus))),
                way="--format libvirt keeps it; "
                + (
                    "without it placer writes one on the guest's pnodes"
                    if tag == "emulatorpin"
                    else "give it pcpus of the guest's pnodes, or remove it"
                ),
            )


def _target(device: Node, cell_count: int) -> tuple[int, int]:
    target = device.child("target")
    size = target.child("size") if target else None
    if target is None or size is None:
        raise device.fault("expected <target> with <size>")
    node = target.child("node")
    cell = int(node.checked(node.text.strip(), "a cell", cell_count - 1)) if node else 0
    return math.ceil(size_of(size, size.text.strip())), cell


def _page_size(device: Node, host: Host) -> int | None:
    """Read the size of the pages of a device in KiB, 0 for ordinary ones; None where it is not stated, or not known."""
    source = device.child("source")
    stated = source.child("pagesize") if source else None
    return size_among(host.page_sizes, stated, stated.text.strip()) if stated is not None and host.page_sizes else None


def _nodemask(device: Node, host: Host) -> tuple[int, ...] | None:
    source = device.child("source")
    mask = source.child("nodemask") if source else None
    if mask is None:
        return None
    pnodes = bits(set_of(mask, mask.text.strip(), "nodemask"))
    missing = [pnode for pnode in pnodes if pnode not in host.position_of]
    if missing:
        has = format_cpuset(host.position_of)
        raise mask.fault(f"names pnode {format_cpuset(missing)}, this host has pnodes {has}")
    return pnodes
