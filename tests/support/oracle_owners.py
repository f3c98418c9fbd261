"""The part of the oracle that knows which pcpus dedicated vcpus own: every choice of them is tried."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import numpy.typing as npt

from placer.instance import Guest, Host, Instance, Placement

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Members = list[tuple[Guest, list[int]]]
"""Each guest with the columns of its vnodes."""
Owners = dict[tuple[str, int], int]


def owners_exist(instance: Instance, members: Members, rows: IntArray) -> BoolArray:
    """Which rows leave each pnode a choice of owners that keeps the rules; every choice is tried."""
    good = np.ones(len(rows), dtype=bool)
    for p in range(len(instance.host.pnodes)):
        for there in np.unique(rows == p, axis=0):
            found = any(
                _owners_keep(instance, _standing(members, there.tolist()), p, owners)
                for owners in _choices(instance, members, p, there.tolist())
            )
            good[((rows == p) == there).all(axis=1)] &= found
    return good


def _choices(instance: Instance, members: Members, p: int, there: list[bool]) -> Iterator[Owners]:
    """Every way to give the dedicated vcpus of a pnode different pcpus, one of those that equal vcpus make of it."""
    groups: dict[object, list[tuple[str, int]]] = {}
    for guest, v in _standing(members, there):
        for vcpu in sorted(guest.dedicated & set(guest.vnodes[v].vcpus)):
            mask = guest.hard_affinity[vcpu] if guest.hard_affinity else None
            groups.setdefault((guest.name, v, mask), []).append((guest.name, vcpu))
    each = list(groups.values())

    def extend(i: int, free: tuple[int, ...]) -> Iterator[Owners]:
        if i == len(each):
            yield {}
            return
        for pcpus in combinations(free, len(each[i])):
            for rest in extend(i + 1, tuple(pcpu for pcpu in free if pcpu not in pcpus)):
                yield dict(zip(each[i], pcpus, strict=True)) | rest

    return extend(0, instance.host.pnodes[p].pcpus)


def _standing(members: Members, there: list[bool]) -> list[tuple[Guest, int]]:
    """The vnodes on a pnode."""
    return [(guest, v) for guest, items in members for v, item in enumerate(items) if there[item]]


def owners_given(instance: Instance, members: Members, placement: Placement, row: IntArray) -> bool:
    """Whether the owners that a placement names keep the rules."""
    named = {
        (name, vcpu): pcpu
        for name, pcpus in placement.pcpu_of.items()
        for vcpu, pcpu in enumerate(pcpus)
        if pcpu is not None
    }
    used = 0
    for p in range(len(instance.host.pnodes)):
        there = (row == p).tolist()
        wanting = {
            (guest.name, vcpu)
            for guest, v in _standing(members, there)
            for vcpu in guest.dedicated & set(guest.vnodes[v].vcpus)
        }
        if not wanting <= named.keys() or not _owners_keep(
            instance, _standing(members, there), p, {key: named[key] for key in wanting}
        ):
            return False
        used += len(wanting)
    return used == len(named)


def _owners_keep(instance: Instance, standing: list[tuple[Guest, int]], p: int, owners: Owners) -> bool:
    """Whether owners on one pnode keep the rules of dedicated and shared vcpus and the thread policies."""
    host, pnode = instance.host, instance.host.pnodes[p]
    cores = [set(core) for core in pnode.cores or [(pcpu,) for pcpu in pnode.pcpus]]
    pools: dict[str | None, set[int]] = {pool.name: set(pool.pcpus) for pool in host.cpupools}
    every = {pcpu for each in host.pnodes for pcpu in each.pcpus}
    bound = set()
    for domain in host.domains:
        pool = pools.get(domain.pool or pool_of_id_0(host), every)
        mays = [set(mask or pool) & pool or pool for mask in domain.affinity]
        bound |= {pcpu for may in mays if len(may) == 1 for pcpu in may}
    own = set(owners.values())
    reserved = set(host.dedicated_pcpus or ())
    ok = len(own) == len(owners) and own <= set(pnode.pcpus) and not own & bound
    ok &= host.dedicated_pcpus is None or own <= reserved
    closed = own | reserved
    for guest, v in standing:
        mine = [owners[guest.name, vcpu] for vcpu in guest.vnodes[v].vcpus if vcpu in guest.dedicated]
        counts = [len(core & set(mine)) for core in cores]
        for vcpu in guest.vnodes[v].vcpus:
            mask = guest.hard_affinity[vcpu] if guest.hard_affinity else None
            may = every if mask is None else set(mask)
            ok &= vcpu not in guest.dedicated or owners[guest.name, vcpu] in may & pools.get(
                guest.pool or pool_of_id_0(host), every
            )
        if guest.thread_policy == "require":
            ok &= counts.count(1) <= 1
        for core in cores if guest.thread_policy == "isolate" else ():
            ok &= not core & set(mine) or (len(core & own) == 1 and not core & bound)
            closed |= core if core & set(mine) else set()
    for guest, v in standing:
        for vcpu in set(guest.vnodes[v].vcpus) - guest.dedicated:
            mask = guest.hard_affinity[vcpu] if guest.hard_affinity else None
            may = pools.get(guest.pool or pool_of_id_0(host), every) & set(pnode.pcpus) & set(mask or every)
            ok &= bool(may - closed)
    return ok


def pool_of_id_0(host: Host) -> str | None:
    """The cpupool of guests that name none: id 0; without ids Pool-0, else the first."""
    ranked = sorted(
        (pool for pool in host.cpupools if pool.id in (0, None)),
        key=lambda pool: (pool.id != 0, pool.name != "Pool-0"),
    )
    return ranked[0].name if ranked else None
