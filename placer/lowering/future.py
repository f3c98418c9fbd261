"""The worth of free room to guests expected later, lowered: one function, its docstring the formula."""

from __future__ import annotations

from math import floor

import numpy as np

from placer.assignment import IntArray, ResidualValue
from placer.instance import Guest, Host, Instance, Vnode
from placer.instance.future import FutureCapacity
from placer.lowering.core_pools import running_load
from placer.lowering.pcpus import bound_alone

MILLI = 1000
"""Free pcpus are counted in thousandths, as a limit on vcpus may be any decimal."""


def future_capacity(instance: Instance, *, with_unplaced_site: bool) -> list[ResidualValue]:
    """
    Sum over the pnodes the worth of what is free without the guests less the worth of what they leave free.

    Both by the table of the pnode, over free memory (without reserve, huge pages, and overhead that lies elsewhere than
    its vnodes) and free pcpus (:func:`free_pcpus`).
    """
    future, host = instance.objective.future, instance.host
    if future is None:
        return []
    vnodes = [(guest, vnode) for guest in instance.guests for vnode in guest.vnodes]
    free = np.array(room(host), dtype=np.int64)
    weights = [
        [guest.ordinary_kib(vnode) + guest.overhead_share_kib(vnode) for guest, vnode in vnodes],
        [taken_pcpus(guest, vnode, host) for guest, vnode in vnodes],
    ]
    table_of = np.array(future.table_of, dtype=np.int64)
    term = ResidualValue(
        name="future_capacity",
        weights=np.array(weights, dtype=np.int64).reshape(2, len(vnodes)),
        room=np.pad(free, ((0, 0), (0, with_unplaced_site))),
        steps=np.array([future.memory_step_kib, MILLI * future.pcpu_step], dtype=np.int64),
        tables=_stacked(future),
        table_of=np.pad(table_of, (0, with_unplaced_site), constant_values=-1),
    )
    return [term] if term.largest() else []


def room(host: Host) -> tuple[list[int], list[int]]:
    """Give the free memory of each pnode less its reserve in KiB, and its free pcpus in thousandths."""
    return [pnode.memory_kib - pnode.reserve_kib for pnode in host.pnodes], free_pcpus(host)


def _stacked(future: FutureCapacity) -> IntArray:
    """Give all tables in one array, the smaller ones continued by their last row and column."""
    arrays = [np.array(table, dtype=np.int64) for table in future.tables]
    rows, columns = (max(array.shape[axis] for array in arrays) for axis in (0, 1))
    return np.stack([np.pad(a, ((0, rows - a.shape[0]), (0, columns - a.shape[1])), mode="edge") for a in arrays])


def free_pcpus(host: Host) -> list[int]:
    """
    Give the free pcpus of each pnode without the guests, in thousandths.

    Under a limit on shared vcpus, which may use any pcpu: all pcpus less what running vcpus take. Else the pcpus that
    dedicated vcpus may own.
    """
    if host.overcommit is not None and host.dedicated_pcpus is None:
        running = running_load(host)
        return [MILLI * len(pnode.pcpus) - each_shared(host) * running[p] for p, pnode in enumerate(host.pnodes)]
    occupied = {pcpu for domain in host.domains for pcpu in bound_alone(domain, host)}
    own = set(host.position_of_pcpu if host.dedicated_pcpus is None else host.dedicated_pcpus) - occupied
    return [MILLI * len(own.intersection(pnode.pcpus)) for pnode in host.pnodes]


def taken_pcpus(guest: Guest, vnode: Vnode, host: Host) -> int:
    """Give the pcpus that a vnode takes, in thousandths: shared vcpus take some only where a limit holds for them."""
    dedicated = len(guest.dedicated.intersection(vnode.vcpus))
    shared = len(guest.online.intersection(vnode.vcpus) - guest.dedicated)
    whole = host.threads_per_core if guest.thread_policy == "isolate" else 1
    return MILLI * whole * dedicated + each_shared(host) * shared


def each_shared(host: Host) -> int:
    """Give what a shared vcpu takes, in thousandths of a pcpu, rounded down; 0 where no limit holds for it."""
    limit = host.vcpus_per_pcpu
    return 0 if limit is None or host.dedicated_pcpus is not None else floor(MILLI / limit)
