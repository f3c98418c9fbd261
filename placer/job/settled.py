"""Between reading and solving: the forms of guests, and the numbers of vnodes that they may have on their host."""

from __future__ import annotations

from dataclasses import replace

from msgspec.structs import replace as change

from placer.instance import Guest, Host, format_cpuset
from placer.instance.apart import spread_apart
from placer.instance.note import GuestNote, Note, about, kind_of
from placer.job.forms import balloons_without_vnuma
from placer.job.option_notes import balloon_note
from placer.job.request import Request
from placer.solving.apart import settled_apart
from placer.solving.filled_set import filled_set
from placer.solving.vnode_counts import fits_in_vnodes_only, resolve_range, settle


def settled(request: Request) -> Request:
    """
    Set the range of vnode numbers of each flexible guest, or split the guest, with a note, where one number is clear.

    A guest of a guest file follows ``request.vnodes``; a guest of an instance file follows its own range.
    """
    guests: list[Guest] = []
    notes: list[GuestNote] = []
    for guest in request.instance.guests:
        if guest.name in request.readings:
            cut, lines = _of_file(guest, request)
            notes += lines
        else:
            cut = resolve_range(guest, request.instance.host)
        guests.append(cut)
    instance = change(request.instance, guests=tuple(guests))
    return replace(request, instance=instance, notes=(*request.notes, *notes), as_read=request.as_read or request)


def _of_file(guest: Guest, request: Request) -> tuple[Guest, list[GuestNote]]:
    """Settle a guest of a file; one that balloons is placed with its memory only where it gets no vnuma."""
    reading, host = request.readings[guest.name], request.instance.host
    filled = filled_set(guest, host) if reading.filled else None
    spread = _spread(guest, host) if reading.spread else None
    cut, why = settled_apart(guest, host) or filled or spread or settle(guest, host, request.vnodes)
    if guest.form == "set" and cut.flexible is None:
        cut = change(cut, memory_apart=False)  # it shall see one node, and no longer says so
    lines = []
    if guest.flexible and reading.memory_kib < reading.maxmem_kib:
        with_vnuma = not cut.has_own_affinity
        if with_vnuma:
            larger = change(guest, flexible=change(guest.flexible, memory_kib=reading.maxmem_kib))
            cut, why = settle(larger, host, request.vnodes)
        always = guest.name in request.always_vnuma
        note = balloon_note(reading, with_vnuma=with_vnuma, always_vnuma=always, spread=cut.form == "set")
        lines.append(about(guest.name, note, joint=": "))
    if why:
        stated = "states no vnodes: "
        lines.append(about(guest.name, Note(f"{stated}{why}", kind=f"{stated}{kind_of(why)}")))
    by_option = guest.form == "set" and reading.type == "hvm" and not reading.spread and filled is None
    by_option = by_option and not balloons_without_vnuma(reading)
    if by_option and cut.flexible is None and fits_in_vnodes_only(guest, host):
        lines.append(about(guest.name, "would fit this host in vnodes, which it gets without --migratable"))
    return cut, lines


def _spread(guest: Guest, host: Host) -> tuple[Guest, Note] | None:
    """Spread the memory of a guest over the pnodes that its file names, where they are no set."""
    spread = spread_apart(guest, host)
    if spread is None:
        return None
    said = "its memory is interleaved over pnodes of which not each has memory and may run all its vcpus"
    pnodes = format_cpuset(pnode for vnode in spread.vnodes for pnode in vnode.pnodes or ())
    return spread, Note(f"{said}: in equal parts on pnodes {pnodes}", kind=said)
