"""Notes on a placement: what it means for the guests."""

from __future__ import annotations

from placer.formats.configured_guest import narrows_set, write_vnodes
from placer.instance import Instance, Placement
from placer.instance.note import GuestNote, Note, about, name_some
from placer.job.binding_notes import name_pnodes
from placer.job.option_notes import can_be_set
from placer.job.request import Request, of_qemu


def placement_notes(request: Request, placement: Placement) -> list[str]:
    """Say which guests have their memory apart, cannot migrate, or are written other than their files ask."""
    instance = request.instance
    return [
        *_apart(instance, placement),
        *_cannot_migrate(request, placement),
        *_own_soft_affinity(instance, placement),
        *_own_vdistances(instance, placement),
    ]


def _cannot_migrate(request: Request, placement: Placement) -> list[str]:
    """Name the guests that Xen starts with vnuma: it saves and migrates none of these."""
    kvm = of_qemu(request)
    names = [
        guest.name
        for guest in request.instance.guests
        if guest.name not in kvm
        and guest.type == "hvm"
        and not guest.has_own_affinity
        and None not in placement.pnode_of[guest.name]
    ]
    if not names:
        return []
    out = _way_out(request, names)
    return [f"started with vnuma, so that Xen can neither save nor migrate them: {name_some(names)}{out}"]


def _way_out(request: Request, names: list[str]) -> str:
    """Name the option that would give a guest a set of pnodes instead, if some guest did not ask for vnuma itself."""
    open_form = [name for name in names if can_be_set(request.readings.get(name))]
    if not open_form:
        return ""
    to = "" if open_form == names else f" to {name_some(open_form)}"
    if request.always_vnuma.intersection(open_form):
        return f"; --migratable in the place of --vnuma always gives one pnode or a set of them{to}"
    return f"; --migratable gives sets of pnodes{to}"


def _apart(instance: Instance, placement: Placement) -> list[GuestNote]:
    """Say of each guest where its memory lies and its vcpus run, if these are different pnodes."""
    why = "pnodes with both do not take it, or its file binds it so (--free and --reserve change what pnodes have)"
    notes = []
    for guest in instance.guests:
        pnodes = list(zip(guest.vnodes, placement.pnode_of[guest.name], strict=True))
        memory = {pnode for vnode, pnode in pnodes if vnode.memory_kib and pnode is not None}
        vcpus = {pnode for vnode, pnode in pnodes if vnode.vcpus and pnode is not None}
        placed = None not in placement.pnode_of[guest.name]
        apart = any(vnode.vcpus_of is not None for vnode in guest.vnodes)
        if placed and apart and memory != vcpus:
            said = f"its memory is on {name_pnodes(memory)}, its vcpus run on {name_pnodes(vcpus)}: {why}"
            notes.append(about(guest.name, Note(said, kind=f"memory and vcpus on different pnodes: {why}"), joint=": "))
    return notes


def _own_soft_affinity(instance: Instance, placement: Placement) -> list[str]:
    """Name the guests whose own soft affinity prefers pnodes other than that of a vnode."""
    names, widened = [], []
    for guest in instance.guests:
        if narrows_set(guest, instance.host, placement.pnode_of[guest.name]):
            widened.append(guest.name)
            continue
        for vnode, pnode in zip(guest.vnodes, placement.pnode_of[guest.name], strict=True):
            masks = [guest.soft_affinity[vcpu] for vcpu in vnode.vcpus] if guest.soft_affinity else []
            owners = [{instance.host.position_of_pcpu[pcpu] for pcpu in mask} for mask in masks if mask is not None]
            if pnode is not None and any(instance.host.position_of[pnode] not in owner for owner in owners):
                names.append(guest.name)
                break
    kept = "soft affinity of their own files is kept, and draws vcpus to pnodes without their memory: "
    wide = "soft affinity of their own files would keep memory on fewer pnodes than planned, and is left out: "
    return [f"{said}{name_some(found)}" for said, found in ((kept, names), (wide, widened)) if found]


def _own_vdistances(instance: Instance, placement: Placement) -> list[GuestNote]:
    """Name the guests whose files ask for other distances between vnodes than those of the pnodes they stand on."""
    notes = []
    for guest in instance.guests:
        pnodes = placement.pnode_of[guest.name]
        if guest.vdistances is None or None in pnodes:
            continue
        written = tuple(vnode.distances for vnode in write_vnodes(guest, instance.host, pnodes))
        if written != guest.vdistances:
            said = "the distances between its vnodes are written as those of their pnodes, not as its file states them"
            notes.append(about(guest.name, said, joint=": "))
    return notes
