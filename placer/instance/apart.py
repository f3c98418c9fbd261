"""Memory and vcpus of a guest on different pnodes: vnodes of memory, and vnodes of the vcpus that belong to them."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from placer.instance.flexible import MOST_VNODES, Flexible, set_parts
from placer.instance.guest import Guest
from placer.instance.host import Host
from placer.instance.instance import Instance
from placer.instance.vnode import Vnode


def is_uneven(host: Host) -> bool:
    """Whether a host has a pnode with memory and no pcpus, or one with pcpus and no memory."""
    return any(bool(pnode.pcpus) != (pnode.memory_kib > 0) for pnode in host.pnodes)


def may_go_apart(guest: Guest, host: Host) -> bool:
    """
    Whether memory and vcpus of a guest may be taken apart, and that may help.

    It may on an uneven host, or where the guest's list of pnodes, which is about memory, has none on which some vcpu
    may run.
    """
    if not guest.memory_apart or is_uneven(host):
        return guest.memory_apart
    masks = set(guest.hard_affinity or ())
    return guest.pnodes is not None and any(_homes(mask, guest, host).isdisjoint(guest.pnodes) for mask in masks)


def taken_apart(guest: Guest, host: Host) -> Guest:
    """
    Take the vcpus out of each vnode with memory, into vnodes of their own behind the others.

    The memory may then lie on pnodes without pcpus, as these vnodes name every pnode that they may use, and the vcpus
    run on pnodes without memory; nothing keeps the two from standing together. Traffic goes with the vcpus.
    """
    both = [v for v, vnode in enumerate(guest.vnodes) if vnode.memory_kib and vnode.vcpus]
    if not both:
        return replace(guest, memory_apart=False)
    vnodes = [
        replace(vnode, vcpus=(), pnodes=vnode.pnodes or guest.pnodes or tuple(host.position_of)) if v in both else vnode
        for v, vnode in enumerate(guest.vnodes)
    ]
    vnodes += [Vnode(memory_kib=0, vcpus=guest.vnodes[v].vcpus, vcpus_of=v) for v in both]
    return replace(guest, vnodes=tuple(vnodes), traffic=_moved(guest, both), memory_apart=False)


def _moved(guest: Guest, both: list[int]) -> tuple[tuple[int, ...], ...] | None:
    """Give the rows of vnodes whose vcpus are taken out to the vnodes that these become."""
    if guest.traffic is None:
        return None
    none = (0,) * len(guest.vnodes)
    rows = [none if v in both else row for v, row in enumerate(guest.traffic)] + [guest.traffic[v] for v in both]
    return tuple((*row, *(0 for _ in both)) for row in rows)


def cut_apart(guest: Guest, host: Host, k: int) -> Guest:
    """Cut a guest into k vnodes where its cut is placer's own, and take these apart."""
    if _is_own_cut(guest):
        flexible = Flexible(memory_kib=guest.memory_kib, vcpu_count=guest.vcpu_count)
        guest = replace(guest, vnodes=(), flexible=flexible, form="vnuma")
    return taken_apart(guest.split_into(k), host)


def spread_apart(guest: Guest, host: Host) -> Guest | None:
    """
    Spread the memory of a guest over the pnodes of its list, and put its vcpus where they may run.

    For memory that is interleaved over pnodes which are no set, as not each of them has memory and may run every vcpu.
    Linux leaves out pnodes without memory (mpol_set_nodemask of mm/mempolicy.c).

    Returns
    -------
    Guest or None
        In one piece, with ``memory_of`` for all parts but the first and ``vcpus_of`` for the vcpus, those with the same
        pnodes together, as many as a pnode has pcpus. None where the pnodes are a set, or none has memory.
    """
    flexible, listed = guest.flexible, guest.pnodes or ()
    pnodes = [p.id for p in host.pnodes if p.id in listed and (p.memory_kib or p.huge_pages)]
    homes = [_homes(mask, guest, host) for mask in guest.hard_affinity or (None,) * guest.vcpu_count]
    is_set = len(pnodes) == len(listed) and all(home.issuperset(pnodes) for home in homes)
    if flexible is None or not pnodes or is_set:
        return None
    sizes = [kib for kib, _ in set_parts(flexible.memory_kib, guest.vcpu_count, len(pnodes), guest.page_size)]
    vnodes = [
        Vnode(memory_kib=kib, pnodes=(pnode,), memory_of=0 if part else None)
        for part, (kib, pnode) in enumerate(zip(sizes, pnodes, strict=True))
    ]
    common = frozenset.intersection(*homes)
    groups: dict[frozenset[int], list[int]] = {}
    for vcpu, home in enumerate(homes):
        groups.setdefault(common or home, []).append(vcpu)
    for home, vcpus in groups.items():
        most = max((len(pnode.pcpus) for pnode in host.pnodes if pnode.id in home), default=len(vcpus))
        for first in range(0, len(vcpus), most):
            vnodes.append(Vnode(memory_kib=0, vcpus=tuple(vcpus[first : first + most]), vcpus_of=0))
    return replace(guest, vnodes=tuple(vnodes), flexible=None, form="whole", memory_apart=False)


def _homes(mask: tuple[int, ...] | None, guest: Guest, host: Host) -> frozenset[int]:
    """Give the ids of the pnodes on which a vcpu of this mask may run in the cpupool of its guest."""
    usable = host.pcpus_of_effective_pool(guest.pool).intersection(host.position_of_pcpu if mask is None else mask)
    return host.pnodes_of_pcpus(usable)


def may_be_cut(guest: Guest) -> range:
    """
    Give the numbers of vnodes into which placer may cut a guest; the one that it has, where its file states it.

    A guest that would be a set, as it shall see one node only, stays in one piece.
    """
    if guest.form == "set":
        return range(1, 2)
    if guest.flexible is not None:
        return guest.flexible.counts
    count = len(guest.vnodes)
    return range(1, MOST_VNODES + 1) if _is_own_cut(guest) else range(count, count + 1)


def _is_own_cut(guest: Guest) -> bool:
    """Whether the vnodes of a guest are placer's own, with nothing that a file states of each."""
    own = guest.flexible is None and guest.form in {"whole", "parts"}
    return own and not guest.traffic and not guest.vdistances


def as_cut(guest: Guest, host: Host, count: int) -> Guest | None:
    """Give a guest taken apart into so many vnodes in all, those of vcpus included; None if it cannot be."""
    if any(vnode.vcpus_of is not None for vnode in guest.vnodes):
        return guest if len(guest.vnodes) == count else None
    cuts = (cut_apart(guest, host, k) for k in may_be_cut(guest))
    return next((cut for cut in cuts if len(cut.vnodes) == count), None)


def as_placed(instance: Instance, counts: dict[str, int], apart: Iterable[str] = ()) -> Instance:
    """
    Give the instance with the vnodes that a placement has for its guests.

    Parameters
    ----------
    counts
        Guest name -> its number of vnodes.
    apart
        Names of the guests whose memory and vcpus were taken apart.
    """
    chosen = set(apart)
    if not chosen:
        return instance.split_into(counts)
    guests = [(g.name in chosen and as_cut(g, instance.host, counts[g.name])) or g for g in instance.guests]
    return replace(instance, guests=tuple(guests)).split_into(counts)
