"""The rule about room to spare: what Xen takes beside the parts of a guest on a set of pnodes."""

from __future__ import annotations

from collections.abc import Iterator

from placer.check.positions import Positions
from placer.check.rules import Violation, charge
from placer.instance import Instance, format_size
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
