"""Notes on the cores and sockets of guests that placer cut into vnodes."""

from __future__ import annotations

from placer.instance import Guest, Placement, Topology
from placer.job.request import Request


def topology_notes(request: Request, placement: Placement) -> list[str]:
    """Say which guests get a topology other than their own, and which cores are cut, a sentence each."""
    lines = []
    for guest in request.instance.guests:
        pnodes = placement.pnode_of[guest.name]
        if guest.topology is None or guest.form != "parts" or None in pnodes:
            continue
        pnode_of = {vcpu: p for vnode, p in zip(guest.vnodes, pnodes, strict=True) for vcpu in vnode.vcpus}
        lines += _of_guest(guest, guest.topology, [pnode_of[vcpu] for vcpu in range(guest.vcpu_count)])
    return lines


def _of_guest(guest: Guest, stated: Topology, owners: list[int | None]) -> list[str]:
    lines, cut = [], stated.cut_cores(owners)
    if cut:
        lines.append(
            f'guest "{guest.name}": threads of {cut} of its {guest.core_count} cores lie in different vnodes, as there '
            f"are fewer cores than vnodes; --vnodes 1-{guest.core_count} cuts no core"
        )
    written = stated.fitted(owners)
    if written != stated:
        lines.append(
            f'guest "{guest.name}": its topology {stated.in_words()} is written as {written.in_words()}, so that no '
            "socket lies in two vnodes; --migratable keeps it"
        )
    return lines
