"""Writes a placed guest as the arrays of Xen's hypercalls xen_domctl_vnuma and xen_vnuma_topology_info."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace as replaced

from msgspec.structs import replace

from placer.errors import EmissionError
from placer.formats.configured_guest import ConfiguredGuest
from placer.formats.text.json_layout import lay_out
from placer.formats.toolstack_limits import MAX_PNODES, MAX_VNODES, refuse_for_xen, video_ram_kib
from placer.formats.xl.syntax import parse
from placer.formats.xl.values import number_of

KIB = 1024
PAGE_KIB = 4
FOUR_GIB = 2**32
LEAST_HOLE = 256 * KIB**2
"""Size of the MMIO hole unless a larger one is asked for: HVM_BELOW_4G_MMIO_LENGTH (public/hvm/hvm_info_table.h)."""


def emit_hypercall(written: ConfiguredGuest) -> str:
    """
    Write a guest as the arrays of ``xen_domctl_vnuma`` (xen/include/public/domctl.h).

    Returns
    -------
    str
        One JSON object: ``nr_vnodes``, ``nr_vmemranges``, ``nr_vcpus``, ``vdistance`` (row after row),
        ``vcpu_to_vnode``, ``vnode_to_pnode`` (not visible to the guest) and ``vmemrange``, the ranges of guest-physical
        addresses of each vnode in bytes, end excluded. The ranges follow each other. Those of an hvm guest leave out
        the MMIO hole below 4 GiB and the video RAM of vnode 0 (libxl__vnuma_build_vmemrange_hvm in libxl_vnuma.c).

    Raises
    ------
    EmissionError
        With every reason, one on each line, if Xen would refuse the guest.
    """
    _refuse(written)
    guest, vnodes = written.guest, written.vnodes
    vnode_of = {vcpu: v for v, vnode in enumerate(vnodes) for vcpu in vnode.vcpus}
    sizes = [vnode.memory_kib * KIB for vnode in vnodes]
    hole = FOUR_GIB
    if guest.type == "hvm":
        sizes[0] -= video_ram_kib(written) * KIB
        hole -= _hole_bytes(written)
    ranges = [{"start": start, "end": end, "flags": 0, "nid": v} for v, start, end in _lay(sizes, hole_start=hole)]
    fields = {
        "nr_vnodes": len(vnodes),
        "nr_vmemranges": len(ranges),
        "nr_vcpus": guest.vcpu_count,
        "vdistance": [distance for vnode in vnodes for distance in vnode.distances],
        "vcpu_to_vnode": [vnode_of[vcpu] for vcpu in range(guest.vcpu_count)],
        "vnode_to_pnode": [vnode.pnode for vnode in vnodes],
        "vmemrange": ranges,
    }
    return lay_out(fields) + "\n"


def _lay(sizes: list[int], *, hole_start: int) -> Iterator[tuple[int, int, int]]:
    """Lay out vnodes of these sizes from address 0 on, around the hole that ends at 4 GiB: vnode, start and end."""
    start = 0
    for v, size in enumerate(sizes):
        left = size
        while left:
            if hole_start <= start < FOUR_GIB:
                start = FOUR_GIB
            end = min(start + left, hole_start) if start < hole_start else start + left
            yield v, start, end
            left -= end - start
            start = end


def _hole_bytes(written: ConfiguredGuest) -> int:
    """Give the size of the MMIO hole in bytes: ``mmio_hole=`` where that is above the least (libxl__build_hvm)."""
    stated_kib: object = None
    if written.source is not None and written.source.kind == "libxl":
        config = json.loads(written.source.text)
        hvm = config.get("b_info", config).get("type.hvm")
        stated_kib = hvm.get("mmio_hole_memkb") if isinstance(hvm, dict) else None
    elif written.source is not None:
        xl = parse(written.source.text, written.source.place)
        megabytes = number_of(xl, "mmio_hole", least=LEAST_HOLE // KIB**2, most=4095, unit="MiB")
        stated_kib = None if megabytes is None else megabytes * KIB
    if not isinstance(stated_kib, int) or not LEAST_HOLE < stated_kib * KIB < FOUR_GIB:
        return LEAST_HOLE
    return stated_kib * KIB


def _refuse(written: ConfiguredGuest) -> None:
    if written.guest.form == "set":
        raise EmissionError(f'guest "{written.guest.name}": it is spread over a set of pnodes and has no vnodes to map')
    if written.guest.type != "pv":
        refuse_for_xen(replaced(written, guest=replace(written.guest, form="vnuma")), "libxl")
        return
    reasons = [*_pv_reasons(written)]
    if reasons:
        raise EmissionError("\n".join(f'guest "{written.guest.name}": {reason}' for reason in reasons))


def _pv_reasons(written: ConfiguredGuest) -> Iterator[str]:
    """Give the reasons why the hypercall refuses a pv guest; limits of libxl do not apply, it starts no pv vNUMA."""
    if len(written.vnodes) > MAX_VNODES:
        yield f"{len(written.vnodes)} vnodes, Xen takes at most {MAX_VNODES}"
    for v, vnode in enumerate(written.vnodes):
        if vnode.pnode is None:
            yield f"vnode {v} has no pnode, expected one"
        elif vnode.pnode >= MAX_PNODES:
            yield f"vnode {v} is on pnode {vnode.pnode}, Xen takes ids below {MAX_PNODES}"
        if vnode.memory_kib % PAGE_KIB:
            yield f"vnode {v} has {vnode.memory_kib} KiB, expected whole pages of {PAGE_KIB} KiB"
