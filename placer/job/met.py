"""Guests that placer cut and whose parts all meet on one pnode: they are written whole, without vnuma."""

from __future__ import annotations

from dataclasses import replace as replace_data

from msgspec.structs import replace

from placer.check import check
from placer.instance import Guest, Instance, Placement, Vnode
from placer.instance.note import GuestNote, Note, about
from placer.job.request import Request, of_qemu


def with_met_whole(request: Request, placement: Placement) -> tuple[Request, Placement]:
    """
    Make guests whole that placer cut and whose parts meet on one pnode, so that Xen can save and migrate them.

    A guest stays as it is if it is to have vnuma in any case, or its pnode has no room for all of its overhead, which
    lands on the pnode of a whole guest (:attr:`.Guest.has_own_affinity`).

    Returns
    -------
    Request, Placement
        With one vnode in the place of the parts of such a guest.
    """
    instance, faults = request.instance, None
    for g, guest in enumerate(instance.guests):
        pnode = _meeting(guest, placement)
        if pnode is not None and guest.name not in request.always_vnuma:
            guests = (*instance.guests[:g], _whole(guest), *instance.guests[g + 1 :])
            changed = replace(instance, guests=guests)
            where = replace(placement, pnode_of={**placement.pnode_of, guest.name: (pnode,)})
            faults = _faults(instance, placement) if faults is None else faults
            if (others := _faults(changed, where)) <= faults:
                instance, placement, faults = changed, where, others
    return replace_data(request, instance=instance), placement


def merged_notes(request: Request, placement: Placement, met: Request) -> list[GuestNote]:
    """
    Name the guests that placer cut and of whose parts some share a pnode: these are written as one, or whole.

    Parameters
    ----------
    met
        The request as :func:`with_met_whole` gives it.
    """
    kvm = of_qemu(request)
    notes = []
    for guest, written in zip(request.instance.guests, met.instance.guests, strict=True):
        pnodes = [pnode for pnode in placement.pnode_of[guest.name][: guest.seen_vnodes] if pnode is not None]
        count = len(set(pnodes))
        if guest.form != "parts" or count == len(pnodes):
            continue
        if written.form == "whole":
            without = "cells" if guest.name in kvm else "vnuma"
            said, kind = "its {} parts meet on one pnode", f", so it is written whole, without {without}"
            note = Note(said.format(len(pnodes)) + kind, kind="its parts meet on one pnode" + kind)
        else:
            said = "its {} meet on {} and are written as one vnode for each pnode"
            where = f"{count} pnodes" if count > 1 else "one pnode"
            note = Note(said.format(f"{len(pnodes)} vnodes", where), kind=said.format("vnodes", "fewer pnodes"))
        notes.append(about(guest.name, note, joint=": "))
    return notes


def _meeting(guest: Guest, placement: Placement) -> int | None:
    """Give the pnode on which all parts of a guest meet, None where they do not or cannot be joined."""
    pnodes = set(placement.pnode_of[guest.name])
    alike = len({vnode.page_size for vnode in guest.vnodes}) == 1 and guest.seen_vnodes == len(guest.vnodes)
    return next(iter(pnodes)) if guest.form == "parts" and len(pnodes) == 1 and alike else None


def _whole(guest: Guest) -> Guest:
    vcpus = sorted(vcpu for vnode in guest.vnodes for vcpu in vnode.vcpus)
    joined = Vnode(memory_kib=guest.memory_kib, vcpus=vcpus, page_size=guest.vnodes[0].page_size)
    return replace(guest, form="whole", vnodes=(joined,), traffic=None, vdistances=None, one_to_one=False)


def _faults(instance: Instance, placement: Placement) -> int:
    return len(check(instance, placement, allow_unplaced=True).violations)
