"""The notes of the report of ``placer show``: what is assumed, and what is not where it was meant to be."""

from __future__ import annotations

from placer.audit.findings import GuestFinding
from placer.instance import Host
from placer.instance.note import grouped, name_some
from placer.rebalance.overview import Overview

NAMED = 10
"""Guests of which the first fault is said. Chosen: a screen has room for as many."""
ASSUMED = "memory is taken to lie where it was meant to be, in equal parts on several pnodes"
ASK_XEN = f"where memory lies is not in the snapshot, and placer snapshot --pages asks Xen: {ASSUMED}"


def notes_of(found: Overview) -> list[str]:
    """Give what limits the report, a sentence each."""
    notes = []
    if found.assumed and found.findings.guests:
        said = any("where memory lies" in note for note in found.notes)
        notes.append(ASSUMED if said or found.snapshot.toolstack == "libvirt" else ASK_XEN)
    notes += _misplaced(found)
    unlisted = [guest.domain.name for guest in found.findings.guests if not guest.listed]
    if unlisted:
        notes.append(f"without a configuration of xl, so that they are left where they are: {name_some(unlisted)}")
    stuck = [each.name for each in found.residents if not each.kinds and each.name in found.moves]
    if stuck:
        notes.append(f"no toolstack moves these, so that they are to be ended and started for it: {name_some(stuck)}")
    pinned = [guest.name for guest in found.snapshot.guests if guest.hard_affinity and guest.name in found.moves]
    if pinned:
        notes.append(f"bound to pcpus by their own configuration, which a move changes: {name_some(pinned)}")
    return grouped([*notes, *found.notes])


def _misplaced(found: Overview) -> list[str]:
    """Name the guests that are not where they were meant to be, and those that are bound away from their memory."""
    off = [guest for guest in found.findings.guests if guest.faults]
    anywhere = [guest for guest in off if meant_anywhere(guest, found.host)]
    loose = [guest for guest in off if guest not in anywhere and _only_unbound(guest, found)]
    meant = [guest for guest in off if guest not in anywhere and guest not in loose]
    notes = []
    if meant and found.snapshot.toolstack == "xl":
        names = name_some([guest.domain.name for guest in meant])
        notes.append(f"not where they were meant to be (placer check says why): {names}")
    elif meant:  # placer check reads what Xen says
        for guest in meant[:NAMED]:
            notes.append(f'guest "{guest.domain.name}" is not where it was meant to be: {guest.faults[0]}')
        more = [guest.domain.name for guest in meant[NAMED:]]
        notes += [f"neither are these where they were meant to be: {name_some(more)}"] if more else []
    if anywhere:
        names = name_some([guest.domain.name for guest in anywhere])
        notes.append(f"bound away from their memory, which may lie anywhere: {names}")
    if loose:
        names = name_some([guest.domain.name for guest in loose])
        notes.append(f"their memory lies where it was meant to be, and their vcpus are not bound near it: {names}")
    return notes


def _only_unbound(guest: GuestFinding, found: Overview) -> bool:
    """Whether the configuration of a guest of libvirt binds its memory, which lies there, and not its vcpus."""
    bound = {each.name for each in found.snapshot.guests if each.hard_affinity}
    return found.snapshot.toolstack == "libvirt" and not guest.memory_faults and guest.domain.name not in bound


def meant_anywhere(guest: GuestFinding, host: Host) -> bool:
    """Whether a guest was meant for no pnodes more than for others."""
    everywhere = {pnode.id for pnode in host.pnodes if pnode.pcpus}
    return everywhere <= guest.expected.pnodes and len(host.pnodes) > 1
