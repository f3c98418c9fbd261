"""Reads guests from libxl's JSON: a libxl_domain_config, its b_info alone, or the output of ``xl list -l``."""

from __future__ import annotations

import json
from pathlib import PurePath

from placer.errors import InputError, of_each
from placer.formats.base import MAX_NAME, GuestSource, Masks, ParsedGuest, online_note
from placer.formats.devices import devices_on
from placer.formats.libxl.online import read_online_vcpus
from placer.formats.libxl.pcidevs import assigned_devices
from placer.formats.stubdomain import stubdomain
from placer.formats.text.json_fields import Fields
from placer.formats.text.json_text import parse_json
from placer.formats.xl.cpupools import pool_named
from placer.formats.xl.vnuma import ANEW
from placer.instance import GuestType, Host, Vnode, format_cpuset
from placer.instance.guest_checks import MAX_VCPUS
from placer.instance.units import MAX_CPU, MAX_KIB

MEMKB_DEFAULT = 2**64 - 1
"""The value by which libxl marks a size that is not given (LIBXL_MEMKB_DEFAULT)."""
TYPES: tuple[GuestType, ...] = ("hvm", "pvh", "pv")
MIB = 1024


def read_libxl_json(text: str, place: str, host: Host) -> list[ParsedGuest]:
    """
    Read guests from JSON in the form of libxl's types (libxl_types.idl of Xen 4.17 and later).

    Parameters
    ----------
    text
        One ``libxl_domain_config`` or ``libxl_domain_build_info``, or the array that ``xl list -l`` prints.
    place
        The file's name for messages. A build info has no name, so its guest gets the name of the file.
    host
        The host that pnodes and pcpus belong to.

    Returns
    -------
    list of ParsedGuest
        All guests but Domain-0. Their source keeps keys that placer does not know. libxl omits values that equal its
        default, so a vnode without ``pnode`` is fixed on pnode 0.

    Raises
    ------
    InputError
        With the JSON path, where libxl refuses the guest, or a value has a wrong type, which libxl ignores silently.
    """
    return guests_of(parse_json(text, place), place, host)


def guests_of(value: object, place: str, host: Host, *, keep_pnodes: bool = True) -> list[ParsedGuest]:
    """Read guests, as :func:`read_libxl_json` does, from JSON that is parsed already."""
    if not isinstance(value, list):
        return [read_domain(Fields.of(value, place), host, keep_pnodes=keep_pnodes)]
    domains = [Fields.of(item, place, f"$[{i}]") for i, item in enumerate(value)]
    guests = [domain for domain in domains if domain.value.get("domid") != 0]
    if not guests:
        raise InputError("no guest in it, expected one besides Domain-0", place=f"{place}: $")
    return of_each(lambda guest: read_domain(guest, host, keep_pnodes=keep_pnodes), guests)


def read_domain(document: Fields, host: Host, *, keep_pnodes: bool = True) -> ParsedGuest:
    """
    Read one guest from an entry of ``xl list -l``, a libxl_domain_config or its b_info.

    Without ``keep_pnodes`` its vnodes have no pnode, and those of the JSON may be the pnodes of another host.
    """
    config = document.child("config")
    if config is None:
        return _read_config(document, host, None, keep_pnodes=keep_pnodes)
    return _read_config(config, host, document.number("domid", MAX_CPU), keep_pnodes=keep_pnodes)


