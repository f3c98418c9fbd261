"""Memory: what each pnode offers, and the overhead of guests that lowers it."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from placer.assignment import IntArray, Resource
from placer.instance import Guest, Host, Instance

PAGE_KIB = 4
"""Size of a page of x86: Xen allocates overhead in whole pages."""


def guest_memory(instance: Instance, *, with_unplaced_site: bool) -> Resource:
    """
    Keep the memory of the vnodes on p plus p's share of overhead within its free memory less its reserve.

    Overhead lowers capacities; only the overhead of a guest of form ``whole`` or ``set`` lies with its vnodes.
    """
    weight = [guest.ordinary_kib(v) + guest.overhead_share_kib(v) for guest in instance.guests for v in guest.vnodes]
    return _memory(weight, np.maximum(memory_room(instance), 0), with_unplaced_site=with_unplaced_site)


def memory_room(instance: Instance) -> IntArray:
    """
    Give the free memory of each pnode less its reserve and overhead.

    Returns
    -------
    array ``[m]``
        In KiB; below 0 where reserve and overhead are more than is free.
    """
    host = instance.host
    room = np.array([pnode.memory_kib - pnode.reserve_kib for pnode in host.pnodes], dtype=np.int64)
    for guest in instance.guests:
        for p, kib in () if guest.has_own_affinity else overhead_shares(guest, host):
            room[p] -= kib
    return room


def free_memory(instance: Instance) -> Resource:
    """Keep the memory of the vnodes on p within its free memory, as the 2013 first-fit sees it."""
    weight = [vnode.memory_kib for guest in instance.guests for vnode in guest.vnodes]
    capacity = np.array([pnode.memory_kib for pnode in instance.host.pnodes], dtype=np.int64)
    return _memory(weight, capacity, with_unplaced_site=True)


def overhead_shares(guest: Guest, host: Host) -> list[tuple[int, int]]:
    """
    Give the overhead of a guest on each pnode of its node affinity, where placer does not write that affinity.

    Returns
    -------
    list of (int, int)
        Position of the pnode and KiB: equal parts, each rounded up to 4 KiB.
    """
    pnodes = overhead_pnodes(guest, host)
    return [(p, whole_pages(-(-guest.overhead_kib // len(pnodes)))) for p in pnodes]


def overhead_pnodes(guest: Guest, host: Host) -> list[int]:
    """
    Find the pnodes, by position, on which Xen spreads the overhead of a guest while it builds the guest.

    They are the pnodes with memory of the node affinity: of the hard affinity within the cpupool, narrowed by the soft
    affinity if the two have a pcpu in common. If no such pnode has memory, all pnodes with memory.
    """
    with_memory = {p for p, pnode in enumerate(host.pnodes) if pnode.memory_kib > 0}
    masks = (*(guest.hard_affinity or ()), *(guest.soft_affinity or ()))
    if not any(masks) and host.effective_pool(guest.pool) is None:
        return sorted(with_memory)
    pool = host.pcpus_of_effective_pool(guest.pool)
    hard = _union(guest.hard_affinity, host) & pool or pool
    pcpus = hard & _union(guest.soft_affinity, host) or hard
    owners = {host.position_of_pcpu[pcpu] for pcpu in pcpus}
    return sorted(owners & with_memory or with_memory)


def _union(masks: tuple[tuple[int, ...] | None, ...] | None, host: Host) -> set[int]:
    if masks is None or None in masks:
        return set(host.position_of_pcpu)
    return {pcpu for mask in masks for pcpu in mask or ()}


def whole_pages(kib: int) -> int:
    """Round up to pages of 4 KiB."""
    return -(-kib // PAGE_KIB) * PAGE_KIB


def _memory(weight: Collection[int], capacity: IntArray, *, with_unplaced_site: bool) -> Resource:
    weights = np.array(list(weight), dtype=np.int64)
    if with_unplaced_site:
        capacity = np.append(capacity, weights.sum())
    return Resource(weight=weights, capacity=capacity, name="memory")
