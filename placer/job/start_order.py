"""In which order guests start, so that each finds its memory."""

from __future__ import annotations

from placer.check.positions import positions
from placer.check.set_room import set_loads, unreached_parts
from placer.instance import Guest, Instance, Placement

FIRST, WITH_VNUMA, LAST = range(3)
_RANK_OF_FORM = {"set": 0, "whole": 1}


Stray = tuple[int, int, tuple[str, ...]]
"""The id of a pnode, memory in KiB, and the names of the guests whose it is."""


def strays(instance: Instance, placement: Placement) -> list[Stray]:
    """
    Give the memory of guests without vnuma that may land on other pnodes than planned.

    It is what such guests may take of a pnode beyond what they can count on there, and memory of sets where none of
    their vcpus may run.
    """
    if not instance.sets_may_stray or instance.host.low_zone_kib is None:
        return []
    where = positions(instance, placement)
    short = [
        (pnode.id, need - room, names)
        for pnode, (need, room, names) in zip(instance.host.pnodes, set_loads(instance, where), strict=True)
        if need > room
    ]
    unreached = [
        (instance.host.pnodes[p].id, guest.vnodes[v].memory_kib, (guest.name,))
        for guest, v, p in unreached_parts(instance, where)
    ]
    return short + unreached


def straying(instance: Instance, placement: Placement) -> tuple[str, ...]:
    """Name the guests without vnuma whose memory may land on other pnodes than planned."""
    return tuple(dict.fromkeys(name for *_, names in strays(instance, placement) for name in names))


def start_ranks(instance: Instance, placement: Placement) -> dict[str, int]:
    """
    Give for each guest whether it starts before guests with vnuma, with them, or after them.

    Guests with vnuma could take the memory that others count on. But where memory of others may stray, it could take
    what a guest with vnuma needs on its pnode, without which Xen refuses it; one that strays finds memory elsewhere.
    """
    last = straying(instance, placement)
    return {
        guest.name: LAST if guest.name in last else FIRST if guest.form in _RANK_OF_FORM else WITH_VNUMA
        for guest in instance.guests
    }


def in_start_order(instance: Instance, placement: Placement) -> list[Guest]:
    """Give all guests in the order in which they start: of those without vnuma sets come before whole ones."""
    ranks = start_ranks(instance, placement)
    return sorted(instance.guests, key=lambda guest: (ranks[guest.name], _RANK_OF_FORM.get(guest.form, 2)))