def _read_config(config: Fields, host: Host, domid: int | None, *, keep_pnodes: bool) -> ParsedGuest:
    build_info = config.child("b_info") or config
    create_info = config.child("c_info") or Fields({}, config.place, f"{config.path}.c_info")
    if build_info is config and not {"max_memkb", "max_vcpus"} & config.value.keys():
        raise config.fault("expected a libxl_domain_config (c_info, b_info) or a libxl_domain_build_info")
    guest_type = _type(build_info, create_info)
    vcpu_count = build_info.number("max_vcpus", MAX_VCPUS) or 1
    maxmem_kib = _size(build_info, "max_memkb")
    if not maxmem_kib:
        raise build_info.fault("max_memkb is missing or 0, expected the guest's memory in KiB")
    memory_kib = _size(build_info, "target_memkb")
    if memory_kib is not None and memory_kib > maxmem_kib:
        raise build_info.fault(f"expected at most max_memkb ({maxmem_kib}), got {memory_kib}", "target_memkb")
    vnodes = _vnodes(build_info, host if keep_pnodes else None, vcpu_count, maxmem_kib)
    devices, device_notes = devices_on(host, *(assigned := assigned_devices(config)))
    online = read_online_vcpus(build_info, vcpu_count)
    starting = [online_note(len(online), vcpu_count)] if online else []
    stub_kib, stub_notes = _stubdomain(build_info)
    return ParsedGuest(
        name=_name(create_info, build_info is config),
        type=guest_type,
        vcpu_count=vcpu_count,
        online_vcpus=online,
        memory_kib=maxmem_kib if memory_kib is None else memory_kib,
        maxmem_kib=maxmem_kib,
        vnodes=vnodes,
        pool=_pool(create_info, host),
        hard_affinity=_masks(build_info, "vcpu_hard_affinity", host, vcpu_count),
        soft_affinity=_masks(build_info, "vcpu_soft_affinity", host, vcpu_count),
        vdistances=_distances(build_info) if vnodes else None,
        overhead_kib=_overhead_kib(build_info, create_info, guest_type, vcpu_count, maxmem_kib),
        stubdomain_kib=stub_kib,
        devices=devices,
        assigned=(*assigned[0], *assigned[1]),
        notes=(*starting, *stub_notes, *_notes(build_info, host), *device_notes),
        source=GuestSource(kind="libxl", place=config.place, text=json.dumps(config.value, ensure_ascii=False)),
        domid=domid,
        uuid=create_info.text("uuid"),
    )


def _name(create_info: Fields, bare: bool) -> str:
    name = create_info.text("name")
    if name is None and not bare:
        raise create_info.fault('key "name" is missing')
    name = name or PurePath(create_info.place).stem.strip("<>-") or "guest"
    if len(name) > MAX_NAME:
        raise create_info.fault(f"expected at most {MAX_NAME} characters, got {len(name)}", "name")
    return name


def _pool(create_info: Fields, host: Host) -> str | None:
    """Read the cpupool by its name, else by its number; libxl omits number 0, the pool of guests that name none."""
    name, number = create_info.text("pool_name"), create_info.number("poolid", 2**32 - 1)
    stated = name if name is not None else str(number) if number else None
    if stated is None:
        return None
    try:
        return pool_named(stated, host)
    except ValueError as error:
        raise create_info.fault(str(error), "poolid" if name is None else "pool_name") from None


def _type(build_info: Fields, create_info: Fields) -> GuestType:
    stated = {kind for kind in TYPES if f"type.{kind}" in build_info.value}
    stated |= {kind for kind in TYPES if kind in (build_info.text("type"), create_info.text("type"))}
    if len(stated) != 1:
        got = f"got {' and '.join(sorted(stated))}" if stated else "which is missing"
        raise build_info.fault(f"expected one type (a key type.hvm, type.pvh or type.pv), {got}")
    return stated.pop()


def _size(build_info: Fields, key: str) -> int | None:
    if build_info.value.get(key) == MEMKB_DEFAULT:
        return None
    return build_info.number(key, MAX_KIB)


def _vnodes(build_info: Fields, host: Host | None, vcpu_count: int, maxmem_kib: int) -> tuple[Vnode, ...] | None:
    """Read vnuma_nodes under the rules of libxl__vnuma_config_check (libxl_vnuma.c); without a host, no pnodes."""
    rows = build_info.children("vnuma_nodes")
    vnodes = tuple(_vnode(row, host, vcpu_count) for row in rows)
    if not vnodes:
        return None
    total = sum(vnode.memory_kib for vnode in vnodes)
    if total != maxmem_kib:
        raise build_info.fault(
            f"amount of memory mismatch: memkb sums to {total}, expected max_memkb ({maxmem_kib})", "vnuma_nodes"
        )
    seen: set[int] = set()
    for row, vnode in zip(rows, vnodes, strict=True):
        twice = seen.intersection(vnode.vcpus)
        if twice:
            raise row.fault(f"vcpu {format_cpuset(twice)} assigned more than once", "vcpus")
        seen.update(vnode.vcpus)
    missing = [vcpu for vcpu in range(vcpu_count) if vcpu not in seen]
    if missing:
        raise build_info.fault(f"vcpu {format_cpuset(missing)} is not assigned to any vnode", "vnuma_nodes")
    return vnodes


