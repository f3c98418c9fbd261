"""Limits of xl, libxl and QEMU: a guest that they would refuse or misplace is refused before a file is written."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Literal

from placer.errors import EmissionError
from placer.formats.configured_guest import ConfiguredGuest
from placer.formats.libxl.read_json import MEMKB_DEFAULT
from placer.formats.xl.syntax import parse
from placer.formats.xl.values import number_of
from placer.instance import Guest, format_cpuset, format_size

MAX_VNODES = 32
"""Xen copies a matrix of vnode distances within one page (xen/common/domctl.c)."""
MAX_VCPUS = 128
"""HVM_MAX_VCPUS (xen/include/public/hvm/hvm_info_table.h), for hvm and pvh."""
MAX_PNODES = 64
"""MAX_NUMNODES as Xen is built by default."""
MIB = 1024

ASSUMED_VIDEO_KIB = 8 * MIB
"""Video RAM of cirrus, the card that libxl takes where no card is stated (libxl_create.c)."""
VIDEO_KIB = {"none": 0, "cirrus": 8 * MIB, "stdvga": 16 * MIB, "std": 16 * MIB, "qxl": 128 * MIB}
"""Video RAM by the name of the card, as xl and libxl write it (libxl_create.c)."""

Toolstack = Literal["xl", "libxl"]


def refuse_for_xen(written: ConfiguredGuest, toolstack: Toolstack = "xl") -> None:
    """
    Refuse a guest that Xen's toolstack would refuse, or would start on other pnodes than planned.

    Parameters
    ----------
    written
        The guest as it is to be written. A guest of form ``whole`` or ``set`` has no vnuma, so it may be of type pv or
        pvh.
    toolstack
        The program that starts the guest. xl accepts ids of pnodes below the number of pnodes, libxl up to the largest
        id (parse_vnuma_config in xl_parse.c, libxl__vnuma_config_check).

    Raises
    ------
    EmissionError
        With every reason, one on each line.
    """
    if written.source is not None and written.source.of_qemu:
        raise EmissionError(
            f'guest "{written.guest.name}": {written.source.place} is a guest of QEMU, which {toolstack} does not start'
        )
    reasons = [*_guest_reasons(written, toolstack)]
    if not written.without_vnuma:
        reasons += [*_vnuma_reasons(written), *_pnode_reasons(written, toolstack)]
    if reasons:
        raise EmissionError("\n".join(f'guest "{written.guest.name}": {reason}' for reason in reasons))


def online_first(guest: Guest) -> bool:
    """Whether its vcpus that are online are its first ones, which is all that a number of them can say."""
    return guest.online == frozenset(range(len(guest.online)))


def not_for_qemu(written: ConfiguredGuest) -> Iterator[str]:
    """Give the reasons why QEMU would not run a guest, started by libvirt or by arguments."""
    guest, source = written.guest, written.source
    if source is not None and not source.of_qemu:
        yield f"{source.place} is a guest of Xen; --format xl or libxl writes it"
    if guest.type != "hvm":
        yield f"it is of type {guest.type}, QEMU runs hvm"
    if not guest.vcpu_count:
        yield "it has no vcpus"
    if not guest.memory_kib:
        yield "it has no memory"
    if any(vnode.memory_of is not None for vnode in guest.vnodes) and (source is None or source.kind != "libvirt"):
        yield "a vnode has memory of another (memory_of), as a memory device: only the guest's own domain XML states it"


def _guest_reasons(written: ConfiguredGuest, toolstack: Toolstack) -> Iterator[str]:
    guest = written.guest
    if any(vnode.homes is not None for vnode in written.vnodes):
        yield "memory and vcpus are on different pnodes, Xen puts memory where vcpus run; --format libvirt binds both"
    for v, vnode in enumerate(written.vnodes):
        if vnode.pnode is None:
            yield f"vnode {v} has no pnode, Xen takes only vnodes with one"
        if vnode.memory_kib % MIB and guest.form != "set":
            yield f"vnode {v} has {vnode.memory_kib} KiB, expected whole MiB"
    if guest.form == "set" and guest.memory_kib % MIB:
        yield f"it has {guest.memory_kib} KiB, expected whole MiB"
    if any(vnode.page_size for vnode in written.vnodes):
        yield (
            "its memory is in huge pages (page_size), and Xen has no pools of them; "
            "--format libvirt or qemu writes it, or leave page_size out"
        )
    if not written.maxmem_kib:
        yield "it has no memory"
    if not guest.vcpu_count:
        yield "it has no vcpus"
    if toolstack == "xl" and not online_first(guest):
        yield f"vcpus {format_cpuset(guest.online)} are online, xl takes a number of the first ones (--format libxl)"
    if guest.type != "pv" and guest.vcpu_count > MAX_VCPUS:
        yield f"{guest.vcpu_count} vcpus, Xen takes at most {MAX_VCPUS} for {guest.type}"
    yield from _memory_reasons(written)


def _memory_reasons(written: ConfiguredGuest) -> Iterator[str]:
    placed = sum(vnode.memory_kib for vnode in written.vnodes)
    memory, maxmem = format_size(written.memory_kib), format_size(written.maxmem_kib)
    if written.memory_kib > written.maxmem_kib:
        yield f"its memory of {memory} is above its maxmem of {maxmem}"
    elif written.memory_kib < written.maxmem_kib and not written.without_vnuma:
        yield (
            f"Cannot enable PoD and vNUMA at the same time: its memory of {memory} is below its maxmem of {maxmem}; "
            "choose one with --memory maxmem or --memory memory"
        )
    if placed != written.maxmem_kib and not (written.without_vnuma and placed == written.memory_kib):
        yield f"its vnodes hold {format_size(placed)}, expected its maxmem of {maxmem}"


def _vnuma_reasons(written: ConfiguredGuest) -> Iterator[str]:
    guest = written.guest
    if guest.type == "pv":
        unstated = " (its file states no type, which means pv)" if _states_no_type(written) else ""
        yield f'PV vNUMA is not yet supported: a guest with vnuma needs type="hvm"{unstated}'
    if guest.type == "pvh":
        yield "libxl fails to start pvh with vnuma (xc_domain_getvnuma failed): it needs type hvm"
    if len(written.vnodes) > MAX_VNODES:
        yield f"{len(written.vnodes)} vnodes, Xen takes at most {MAX_VNODES}"
    times = Counter(vcpu for vnode in written.vnodes for vcpu in vnode.vcpus)
    wrong = [vcpu for vcpu in {*times, *range(guest.vcpu_count)} if times[vcpu] != 1]
    if wrong:
        yield f"vcpus {format_cpuset(wrong)} are on no vnode or on several, expected each on one"
    video_kib = video_ram_kib(written) if guest.type == "hvm" else 0
    if video_kib % MIB:
        yield f"its video ram is {video_kib} KiB, expected whole MiB (vNUMA memory pages mismatch)"
    if written.vnodes[0].memory_kib < max(video_kib, 1):
        yield (
            f"vnode 0 too small to contain video ram: it has {format_size(written.vnodes[0].memory_kib)}, "
            f"expected at least {format_size(video_kib or MIB)}"
        )


def _pnode_reasons(written: ConfiguredGuest, toolstack: Toolstack) -> Iterator[str]:
    ids = [pnode.id for pnode in written.host.pnodes]
    limit = len(ids) if toolstack == "xl" else min(max(ids) + 1, MAX_PNODES)
    why = "the number of pnodes of this host" if toolstack == "xl" else "the most Xen numbers on this host"
    for v, vnode in enumerate(written.vnodes):
        if vnode.pnode is not None and vnode.pnode >= limit:
            yield f"vnode {v}: invalid pnode number {vnode.pnode}, {toolstack} takes ids below {limit}, {why}"


def _states_no_type(written: ConfiguredGuest) -> bool:
    if written.source is None or written.source.kind != "xl":
        return False
    config = parse(written.source.text, written.source.place)
    return config.value_of("type") is None and config.value_of("builder") is None


def video_ram_kib(written: ConfiguredGuest) -> int:
    """Give the video RAM of an hvm guest in KiB: as its file states it, else 8 MiB, libxl's default for cirrus."""
    if written.source is None:
        return ASSUMED_VIDEO_KIB
    if written.source.kind == "libxl":
        return _video_of_libxl(written.source.text)
    config = parse(written.source.text, written.source.place)
    megabytes = number_of(config, "videoram", least=0, most=2**20, unit="MiB")
    card = str(config.value_of("vga"))
    return VIDEO_KIB.get(card, ASSUMED_VIDEO_KIB) if megabytes is None else megabytes * MIB


def _video_of_libxl(text: str) -> int:
    config = json.loads(text)
    build_info = config.get("b_info", config)
    stated = build_info.get("video_memkb")
    if isinstance(stated, int) and 0 <= stated < MEMKB_DEFAULT:
        return stated
    hvm = build_info.get("type.hvm")
    vga = hvm.get("vga") if isinstance(hvm, dict) else None
    card = vga.get("kind") if isinstance(vga, dict) else None
    return VIDEO_KIB.get(str(card), ASSUMED_VIDEO_KIB)
