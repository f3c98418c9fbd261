"""A host with its running guests, as rebalancing sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from placer.errors import InputError
from placer.instance import Instance, Placement

Kind = Literal["migrate", "save", "restart"]
"""
How the memory of a running guest gets to other pnodes.

``migrate``: to the same host with another affinity; both ends are held until the copy is accepted. ``save``: saved to
disk and restored with another affinity; between the two its memory is held nowhere. ``restart``: shut down and started
with another configuration.
"""
KINDS: tuple[Kind, ...] = ("migrate", "save", "restart")


@dataclass(frozen=True, kw_only=True)
class Resident:
    """
    A running guest, beside its vnodes in the instance.

    Parameters
    ----------
    name
        Of its guest in the instance.
    domid, uuid
        Its numbers in Xen; None where they are not known.
    memory_kib
        What a move of the guest copies or saves, in KiB.
    vnuma
        Whether it sees its vnodes. Without vnuma it lies whole on one pnode once it has moved, or on a set.
    kinds
        The kinds of move that it can take, the preferred one first; empty for a guest that never moves.
    stuck
        Why it takes no move but a restart, or none at all; in words, empty for a guest that can be migrated.
    repin
        Whether its vcpus are bound to other pcpus than those of the pnodes that hold its memory.
    notes
        What is remarkable about it, a sentence each.
    """

    name: str
    domid: int | None = None
    uuid: str | None = None
    memory_kib: int
    vnuma: bool = False
    kinds: tuple[Kind, ...] = ("migrate", "save")
    stuck: str = ""
    repin: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RunningHost:
    """
    A host with its running guests.

    Parameters
    ----------
    instance
        The host and every guest whose pnodes are known. The memory of its pnodes is what is free now and what the
        vnodes of these guests hold there; the memory of a vnode includes its part of the overhead. The vnodes of a
        guest without vnuma are its memory as it was found, a vnode for each pnode that holds some.
    placement
        Where these vnodes are now.
    residents
        The rest about each guest of the instance, in the same order.
    others
        Name of a domain that is no guest of the instance and never moves -> pnode id -> its memory there, in KiB.
    notes
        What was assumed or left out, a sentence each.
    toolstack
        Whose guests they are: ``xl`` or ``libvirt``. Under libvirt to migrate is to move the pages of a guest live
        (``virsh numatune``), as libvirt forbids to migrate to the same host.

    Raises
    ------
    InputError
        If the three do not name the same guests, or the placement is none of the instance.
    """

    instance: Instance
    placement: Placement
    residents: tuple[Resident, ...]
    others: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    toolstack: Literal["xl", "libvirt"] = "xl"

    def __post_init__(self) -> None:
        names = [guest.name for guest in self.instance.guests]
        if [resident.name for resident in self.residents] != names:
            raise InputError("residents: expected one for each guest of the instance, in the same order")
        faults = self.placement.faults(self.instance)
        if not faults and not self.placement.complete():
            faults = ["a vnode has no pnode, expected one for each vnode of a guest that runs"]
        if faults or self.instance.flexible:
            raise InputError("no placement of running guests: " + "; ".join(faults or ["a guest is flexible"]))

    def resident(self, name: str) -> Resident:
        """Give the resident of a name."""
        return next(resident for resident in self.residents if resident.name == name)
