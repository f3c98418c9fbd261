"""Memory: what each pnode can give, and the overhead that lands beside the guests."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from placer.assignment import IntArray, Resource
from placer.instance import Guest, Host, Instance

PAGE_KIB = 4


def guest_memory(instance: Instance, *, with_unplaced_site: bool) -> Resource:
    """
    Keep the memory of the vnodes on p plus p's share of overhead within its free memory less the reserve.

    Overhead lowers capacities; only that of a guest written whole lies with its vnode.
    """
    host = instance.host
    capacity = np.array([pnode.memory_kib - pnode.reserve_kib for pnode in host.pnodes], dtype=np.int64)
    weight: list[int] = []
    for guest in instance.guests:
        if guest.form == "whole":
            weight.append(guest.memory_kib + whole_pages(guest.overhead_kib))
            continue
        weight += [vnode.memory_kib for vnode in guest.vnodes]
        pnodes = overhead_pnodes(guest, host)
        if pnodes:
            capacity[pnodes] -= whole_pages(-(-guest.overhead_kib // len(pnodes)))
    return _memory(weight, np.maximum(capacity, 0), with_unplaced_site=with_unplaced_site)


def free_memory(instance: Instance) -> Resource:
    """Keep the memory of the vnodes on p within its free memory, as the greedy of 2013 sees it."""
    weight = [vnode.memory_kib for guest in instance.guests for vnode in guest.vnodes]
    capacity = np.array([pnode.memory_kib for pnode in instance.host.pnodes], dtype=np.int64)
    return _memory(weight, capacity, with_unplaced_site=True)


def overhead_pnodes(guest: Guest, host: Host) -> list[int]:
    """
    Find the pnodes, by position, on which Xen spreads a guest's overhead while it builds it.

    They are those with memory among the nodes of its affinity: its hard affinity, narrowed by the soft one where
    the two meet, within the pcpus of its cpupool. Where that names none, all pnodes with memory.
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
