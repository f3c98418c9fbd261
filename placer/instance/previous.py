"""An earlier placement, seen from an instance that may have changed since: guests come and go, hosts too."""

from __future__ import annotations

from dataclasses import dataclass

from placer.instance.instance import Instance
from placer.instance.placement import Placement


@dataclass(frozen=True, kw_only=True)
class Moved:
    """
    A vnode on another pnode than before.

    Parameters
    ----------
    guest, vnode
        Name and number.
    before
        Id of the pnode that it stood on.
    after
        Id of the one it stands on, None for none.
    """

    guest: str
    vnode: int
    before: int
    after: int | None


def restricted_to(earlier: Placement, instance: Instance) -> Placement:
    """
    Give what an instance still has of an earlier placement.

    Returns
    -------
    Placement
        Of every guest; a vnode has no pnode where the earlier one had none for it, where the guest was not in it or
        had another number of vnodes, and where the host has no such pnode. It says nothing of pcpus.
    """
    known = instance.host.position_of
    pnode_of: dict[str, tuple[int | None, ...]] = {}
    for guest in instance.guests:
        pnodes = tuple(earlier.pnode_of.get(guest.name, ()))
        if not guest.allows_vnode_count(len(pnodes)):
            pnodes = (None,) * len(guest.vnodes)
        pnode_of[guest.name] = tuple(pnode if pnode in known else None for pnode in pnodes)
    return Placement(pnode_of=pnode_of)


def differences(earlier: Placement, instance: Instance) -> list[str]:
    """Say what of an earlier placement an instance does not have, and what it has besides."""
    guests, lines = {guest.name: guest for guest in instance.guests}, []
    for name, guest in guests.items():
        if name not in earlier.pnode_of:
            lines.append(f'guest "{name}" is not in it')
            continue
        pnodes = earlier.pnode_of[name]
        if not guest.allows_vnode_count(len(pnodes)):
            counts = guest.flexible.counts if guest.flexible else range(len(guest.vnodes), len(guest.vnodes) + 1)
            wanted = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
            lines.append(f'guest "{name}" has {wanted} vnodes, {len(pnodes)} in it')
            continue
        gone = {pnode: None for pnode in pnodes if pnode is not None and pnode not in instance.host.position_of}
        lines += [f'guest "{name}": no pnode {pnode} on this host' for pnode in gone]
    return lines + [f'its guest "{name}" is not placed here' for name in earlier.pnode_of if name not in guests]


def moved(earlier: Placement, placement: Placement) -> tuple[Moved, ...]:
    """List the vnodes on other pnodes than a fitted earlier placement had them; those it had on none do not count."""
    return tuple(
        Moved(guest=name, vnode=v, before=before, after=after)
        for name, pnodes in placement.pnode_of.items()
        if len(pnodes) == len(earlier.pnode_of[name])
        for v, (before, after) in enumerate(zip(earlier.pnode_of[name], pnodes, strict=True))
        if before is not None and before != after
    )
