"""The rule about cpupools: a vcpu runs on pcpus of its pnode that are in the cpupool of its guest."""

from __future__ import annotations

from collections.abc import Iterator

from placer.check.positions import Sites
from placer.instance import Guest, Host, format_cpuset


def cpupool(guest: Guest, host: Host, sites: Sites) -> Iterator[str]:
    """
    Each vcpu that its hard mask lets run on the pnode of its vnode can run there within the cpupool of its guest.

    A vcpu without a hard mask may run on any pcpu. A vcpu whose mask has no pcpu of the pnode breaks ``hard_affinity``
    and is left out here.
    """
    name = host.effective_pool(guest.pool)
    if name is None:
        return
    pool = host.pcpus_of_pool[name]
    masks = guest.hard_affinity or (None,) * guest.vcpu_count
    for v, (vnode, p) in enumerate(zip(guest.vnodes, sites, strict=True)):
        here = set(host.pnodes[p].pcpus) if p is not None else set()
        may = {vcpu: here.intersection(mask or here) for vcpu in vnode.vcpus for mask in [masks[vcpu]]}
        stuck = [vcpu for vcpu, pcpus in may.items() if pcpus and pool.isdisjoint(pcpus)]
        if p is not None and stuck:
            there = here & pool
            has = f"only {format_cpuset(there)} of it" if there else "no pcpu of it"
            yield (
                f"vnode {v}: vcpus {format_cpuset(stuck)} run in cpupool {name} (pcpus {format_cpuset(pool)}), "
                f"pnode {host.pnodes[p].id} has {has} for them"
            )
