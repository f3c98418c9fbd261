"""A host with its running guests, as rebalancing sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from placer.audit.left_out import LeftOut
from placer.errors import InputError
from placer.formats.base import RunningFacts
from placer.instance import Instance, Placement

Kind = Literal["migrate", "save", "restart"]
"""
How the memory of a running guest gets to other pnodes.

``migrate``: to the same host with another affinity; both ends are held until the copy is accepted. ``save``: saved to
disk and restored with another affinity; between the two its memory is held nowhere. ``restart``: shut down and started
with another configuration.
"""
STRAY_KIB = 16 * 1024
"""Memory of a domain on a pnode that says nothing of where it is meant to be. Chosen: Xen strews a few MiB."""
CONTROL_DOMAIN = "Domain-0"
"""The domain of the toolstack itself, which is on every host of Xen."""
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
    pcpus
        The pcpus that its own configuration binds its vcpus to, where they are other than all of some pnodes, as a list
        of ranges; empty where it names whole pnodes, which is a placement and changes with it, or none.
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
    pcpus: str = ""
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
    left_out
        Domains that may hold memory on pnodes that are not known, or that were coming or going: where one may be, no
        pnode is called free.
    notes
        What was assumed or left out, a sentence each.
    assumed
        What is taken to hold for lack of knowledge, each as what follows an "if": the proofs of a plan rest on it.
    toolstack
        Whose guests they are: ``xl`` or ``libvirt``. Under libvirt to migrate is to move the pages of a guest live
        (``virsh numatune``), as libvirt forbids to migrate to the same host.
    facts
        What is known of its domains as such, for claims; None where only parts of a snapshot were read.
    free_notes
        What may change its free memory though no guest starts, a sentence each; said beside claims.

    Raises
    ------
    InputError
        If the three do not name the same guests, or the placement is none of the instance.
    """

    instance: Instance
    placement: Placement
    residents: tuple[Resident, ...]
    others: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    toolstack: Literal["xl", "libvirt"] = "xl"
    facts: RunningFacts | None = None
    free_notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = [guest.name for guest in self.instance.guests]
        if [resident.name for resident in self.residents] != names:
            raise InputError("residents: expected one for each guest of the instance, in the same order")
        faults = self.placement.faults(self.instance)
        if not faults and not self.placement.complete():
            faults = ["a vnode has no pnode, expected one for each vnode of a guest that runs"]
        if faults or self.instance.flexible:
            raise InputError("no placement of running guests: " + "; ".join(faults or ["a guest is flexible"]))

    def others_on(self, pnode: int) -> dict[str, int]:
        """Give what each domain that never moves holds on a pnode, in KiB; strays and Domain-0 are left out."""
        found = {name: memory.get(pnode, 0) for name, memory in self.others.items() if name != CONTROL_DOMAIN}
        return {name: kib for name, kib in found.items() if kib > STRAY_KIB}

    def left_out_on(self, pnode: int) -> list[LeftOut]:
        """Give the domains of ``left_out`` that hold memory on a pnode, or of which that is not known."""
        held = ((each, each.may_hold_kib(pnode)) for each in self.left_out)
        return [each for each, kib in held if kib is None or kib > STRAY_KIB]

    def resident(self, name: str) -> Resident:
        """Give the resident of a name."""
        return next(resident for resident in self.residents if resident.name == name)
