"""What a guest takes of its host once it is started."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from placer.instance import Domain, Guest, Host, Instance, Placement, guest_of
from placer.instance.rules import Member
from placer.lowering.memory import overhead_shares


@dataclass(frozen=True)
class Started:
    """
    What a guest takes of its host.

    Parameters
    ----------
    domain
        The guest as load: each vcpu with the pcpus that it may run on.
    pnodes
        For each vnode the id of its pnode.
    exclusive
        What no other guest may share a pnode with.
    taken_kib, overhead_kib
        Pnode id -> memory of its vnodes, without huge pages, and of the hypervisor for it, in KiB.
    taken_pages
        (Pnode id, page size in KiB) -> huge pages.
    devices
        Ids of the devices that it is assigned.
    """

    domain: Domain
    pnodes: tuple[int, ...]
    exclusive: tuple[Member, ...]
    taken_kib: Counter[int]
    overhead_kib: Counter[int]
    taken_pages: Counter[tuple[int, int]]
    devices: tuple[str, ...]


def exclusive_members(guest: Guest, instance: Instance) -> tuple[Member, ...]:
    """Give what the rules of an instance keep exclusive of a guest: itself, or vnodes of it."""
    return tuple(
        rule.exclusive
        for rule in instance.rules
        if rule.exclusive is not None and guest_of(rule.exclusive) == guest.name
    )


def started(guest: Guest, placement: Placement, host: Host, exclusive: tuple[Member, ...]) -> Started:
    """
    Give what a guest takes of a host once it is started where it was placed.

    Parameters
    ----------
    guest
        With the vnodes that it was placed with, each of which has a pnode.
    exclusive
        As of :func:`exclusive_members`.
    """
    taken_kib: Counter[int] = Counter()
    overhead_kib: Counter[int] = Counter()
    pages: Counter[tuple[int, int]] = Counter()
    for vnode, pnode in zip(guest.vnodes, placement.pnode_of[guest.name], strict=True):
        assert pnode is not None
        taken_kib[pnode] += guest.ordinary_kib(vnode)
        overhead_kib[pnode] += guest.overhead_share_kib(vnode)
        if size := guest.page_size_of(vnode):
            pages[pnode, size] += vnode.memory_kib // size
    for p, kib in () if guest.has_own_affinity else overhead_shares(guest, host):
        overhead_kib[host.pnodes[p].id] += kib
    affinity = _affinity(guest, placement, host)
    domain = Domain(name=guest.name, affinity=affinity, online_vcpus=guest.online_vcpus, pool=guest.pool)
    pnodes = tuple(pnode for pnode in placement.pnode_of[guest.name] if pnode is not None)
    return Started(
        domain=domain,
        pnodes=pnodes,
        exclusive=exclusive,
        taken_kib=taken_kib,
        overhead_kib=overhead_kib,
        taken_pages=pages,
        devices=guest.devices,
    )


def _affinity(guest: Guest, placement: Placement, host: Host) -> tuple[tuple[int, ...] | None, ...]:
    """Bind each vcpu to the pcpu that it owns, else to those of its home that its cpupool and hard affinity leave."""
    owned = placement.pcpu_of.get(guest.name, (None,) * guest.vcpu_count)
    masks = guest.hard_affinity or (None,) * guest.vcpu_count
    pool = host.pcpus_of_effective_pool(guest.pool)
    affinity: list[tuple[int, ...] | None] = [None] * guest.vcpu_count
    for vnode, ids in zip(guest.vnodes, guest.homes(placement.pnode_of[guest.name]), strict=True):
        home = [pcpu for each in host.pnodes if each.id in ids for pcpu in each.pcpus if pcpu in pool]
        for vcpu in vnode.vcpus:
            mask, pcpu = masks[vcpu], owned[vcpu]
            left = tuple(each for each in home if mask is None or each in mask)
            affinity[vcpu] = (left or mask or None) if pcpu is None else (pcpu,)
    return tuple(affinity)
