"""Memory and vcpus of a guest on different pnodes: vnodes of memory, and vnodes of the vcpus that belong to them."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from placer.instance.flexible import MOST_VNODES, Flexible
from placer.instance.guest import Guest
from placer.instance.host import Host
from placer.instance.instance import Instance
from placer.instance.vnode import Vnode


def is_uneven(host: Host) -> bool:
    """Whether a host has a pnode with memory and no pcpus, or one with pcpus and no memory."""
    return any(bool(pnode.pcpus) != (pnode.memory_kib > 0) for pnode in host.pnodes)


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
