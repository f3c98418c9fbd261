"""Room to spare beside the memory of guests without vnuma, each on a pnode or on a set of them."""

from __future__ import annotations

import numpy as np

from placer.assignment import BoolArray, Resource
from placer.instance import Guest, Host, Instance
from placer.instance.set_spare import CRUMBS_KIB, GIB_KIB, asks_for_whole_gib, spare_kib


def set_room(instance: Instance, *, with_unplaced_site: bool) -> list[Resource]:
    """
    Keep the memory of guests without vnuma on p, each with what Xen may take beside it, within what they can count on.

    That is p's free memory less its reserve, crumbs, the low zone on the first pnode, and a GiB if one of them asks for
    whole GiB. Other vnodes weigh nothing: where they are started last, the low zone is left to them.
    """
    host = instance.host
    without = [guest for guest in instance.guests if guest.has_own_affinity]
    if not instance.keeps_set_room or not without:
        return []
    weight = [
        guest.ordinary_kib(vnode) + guest.overhead_share_kib(vnode) + spare_kib(guest)
        if guest.has_own_affinity and vnode.memory_kib
        else 0
        for guest in instance.guests
        for vnode in guest.vnodes
    ]
    lost = np.full(len(host.pnodes), CRUMBS_KIB, dtype=np.int64)
    lost[0] += host.low_zone_kib or 0
    lost += GIB_KIB if any(map(asks_for_whole_gib, without)) else 0
    free = np.array([pnode.memory_kib - pnode.reserve_kib for pnode in host.pnodes], dtype=np.int64)
    capacity = np.maximum(free - lost, 0)
    if with_unplaced_site:
        capacity = np.append(capacity, sum(weight))
    return [Resource(weight=np.array(weight, dtype=np.int64), capacity=capacity, name="set_room")]


def within_affinity(instance: Instance) -> BoolArray:
    """
    Allow (v, p) for a part v with memory but no vcpus if some vcpu of its set may run on p.

    Xen puts the memory of a guest without vnuma on pnodes where its vcpus may run. A part with vcpus stands on such a
    pnode anyway.

    Returns
    -------
    array ``[n, m]``
    """
    host = instance.host
    rows = [
        _reach(guest, host)
        if instance.keeps_set_room and guest.form == "set" and vnode.memory_kib and not vnode.vcpus
        else np.ones(len(host.pnodes), dtype=bool)
        for guest in instance.guests
        for vnode in guest.vnodes
    ]
    return np.array(rows, dtype=bool).reshape(len(rows), len(host.pnodes))


def _reach(guest: Guest, host: Host) -> BoolArray:
    """Mark the pnodes on which a shared vcpu of the guest may run; dedicated vcpus have pcpus where their parts are."""
    pool = host.pcpus_of_effective_pool(guest.pool)
    shared = set(range(guest.vcpu_count)) - guest.dedicated
    masks = {guest.hard_affinity[vcpu] if guest.hard_affinity else None for vcpu in shared}
    pcpus = set[int]().union(*(pool if mask is None else pool & set(mask) for mask in masks))
    if shared and not pcpus:  # Xen then knows the cpupool alone
        pcpus = set(pool)
    return np.array([not pcpus.isdisjoint(pnode.pcpus) for pnode in host.pnodes], dtype=bool)
