"""Notes on the cores and sockets of guests that placer cut into vnodes."""

from __future__ import annotations

from placer.instance import Guest, Placement, Topology
from placer.instance.note import GuestNote, Note, about
from placer.job.request import Request


def topology_notes(request: Request, placement: Placement) -> list[GuestNote]:
    """Say which guests get a topology other than their own, and which cores are cut, a sentence each."""
    notes: list[GuestNote] = []
    for guest in request.instance.guests:
        pnodes = placement.pnode_of[guest.name]
        if guest.topology is None or guest.form != "parts" or None in pnodes:
            continue
        pnode_of = {vcpu: p for vnode, p in zip(guest.vnodes, pnodes, strict=True) for vcpu in vnode.vcpus}
        notes += _of_guest(guest, guest.topology, [pnode_of[vcpu] for vcpu in range(guest.vcpu_count)])
    return notes


def _of_guest(guest: Guest, stated: Topology, owners: list[int | None]) -> list[GuestNote]:
    said, cut = [], stated.cut_cores(owners)
    if cut:
        why = "lie in different vnodes, as there are fewer cores than vnodes"
        text = f"threads of {cut} of its {guest.core_count} cores {why}; --vnodes 1-{guest.core_count} cuts no core"
        said.append(Note(text, kind=f"threads of a core {why}; --vnodes with at most as many as cores cuts none"))
    written = stated.fitted(owners)
    if written != stated:
        why = "so that no socket lies in two vnodes; --migratable keeps it"
        text = f"its topology {stated.in_words()} is written as {written.in_words()}, {why}"
        said.append(Note(text, kind=f"its topology is written as another one, {why}"))
    return [about(guest.name, note, joint=": ") for note in said]
