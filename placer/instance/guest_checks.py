"""What a guest of an instance may not state."""

from __future__ import annotations

import re
from typing import Protocol

from placer.instance.flexible import Flexible
from placer.instance.huge_pages import check_whole_pages
from placer.instance.topology import Topology
from placer.instance.units import Cpu, format_cpuset
from placer.instance.vnode import Vnode

MAX_VCPUS = 4096
"""Most vcpus of one guest: keeps sums of costs in 64 bits. Xen itself stops at 128 for hvm guests."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class Stated(Protocol):
    """What a guest states, as far as it is checked here."""

    @property
    def vnodes(self) -> tuple[Vnode, ...]: ...
    @property
    def page_size(self) -> int | None: ...
    @property
    def flexible(self) -> Flexible | None: ...
    @property
    def type(self) -> str: ...
    @property
    def form(self) -> str: ...
    @property
    def one_to_one(self) -> bool: ...
    @property
    def devices(self) -> tuple[str, ...]: ...
    @property
    def vcpu_count(self) -> int: ...
    @property
    def cpu_policy(self) -> str: ...
    @property
    def dedicated_vcpus(self) -> tuple[Cpu, ...]: ...
    @property
    def thread_policy(self) -> str: ...
    @property
    def hard_affinity(self) -> tuple[tuple[Cpu, ...] | None, ...] | None: ...
    @property
    def soft_affinity(self) -> tuple[tuple[Cpu, ...] | None, ...] | None: ...
    @property
    def traffic(self) -> tuple[tuple[int, ...], ...] | None: ...
    @property
    def vdistances(self) -> tuple[tuple[int, ...], ...] | None: ...
    @property
    def online_vcpus(self) -> tuple[Cpu, ...] | None: ...
    @property
    def seen_vnodes(self) -> int: ...
    @property
    def topology(self) -> Topology | None: ...


def check_name(name: str) -> None:
    """Refuse control characters in a name: xl reads none, and a terminal obeys them."""
    if _CONTROL.search(name):
        raise ValueError(f"name {name!a} holds a control character")


def check_vcpus(sets: list[tuple[Cpu, ...]]) -> None:
    """Refuse vcpus that are on no vnode, or on two."""
    vnode_of: dict[int, int] = {}
    for v, vcpus in enumerate(sets):
        for vcpu in vcpus:
            if vnode_of.get(vcpu) == v:
                raise ValueError(f"vcpu {vcpu} stands twice on vnode {v}, expected once")
            if vcpu in vnode_of:
                raise ValueError(f"vcpu {vcpu} is on vnodes {vnode_of[vcpu]} and {v}, expected on one")
            vnode_of[vcpu] = v
    if len(vnode_of) > MAX_VCPUS:
        raise ValueError(f"{len(vnode_of)} vcpus, expected at most {MAX_VCPUS}")
    missing = [vcpu for vcpu in range(max(vnode_of, default=-1) + 1) if vcpu not in vnode_of]
    if missing:
        raise ValueError(f"vcpus {format_cpuset(missing)} are on no vnode, expected each on one")


def check_pages(guest: Stated) -> None:
    """Refuse memory that is no whole number of its huge pages."""
    check_whole_pages("memory", 0 if guest.flexible is None else guest.flexible.memory_kib, guest.page_size)
    for v, vnode in enumerate(guest.vnodes):
        size = guest.page_size if vnode.page_size is None else vnode.page_size
        check_whole_pages(f"vnode {v}", vnode.memory_kib, size)


def check_form(guest: Stated, most: int) -> None:
    """Refuse a guest without vnodes or with more than the most, and what its form excludes."""
    if guest.flexible is not None:
        _check_flexible(guest)
    else:
        _check_vnode_count(guest, most)
    if guest.form == "set":
        _check_set(guest)


def _check_flexible(guest: Stated) -> None:
    """Refuse what needs vnodes beside memory and vcpus alone."""
    if guest.form == "whole":
        raise ValueError('form "whole" beside flexible, expected one vnode in vnodes, or "most": 1 without form')
    if guest.vnodes:
        raise ValueError(f"{len(guest.vnodes)} vnodes beside flexible, expected one of the two")
    for field in ("traffic", "vdistances"):
        if getattr(guest, field) is not None:
            raise ValueError(f"{field} beside flexible, expected it with vnodes only")


def _check_vnode_count(guest: Stated, most: int) -> None:
    """Refuse a guest without vnodes, with more than the most, or with another number than its form has."""
    if not guest.vnodes:
        memory = "memory_kib and vcpu_count"
        raise ValueError(
            f'form "set" without flexible, expected {memory} in flexible'
            if guest.form == "set"
            else f"0 vnodes, expected 1 to {most}, or {memory} in flexible"
        )
    if len(guest.vnodes) > most:
        raise ValueError(f"{len(guest.vnodes)} vnodes, expected 1 to {most}")
    if guest.form == "whole" and guest.seen_vnodes != 1:
        raise ValueError(f'form "whole" takes one vnode, got {guest.seen_vnodes}')


def _check_set(guest: Stated) -> None:
    """Refuse a set of pnodes with vnodes, with vnuma, or with devices."""
    if guest.flexible is None and not (guest.one_to_one and len(guest.vnodes) > 1):
        raise ValueError('form "set" beside vnodes, expected memory and vcpus alone, in flexible')
    if guest.flexible is not None and guest.flexible.always_vnuma:
        raise ValueError('form "set" with always_vnuma, expected one of the two: a set is started without vnuma')
    if guest.type == "hvm" and guest.devices:
        raise ValueError(
            f'form "set" with devices {", ".join(guest.devices)}, expected none: a guest with devices stays near them, '
            "and cannot be migrated anyway"
        )


def check_online(vcpus: tuple[Cpu, ...] | None, vcpu_count: int) -> None:
    """Refuse online vcpus of a guest, or of a running domain, that it does not have, or none at all."""
    if vcpus is None:
        return
    if not vcpus:
        raise ValueError("online_vcpus is empty, expected at least one vcpu or null for all")
    missing = [vcpu for vcpu in vcpus if vcpu >= vcpu_count]
    if missing or len(set(vcpus)) < len(vcpus):
        every = f"0 to {vcpu_count - 1}" if vcpu_count else "none"
        raise ValueError(f"online_vcpus {format_cpuset(vcpus)}, expected some of the vcpus ({every}), each once")


def check_masks(guest: Stated) -> None:
    """Refuse affinity that has not a mask for each vcpu, or a mask without pcpus."""
    for field, masks in (("hard_affinity", guest.hard_affinity), ("soft_affinity", guest.soft_affinity)):
        if masks is not None and len(masks) != guest.vcpu_count:
            raise ValueError(f"{field} has {len(masks)} entries for {guest.vcpu_count} vcpus")
        if masks is not None and () in masks:
            raise ValueError(f"{field} of vcpu {masks.index(())} is empty, expected pcpus or null")


def check_devices(devices: tuple[str, ...]) -> None:
    """Refuse a device that is listed twice."""
    if len(set(devices)) < len(devices):
        raise ValueError(f"devices lists one twice: {', '.join(devices)}")


def check_policies(guest: Stated) -> None:
    """Refuse policies of dedicated vcpus that contradict each other."""
    some, policy = guest.dedicated_vcpus, guest.cpu_policy
    if policy != "mixed" and some:
        raise ValueError(f'dedicated_vcpus {format_cpuset(some)} with cpu_policy "{policy}", expected "mixed"')
    if policy == "mixed" and not (some and set(some) < set(range(guest.vcpu_count)) and len(set(some)) == len(some)):
        raise ValueError(
            f'dedicated_vcpus {format_cpuset(some) or "(none)"} with cpu_policy "mixed", expected some, each once, '
            f"and not all of the {guest.vcpu_count} vcpus"
        )
    if policy == "shared" and guest.thread_policy != "prefer":
        raise ValueError(f'thread_policy "{guest.thread_policy}" with cpu_policy "shared", expected dedicated or mixed')


def check_apart(guest: Stated) -> None:
    """Refuse vcpus apart with memory, memory apart with vcpus, and both where they belong to no vnode before them."""
    seen = [v for v, vnode in enumerate(guest.vnodes) if vnode.is_seen]
    if seen != list(range(len(seen))):
        key = next(
            "vcpus_of" if vnode.memory_of is None else "memory_of" for vnode in guest.vnodes if not vnode.is_seen
        )
        raise ValueError(f"vnode {seen[-1]} comes after one with {key}, expected those with {key} last")
    for v, vnode in enumerate(guest.vnodes):
        for key, of in (("vcpus_of", vnode.vcpus_of), ("memory_of", vnode.memory_of)):
            if of is not None and of >= len(seen):
                raise ValueError(f"vnode {v} has the {key} vnode {of}, expected 0 to {len(seen) - 1}")
        if vnode.vcpus_of is not None and (vnode.memory_kib or not vnode.vcpus):
            raise ValueError(f"vnode {v} has vcpus_of, expected vcpus and no memory")
        if vnode.memory_of is not None and (vnode.vcpus or not vnode.memory_kib):
            raise ValueError(f"vnode {v} has memory_of, expected memory and no vcpus")


def check_topology(guest: Stated) -> None:
    """Refuse a topology of more or fewer vcpus than the guest has."""
    stated = guest.topology
    if stated is not None and stated.vcpu_count != guest.vcpu_count:
        raise ValueError(
            f"topology {stated.in_words()} has {stated.vcpu_count} vcpus, expected the {guest.vcpu_count} of the guest"
        )


def check_matrices(guest: Stated) -> None:
    """Refuse matrices of another size than the guest's vnodes, and traffic of nothing."""
    _check_square("traffic", guest.traffic, len(guest.vnodes))
    _check_square("vdistances", guest.vdistances, guest.seen_vnodes)
    if guest.traffic is not None and not any(map(any, guest.traffic)):
        raise ValueError("traffic sums to 0, expected a positive entry")


def _check_square(field: str, matrix: tuple[tuple[int, ...], ...] | None, count: int) -> None:
    """Refuse a matrix that has not a row and a column for each vnode."""
    if matrix is None:
        return
    if len(matrix) != count:
        raise ValueError(f"{field} has {len(matrix)} rows for {count} vnodes")
    for v, row in enumerate(matrix):
        if len(row) != count:
            raise ValueError(f"{field} row {v} has {len(row)} entries for {count} vnodes")


def check_stated(guest: Stated) -> None:
    """Refuse what every guest may state, whatever its form."""
    check_pages(guest)
    check_masks(guest)
    check_online(guest.online_vcpus, guest.vcpu_count)
    check_policies(guest)
    check_topology(guest)
    check_apart(guest)
    check_matrices(guest)
    check_devices(guest.devices)
