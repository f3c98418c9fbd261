"""Sets of pnodes that Linux fills as far as each has room, which a strict nodeset makes of a guest."""

from __future__ import annotations

from msgspec.structs import replace

from placer.instance import Guest, Host, Pnode, Vnode, format_size
from placer.instance.flexible import set_parts
from placer.instance.note import Note
from placer.instance.units import KIB_PER_MIB
from placer.solving.vnode_counts import fewest_vnodes


def filled_set(guest: Guest, host: Host) -> tuple[Guest, Note] | None:
    """
    Divide the memory of a flexible set by the room of its pnodes, where it fits in no number of equal parts.

    It takes the fewest pnodes that hold it, those with most room, and the memory is as equal as their room allows.

    Returns
    -------
    (Guest, Note) or None
        Its parts, each bound to its pnode, and the reason. None where equal parts fit, or not even these do.
    """
    flexible = guest.flexible
    if flexible is None or guest.form != "set" or fewest_vnodes(guest, host, advice=False).fits_alone:
        return None
    usable = [p for p in host.pnodes if p.pcpus and (guest.pnodes is None or p.id in guest.pnodes)]
    unit = guest.page_size or KIB_PER_MIB
    room = {pnode.id: _room(pnode, guest.page_size) // unit * unit for pnode in usable}
    widest = sorted(room, key=lambda pnode: (-room[pnode], pnode))
    for k in range(max(2, flexible.least), min(flexible.counts[-1], len(widest)) + 1):
        chosen = widest[:k]
        if sum(room[pnode] for pnode in chosen) >= flexible.memory_kib:
            sizes = _sizes(flexible.memory_kib, [room[pnode] for pnode in chosen], unit)
            even = set_parts(flexible.memory_kib, flexible.vcpu_count, k, guest.page_size)
            spread = zip(chosen, sizes, even, strict=True)
            vnodes = [Vnode(memory_kib=kib, vcpus=tuple(vcpus), pnodes=(pnode,)) for pnode, kib, (_, vcpus) in spread]
            said = "its memory fits in no equal parts; Linux fills what its pnodes have free"
            parts = ", ".join(f"{format_size(v.memory_kib)} on pnode {v.pnodes[0]}" for v in vnodes if v.pnodes)
            return replace(guest, vnodes=vnodes, flexible=None, one_to_one=True), Note(f"{said}: {parts}", kind=said)
    return None


def _room(pnode: Pnode, page_size: int | None) -> int:
    """Give the memory in KiB that a pnode has for guests in pages of a size; None: in ordinary ones."""
    return pnode.pages_of(page_size) * page_size if page_size else max(0, pnode.memory_kib - pnode.reserve_kib)


def _sizes(memory_kib: int, room: list[int], unit: int) -> list[int]:
    """Divide memory over rooms, the largest first, which are filled in the order of the smallest to equal levels."""
    sizes, left = [0] * len(room), memory_kib
    for i in reversed(range(len(room))):
        equal = left if i == 0 else left // (i + 1) // unit * unit
        sizes[i] = min(room[i], equal)
        left -= sizes[i]
    return sizes
