"""Between reading and solving: into how many vnodes the guests of a Request may be cut on its host."""

from __future__ import annotations

from dataclasses import replace

from msgspec.structs import replace as change

from placer.job.request import Request
from placer.solving.vnode_counts import resolve_range, settle


def settled(request: Request) -> Request:
    """
    Settle the numbers of vnodes of flexible guests, and note what is settled for good.

    Those of guest files as the Request wants them, those of an instance file as the file has them.
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
