"""The rules about sets on Xen: what it takes beside their parts, and that their vcpus may run where their memory is."""

from __future__ import annotations

from collections.abc import Iterator

from placer.check.positions import Positions, Sites
from placer.check.rules import Violation, charge
from placer.instance import Guest, Host, Instance, format_size
from placer.instance.set_spare import CRUMBS_KIB, GIB_KIB, asks_for_whole_gib, spare_kib


def set_room(instance: Instance, where: Positions) -> Iterator[Violation]:
    """
    On each pnode: guests without vnuma, with what Xen may take besides, <= memory - reserve - what Xen gives out last.

    A part of a set of k pnodes takes its memory, its share of overhead, 2 MiB, Xen's records, and (k - 1)/k GiB if Xen
    asks for whole GiB; a guest on one pnode is such a part, with k = 1. Not there are crumbs of 10 MiB, the low zone of
    the first pnode, and a GiB if one of these guests asks for whole GiB. The constants are those of
    benchmarks/xen_sets.md. A host without a low zone, and an instance whose guests may stray, knows no such rule.
    """
    if not instance.keeps_set_room:
        return
    for p, (need, room, names) in enumerate(set_loads(instance, where)):
        if need > room:
            pnode = instance.host.pnodes[p].id
            yield Violation(
                rule="set_room",
                message=f"pnode {pnode} has {format_size(room)} that guests without vnuma can count on, those there "
                f"take up to {format_size(need)}: {', '.join(names)}",
                guests=names,
            )


def set_loads(instance: Instance, where: Positions) -> list[tuple[int, int, tuple[str, ...]]]:
    """Give for each pnode what guests without vnuma may take there, what they can count on (KiB), and their names."""
    host = instance.host
    without = [guest for guest in instance.guests if guest.form in {"whole", "set"}]
    whole = GIB_KIB if any(asks_for_whole_gib(guest) for guest in without) else 0
    loads = []
    for p, pnode in enumerate(host.pnodes):
        there = [
            (guest, vnode)
            for guest in without
            for vnode, site in zip(guest.vnodes, where[guest.name], strict=True)
            if site == p and vnode.memory_kib
        ]
        low = (host.low_zone_kib or 0) if p == 0 else 0
        room = max(0, pnode.memory_kib - pnode.reserve_kib - CRUMBS_KIB - low - whole)
        need = sum(charge(guest, vnode) + spare_kib(guest) for guest, vnode in there)
        loads.append((need, room, tuple(dict.fromkeys(guest.name for guest, _ in there))))
    return loads


def set_affinity(instance: Instance, where: Positions) -> Iterator[Violation]:
    """
    Each part of a set with memory stands on a pnode where a vcpu of the guest may run, by hard mask and cpupool.

    Xen puts memory of a guest without vnuma on the pnodes of its node affinity, which are those of its vcpus.
    """
    for guest, v, p in unreached_parts(instance, where) if instance.keeps_set_room else ():
        yield Violation(
            rule="set_affinity",
            message=f'guest "{guest.name}" part {v} stands on pnode {instance.host.pnodes[p].id}, where none of its '
            f"vcpus may run, so Xen puts its {format_size(guest.vnodes[v].memory_kib)} elsewhere",
            guests=(guest.name,),
        )


def unreached_parts(instance: Instance, where: Positions) -> list[tuple[Guest, int, int]]:
    """Give the parts of sets on Xen that stand where no vcpu of their guest may run: guest, part, position of pnode."""
    host = instance.host
    return [
        (guest, v, p)
        for guest in (instance.guests if host.low_zone_kib is not None else ())
        if guest.form == "set"
        for v, (vnode, p) in enumerate(zip(guest.vnodes, where[guest.name], strict=True))
        if p is not None and vnode.memory_kib and p not in _reached(guest, host, where[guest.name])
    ]


def _reached(guest: Guest, host: Host, sites: Sites) -> set[int]:
    """Give the positions of the pnodes with vcpus of the guest, and of those on which shared vcpus may run as well."""
    reached = {p for p, vnode in zip(sites, guest.vnodes, strict=True) if vnode.vcpus and p is not None}
    name = host.effective_pool(guest.pool)
    pool = set(host.position_of_pcpu) if name is None else host.pcpus_of_pool[name]
    shared = [vcpu for vcpu in range(guest.vcpu_count) if vcpu not in guest.dedicated]
    masks = [guest.hard_affinity[vcpu] if guest.hard_affinity else None for vcpu in shared]
    may = {pcpu for mask in masks for pcpu in (pool if mask is None else pool & set(mask))}
    return reached | {host.position_of_pcpu[pcpu] for pcpu in (may or (pool if shared else ()))}