def _vnode(row: Fields, host: Host | None, vcpu_count: int) -> Vnode:
    memory_kib = row.number("memkb", MAX_KIB)
    if memory_kib is None:
        raise row.fault('key "memkb" is missing')
    pnode = row.number("pnode", MAX_CPU) or 0
    if host is not None and pnode not in host.position_of:
        ids = format_cpuset(host.position_of)
        raise row.fault(f"invalid pnode {pnode} specified, expected one of {ids} (absent means 0); {ANEW}", "pnode")
    vcpus = row.bitmap("vcpus", vcpu_count - 1) or ()
    return Vnode(memory_kib=memory_kib, vcpus=vcpus, pnode=None if host is None else pnode)


def _distances(build_info: Fields) -> tuple[tuple[int, ...], ...] | None:
    rows = build_info.children("vnuma_nodes")
    matrix = tuple(row.numbers("distances", 255) or () for row in rows)
    if not any(map(any, matrix)):
        return None
    for v, (row, distances) in enumerate(zip(rows, matrix, strict=True)):
        if len(distances) != len(rows):
            raise row.fault(f"{len(distances)} distances for {len(rows)} vnodes", "distances")
        if min(distances) < distances[v]:
            w = distances.index(min(distances))
            raise row.fault(f"distance from {v} to {w} smaller than {v}'s local distance", "distances")
    return matrix


def _masks(build_info: Fields, key: str, host: Host, vcpu_count: int) -> Masks | None:
    masks = build_info.bitmaps(key, MAX_CPU)
    if not masks:
        return None
    if len(masks) > vcpu_count:
        raise build_info.fault(f"{len(masks)} masks for {vcpu_count} vcpus", key)
    read = [_mask(build_info, f"{key}[{vcpu}]", set(mask), host) for vcpu, mask in enumerate(masks)]
    return (*read, *[None] * (vcpu_count - len(masks)))


def _mask(build_info: Fields, key: str, mask: set[int], host: Host) -> tuple[int, ...] | None:
    """Read one mask; None where it has all pcpus of the host, and perhaps bits above them: libxl fills whole bytes."""
    pcpus = set(host.position_of_pcpu)
    if not mask:
        raise build_info.fault("expected at least one pcpu", key)
    if mask >= pcpus:
        return None
    if not mask <= host.known_pcpus:
        raise build_info.fault(f"no pcpu {format_cpuset(mask - host.known_pcpus)} on this host", key)
    if not mask & pcpus:
        raise build_info.fault(f"pcpus {format_cpuset(mask)} are not known to be online", key)
    return tuple(sorted(mask & pcpus))


def _overhead_kib(build: Fields, create_info: Fields, guest_type: GuestType, vcpu_count: int, maxmem_kib: int) -> int:
    """Compute the overhead of an hvm or pvh guest in KiB, by the formula that xl/read_cfg.py explains."""
    if guest_type == "pv":
        return 0
    paging_kib = MIB * vcpu_count + (8 if create_info.text("hap") == "False" else 4) * (maxmem_kib // MIB)
    return (_size(build, "shadow_memkb") or paging_kib) + 2 * MIB


def _stubdomain(build_info: Fields) -> tuple[int, list[str]]:
    stated_kib, model = _size(build_info, "stubdomain_memkb"), build_info.text("device_model_version")
    return stubdomain(build_info.text("device_model_stubdomain") == "True", stated_kib, model)


def _notes(build_info: Fields, host: Host) -> list[str]:
    notes = []
    if build_info.bitmap("cpumap", MAX_CPU):
        notes.append("its cpumap is not taken as pinning: libxl itself no longer does")
    if not set(host.position_of) <= set(build_info.bitmap("nodemap", MAX_CPU) or host.position_of):
        notes.append("its nodemap does not limit where its vnodes go, and is left out where the guest is written")
    if build_info.value.get("vnuma_nodes") and _distances(build_info) is None:
        notes.append("its vnodes state no distances")
    return notes
