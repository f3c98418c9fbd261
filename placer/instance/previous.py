"""An earlier placement beside an instance whose guests or host may have changed since."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from placer.instance.apart import as_cut
from placer.instance.instance import Instance
from placer.instance.note import Note, about, grouped, name_some
from placer.instance.placement import Placement


@dataclass(frozen=True, kw_only=True)
class Moved:
    """
    A vnode on another pnode than before.

    Parameters
    ----------
    guest, vnode
        Name of the guest, and number of the vnode, from 0.
    before
        Id of its pnode in the earlier placement.
    after
        Id of its pnode now; None for none.
    """

    guest: str
    vnode: int
    before: int
    after: int | None


def restricted_to(earlier: Placement, instance: Instance) -> Placement:
    """
    Restrict an earlier placement to the guests, vnodes and pnodes that an instance still has.

    Returns
    -------
    Placement
        With every guest of the instance and without pcpus. A vnode has no pnode if the earlier placement had none for
        it, did not have the guest, or had another number of vnodes for it, or if the host does not have the pnode.
    """
    known = instance.host.position_of
    pnode_of: dict[str, tuple[int | None, ...]] = {}
    for guest in instance.guests:
        pnodes = tuple(earlier.pnode_of.get(guest.name, ()))
        if not guest.allows_vnode_count(len(pnodes)):
            pnodes = (None,) * len(guest.vnodes)
        pnode_of[guest.name] = tuple(pnode if pnode in known else None for pnode in pnodes)
    return Placement(pnode_of=pnode_of)


def as_earlier_apart(instance: Instance, earlier: Placement) -> Instance:
    """Give the instance with the guests that an earlier placement took apart, and that still may be, taken apart so."""
    counts, apart = earlier.counts(), set(earlier.apart)
    if not apart:
        return instance
    guests = [
        (guest.memory_apart and guest.name in apart and as_cut(guest, instance.host, counts.get(guest.name, 0)))
        or guest
        for guest in instance.guests
    ]
    return replace(instance, guests=tuple(guests))


def differences(earlier: Placement, instance: Instance) -> list[str]:
    """Say where an earlier placement differs from an instance: guests, numbers of vnodes and pnodes of one alone."""
    guests = {guest.name: guest for guest in instance.guests}
    lines: list[str] = []
    for name, guest in guests.items():
        if name not in earlier.pnode_of:
            lines.append(about(name, "is not in it"))
            continue
        pnodes = earlier.pnode_of[name]
        if not guest.allows_vnode_count(len(pnodes)):
            counts = guest.flexible.counts if guest.flexible else range(len(guest.vnodes), len(guest.vnodes) + 1)
            wanted = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
            said = Note(f"has {wanted} vnodes, {len(pnodes)} in it", kind="has another number of vnodes in it")
            lines.append(about(name, said))
            continue
        gone = {pnode: None for pnode in pnodes if pnode is not None and pnode not in instance.host.position_of}
        lines += [about(name, f"no pnode {pnode} on this host", joint=": ") for pnode in gone]
    left = [f'"{name}"' for name in earlier.pnode_of if name not in guests]
    if len(left) > 1:
        return [*grouped(lines), f"its guests {name_some(left)} are not placed here"]
    return [*grouped(lines), *(f"its guest {name} is not placed here" for name in left)]


def moved(earlier: Placement, placement: Placement) -> tuple[Moved, ...]:
    """
    List the vnodes that left the pnode they had in an earlier placement, restricted to the instance.

    A vnode without an earlier pnode did not move, nor did the vnodes of a guest whose number of vnodes changed.
    """
    return tuple(
        Moved(guest=name, vnode=v, before=before, after=after)
        for name, pnodes in placement.pnode_of.items()
        if len(pnodes) == len(earlier.pnode_of[name])
        for v, (before, after) in enumerate(zip(earlier.pnode_of[name], pnodes, strict=True))
        if before is not None and before != after
    )
