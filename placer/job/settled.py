"""Between reading and solving: the numbers of vnodes that the guests of a request may have on its host."""

from __future__ import annotations

from dataclasses import replace

from msgspec.structs import replace as change

from placer.job.request import Request
from placer.solving.vnode_counts import resolve_range, settle


def settled(request: Request) -> Request:
    """
    Set the range of vnode numbers of each flexible guest, or split the guest, with a note, where one number is clear.

    A guest of a guest file follows ``request.vnodes``; a guest of an instance file follows its own range.
    """
    guests, notes = [], []
    for guest in request.instance.guests:
        if guest.name in request.readings:
            cut, why = settle(guest, request.instance.host, request.vnodes)
            notes += [f'guest "{guest.name}" states no vnodes: {why}'] if why else []
        else:
            cut = resolve_range(guest, request.instance.host)
        guests.append(cut)
    instance = change(request.instance, guests=tuple(guests))
    return replace(request, instance=instance, notes=(*request.notes, *notes))
