"""A RunningHost made of what the toolstack, and Xen or Linux, say of a host."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from msgspec.structs import replace

from placer.audit.expected import pnodes_of
from placer.errors import InputError
from placer.formats.base import Masks, ParsedGuest
from placer.formats.xl.numa_dump import PAGE_KIB, NumaDump
from placer.instance import Domain, Guest, Host, Instance, Placement, Vnode, format_cpuset, format_size
from placer.rebalance.observed_libvirt import libvirt_kinds, of_libvirt
from placer.rebalance.running import Kind, Resident, RunningHost

STRAY = 50
"""
A pnode with less than one part in so many of a guest's memory does not count as one that it lies on.

Chosen, not tuned: Xen strews pages of its own choice over all pnodes, some MiB where a guest has a graphics card.
"""
VNUMA = "it sees vnodes, which Xen neither saves nor migrates; a restart moves it"
"""tools/libs/light: "Cannot save a guest with vNUMA configured"."""
MOVES: tuple[Kind, ...] = ("migrate", "save")


@dataclass(frozen=True, kw_only=True)
class _Seen:
    guest: Guest
    pnodes: tuple[int, ...]
    resident: Resident


def running_host(host: Host, guests: Sequence[ParsedGuest], dump: NumaDump) -> RunningHost:
    """
    Put together what runs on a host, and where its memory lies.

    Parameters
    ----------
    host
        The host with all its domains.
    guests
        The configurations of the running guests. A domain without one never moves.
    dump
        The memory of each domain on each pnode.

    Raises
    ------
    InputError
        If a guest is not among the domains of the host, or is not in the dump.
    """
    domain_of = {domain.domid: domain for domain in host.domains}
    seen, notes = [], []
    for guest in guests:
        domain = domain_of.get(guest.domid)
        if domain is None or guest.domid not in dump.domains:
            where = "the host" if domain is None else "the NUMA dump"
            raise InputError(f'guest "{guest.name}" is not among the domains of {where}; were all taken at one time?')
        each = _seen(guest, domain, host, dump)
        if each is None:
            notes.append(f'guest "{guest.name}" is left as it is: it is not known on which pnodes it lies')
        else:
            seen.append(each)
    planned = {each.resident.domid for each in seen}
    left = [domain for domain in host.domains if domain.domid not in planned]
    instance = Instance(
        host=_with_held(replace(host, domains=tuple(left)), seen), guests=[s.guest for s in seen], sets_may_stray=True
    )
    return RunningHost(
        instance=instance,
        placement=Placement(pnode_of={each.guest.name: each.pnodes for each in seen}),
        residents=tuple(each.resident for each in seen),
        others=held_by_others({domain.domid: domain.name for domain in left}, dump, planned),
        notes=(*notes, *_reserve_notes(host)),
        toolstack="libvirt" if any(of_libvirt(guest) for guest in guests) else "xl",
    )


def _seen(guest: ParsedGuest, domain: Domain, host: Host, dump: NumaDump) -> _Seen | None:
    there = dump.domains[domain.domid or 0]
    found = there.memory_kib
    if guest.vnodes is not None:
        pnodes = there.pnode_of or tuple(vnode.pnode for vnode in guest.vnodes)
        known = tuple(pnode for pnode in pnodes if pnode is not None)
        if len(known) < len(guest.vnodes):
            return None
        vnodes = tuple(replace(vnode, pnode=None, pnodes=None) for vnode in guest.vnodes)
    else:
        known = _main_pnodes(found)
        if not known:
            return None
        vnodes = _parts(found, known, len(domain.affinity), guest.overhead_kib)
    made = Guest(
        name=guest.name,
        type=guest.type,
        vnodes=vnodes,
        online_vcpus=domain.online_vcpus,
        pool=domain.pool,
        devices=guest.devices,
    )
    kinds, stuck = _kinds(guest)
    resident = Resident(
        name=guest.name,
        domid=domain.domid,
        uuid=guest.uuid,
        memory_kib=sum(found.values()),
        vnuma=guest.vnodes is not None,
        kinds=kinds,
        stuck=stuck,
        pcpus=own_pcpus(guest.hard_affinity, domain, host),
        repin=_repin(vnodes, known, domain, host, vnuma=guest.vnodes is not None),
        notes=_notes(guest, found),
    )
    return _Seen(guest=made, pnodes=known, resident=resident)


def _main_pnodes(found: Mapping[int, int]) -> tuple[int, ...]:
    """Give the pnodes that hold more than strays of a guest."""
    least = sum(found.values()) // STRAY
    return tuple(sorted(pnode for pnode, kib in found.items() if kib > least))


def _parts(found: Mapping[int, int], pnodes: tuple[int, ...], vcpus: int, overhead_kib: int) -> tuple[Vnode, ...]:
    """
    Divide a guest without vnodes into one for each pnode it lies on, with its overhead in equal parts.

    Strays count with the first part. Vcpus are divided as the memory is, as each of them runs near any part.
    """
    each = -(-overhead_kib // (PAGE_KIB * len(pnodes))) * PAGE_KIB
    memory = [found[pnode] for pnode in pnodes]
    memory[0] += sum(found.values()) - sum(memory)
    total, ends = sum(memory), [0]
    for k in range(len(memory)):
        ends.append(round(vcpus * sum(memory[: k + 1]) / total))
    return tuple(
        Vnode(memory_kib=kib + each, vcpus=range(first, last))
        for kib, (first, last) in zip(memory, pairwise(ends), strict=True)
    )


def _kinds(guest: ParsedGuest) -> tuple[tuple[Kind, ...], str]:
    """Give the kinds of move that a guest can take, and why not all."""
    if of_libvirt(guest):
        return libvirt_kinds(guest)
    build = json.loads(guest.source.text).get("b_info", {}) if guest.source and guest.source.kind == "libxl" else {}
    if guest.assigned:
        return (), f"devices are passed through to it ({', '.join(guest.assigned)})"
    if build.get("disable_migrate") == "True":
        return (), "its configuration says nomigrate"
    if build.get("arch_arm", {}).get("gic_version"):
        return (), "Xen on ARM neither saves nor migrates guests"
    if guest.stubdomain_kib:
        return (), "its device model runs in a stub domain"
    return (("restart",), VNUMA) if guest.vnodes is not None else (MOVES, "")


def _repin(vnodes: tuple[Vnode, ...], pnodes: tuple[int, ...], domain: Domain, host: Host, *, vnuma: bool) -> bool:
    """Whether a vcpu may run on a pnode without the memory near which it belongs, where pcpus near that are its own."""
    pool = host.pcpus_of_effective_pool(domain.pool)
    for vnode, pnode in zip(vnodes, pnodes, strict=True):
        home = frozenset((pnode,)) if vnuma else frozenset(pnodes)
        near = pool.intersection(pcpu for each in host.pnodes if each.id in home for pcpu in each.pcpus)
        if near and any(not pnodes_of(domain.affinity[vcpu], host) <= home for vcpu in vnode.vcpus):
            return True
    return False


def own_pcpus(masks: Masks | None, domain: Domain, host: Host) -> str:
    """
    Give the pcpus that a configuration binds vcpus to; empty where it names whole pnodes, or none.

    Whole pnodes are a placement, which a move replaces. Other pcpus were chosen for a reason that is not known here.
    """
    pool = host.pcpus_of_effective_pool(domain.pool)
    bound = [pool.intersection(mask) for mask in masks or () if mask is not None]
    whole = [
        pool.intersection(pcpu for each in host.pnodes if not mask.isdisjoint(each.pcpus) for pcpu in each.pcpus)
        for mask in bound
    ]
    return "" if bound == whole else format_cpuset(sorted(frozenset[int]().union(*bound)))


def _notes(guest: ParsedGuest, found: Mapping[int, int]) -> tuple[str, ...]:
    short = guest.memory_kib - sum(found.values())
    notes = []
    if short > guest.memory_kib // STRAY:
        notes.append(f"it holds {format_size(short)} less than it was started with, and is moved with what it holds")
    bound = frozenset(pcpu for mask in guest.hard_affinity or () for pcpu in mask or ())
    if bound:
        pcpus = format_cpuset(sorted(bound))
        notes.append(f"its own configuration binds it to pcpus {pcpus}, in place of which it is bound near its memory")
    return tuple(notes)


def _with_held(host: Host, seen: Sequence[_Seen]) -> Host:
    """Add to the free memory of each pnode what the guests hold there; a reserve is no more than that."""
    held: Counter[int] = Counter()
    for each in seen:
        for vnode, pnode in zip(each.guest.vnodes, each.pnodes, strict=True):
            held[pnode] += vnode.memory_kib
    pnodes = tuple(
        replace(p, memory_kib=p.memory_kib + held[p.id], reserve_kib=min(p.reserve_kib, p.memory_kib + held[p.id]))
        for p in host.pnodes
    )
    return replace(host, pnodes=pnodes)


def _reserve_notes(host: Host) -> list[str]:
    short = [pnode.id for pnode in host.pnodes if pnode.memory_kib < pnode.reserve_kib]
    if not short:
        return []
    where = f"pnode{'s' * (len(short) > 1)} {format_cpuset(short)}"
    return [
        f"less than the reserve is free on {where}: what runs there may stay, and what arrives leaves the reserve free"
    ]


def held_by_others(
    name_of: Mapping[int | None, str], dump: NumaDump, planned: Collection[int | None]
) -> dict[str, dict[int, int]]:
    """Give what the domains hold that never move; one that only the dump knows is named by its number."""
    return {
        name_of.get(domid, f"domain {domid}"): dict(each.memory_kib)
        for domid, each in dump.domains.items()
        if domid not in planned
    }
