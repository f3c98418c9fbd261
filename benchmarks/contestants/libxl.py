"""
libxl's automatic placement: the fewest pnodes that suffice, then the fewest runnable vcpus, then the most memory.

Reimplemented from tools/libs/light/libxl_numa.c (``libxl__get_numa_candidates``) and libxl_dom.c
(``numa_place_domain``, ``numa_cmpf``) of Xen's master of August 2026. libxl places whole domains, so the guest has no
vnodes here, and ignores distances.
"""

from __future__ import annotations

from itertools import combinations

from benchmarks.contestants.outcome import Lies, Outcome, restated, running_vcpus, spread_vcpus, stripe
from placer.instance import Guest, Host, Instance

MOST_NODES = 16
"""libxl places no domain on a host with more pnodes."""


def libxl(instance: Instance, seed: int) -> Outcome:
    """Place guest after guest; memory is striped over the chosen pnodes, vcpus may run on all of their pcpus."""
    host = instance.host
    free = [pnode.memory_kib for pnode in host.pnodes]
    runnable = running_vcpus(host)
    lies: list[Lies | None] = []
    for guest in instance.guests:
        chosen = candidate(host, guest, free, runnable)
        nodes = list(chosen) if chosen else list(range(len(free)))
        taken = stripe(guest.memory_kib, free, nodes)
        if taken is None:
            lies.append(None)
            continue
        vcpus = spread_vcpus(guest.vcpu_count, host, nodes)
        for p in nodes:
            runnable[p] += guest.vcpu_count if host.pnodes[p].pcpus else 0
        lies.append({p: (taken.get(p, 0), vcpus.get(p, 0)) for p in sorted({*taken, *vcpus})})
    return restated(instance, lies)


def candidate(host: Host, guest: Guest, free: list[int], runnable: list[int]) -> tuple[int, ...] | None:
    """Choose positions of pnodes; None if no set of pnodes suffices, or libxl would not choose."""
    suitable = [p for p, pnode in enumerate(host.pnodes) if pnode.pcpus]
    if not 1 < len(host.pnodes) <= MOST_NODES:
        return None
    widths = {len(host.pnodes[p].pcpus) for p in suitable}
    fewest = -(-guest.vcpu_count // widths.pop()) if len(widths) == 1 else 1
    need = needed_kib(guest)
    for k in range(max(1, fewest), len(suitable) + 1):
        enough = [
            nodes
            for nodes in combinations(suitable, k)
            if sum(free[p] for p in nodes) >= need and sum(len(host.pnodes[p].pcpus) for p in nodes) >= guest.vcpu_count
        ]
        if enough:
            return min(enough, key=lambda nodes: (sum(runnable[p] for p in nodes), -sum(free[p] for p in nodes)))
    return None


def needed_kib(guest: Guest) -> int:
    """
    Add paging pool and 2 MiB to the memory, rounded up to a multiple of 2 MiB (``libxl__domain_need_memory``).

    Examples
    --------
    >>> from placer.instance import Vnode
    >>> needed_kib(Guest(name="db", vnodes=(Vnode(memory_kib=16 * 1024**2, vcpus=tuple(range(8))),)))
    16852992
    """
    paging = 4 * (256 * guest.vcpu_count + guest.memory_kib // 1024)
    return -(-(guest.memory_kib + paging + 2048) // 2048) * 2048
