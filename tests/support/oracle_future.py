"""The worth of free room to expected guests as the oracle prices it: pnode by pnode, from exact fractions."""

from __future__ import annotations

from fractions import Fraction
from math import floor

import numpy as np
import numpy.typing as npt

from placer.instance import Guest, Host, Instance, Vnode

IntArray = npt.NDArray[np.int64]


def future_rows(instance: Instance, rows: IntArray, needs: list[int]) -> IntArray:
    """
    Price each row; ``needs`` has the memory that each vnode takes of its pnode.

    Every distinct load of a pnode is looked up once.
    """
    future, host = instance.objective.future, instance.host
    total = np.zeros(len(rows), dtype=np.int64)
    if future is None:
        return total
    widths = [_width(guest, vnode, host) for guest in instance.guests for vnode in guest.vnodes]
    for p, pnode in enumerate(host.pnodes):
        table = future.tables[future.table_of[p]]
        kib, pcpus = pnode.memory_kib - pnode.reserve_kib, _idle(host, p)

        def worth(taken: int, wide: int, table=table, kib=kib, pcpus=pcpus) -> int:  # type: ignore[no-untyped-def]
            i = min(floor(Fraction(max(kib - taken, 0), future.memory_step_kib)), len(table) - 1)
            j = min(floor(Fraction(max(pcpus - wide, 0), 1000 * future.pcpu_step)), len(table[i]) - 1)
            return int(table[i][j])

        here = rows == p
        loads = np.stack([(here * np.array(each)).sum(axis=1) for each in (needs, widths)], axis=1)
        known = {(t, w): worth(0, 0) - worth(t, w) for t, w in set(map(tuple, loads.tolist()))}
        total += np.array([known[t, w] for t, w in loads.tolist()], dtype=np.int64)
    return total


def _limit(host: Host) -> Fraction | None:
    """How many vcpus share a pcpu, where shared vcpus may run on all of them."""
    return None if host.overcommit is None or host.dedicated_pcpus is not None else Fraction(repr(host.overcommit))


def _width(guest: Guest, vnode: Vnode, host: Host) -> int:
    """Thousandths of pcpus that a vnode takes."""
    limit, own = _limit(host), [vcpu for vcpu in vnode.vcpus if vcpu in guest.dedicated]
    smt = max(len(core) for pnode in host.pnodes for core in pnode.cores or [(0,)])
    taken = 1000 * len(own) * (smt if guest.thread_policy == "isolate" else 1)
    if limit is not None:
        awake = [c for c in vnode.vcpus if guest.online_vcpus is None or c in guest.online_vcpus]
        taken += len([c for c in awake if c not in own]) * floor(1000 / limit)
    return taken


def _idle(host: Host, p: int) -> int:
    """Thousandths of pcpus that a pnode has without the guests."""
    from tests.support.oracle import _masks_awake, _part, _pool_of  # the oracle imports this module

    limit, here = _limit(host), host.pnodes[p].pcpus
    masks = [(mask, _pool_of(domain, host)[1]) for domain in host.domains for mask in domain.affinity]
    if limit is not None:
        awake = [(mask, _pool_of(domain, host)[1]) for domain in host.domains for mask in _masks_awake(domain)]
        load = floor(sum(_part(mask, p, pool, host) for mask, pool in awake))
        return 1000 * len(here) - load * floor(1000 / limit)
    bound = set()
    for mask, pool in masks:
        may = [pcpu for pcpu in pool if mask is None or pcpu in mask] or list(pool)
        bound |= set(may) if len(may) == 1 else set()
    return 1000 * len(
        [c for c in here if c not in bound and (host.dedicated_pcpus is None or c in host.dedicated_pcpus)]
    )
