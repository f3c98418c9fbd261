"""Guests that name parts of a host (pcpus, pnodes, devices, cpupools, page sizes) may use only hosts that have them."""

from __future__ import annotations

from placer.errors import InstanceError
from placer.instance import Guest, Host, Instance


def names_parts_of_host(guest: Guest) -> bool:
    """Whether a guest names a part of its host."""
    own = (guest.hard_affinity, guest.soft_affinity, guest.pnodes, guest.pool, guest.page_size, guest.devices or None)
    of_vnodes = ((vnode.pnode, vnode.pnodes, vnode.page_size) for vnode in guest.vnodes)
    return any(part is not None for part in own) or any(part is not None for each in of_vnodes for part in each)


def knows_parts(host: Host, guest: Guest) -> bool:
    """Whether a host has every part that a guest names."""
    try:
        Instance(host=host, guests=(guest,))
    except InstanceError:
        return False
    return True
