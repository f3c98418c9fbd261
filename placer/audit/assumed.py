"""Where the memory of running domains is taken to lie while nobody has asked Xen for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from placer.audit.expected import pnodes_of
from placer.formats.xl.list_domains import RunningGuest
from placer.formats.xl.numa_dump import PAGE_KIB, DumpedDomain, NumaDump
from placer.instance import Domain, Host


def assumed_dump(host: Host, guests: Sequence[RunningGuest], memory_kib: Mapping[int, int]) -> NumaDump:
    """
    Take the memory of each domain to lie where it was meant to be.

    That of a guest with vnuma on the pnodes of its vnodes; that of another domain in equal parts on the pnodes that its
    vcpus are bound to, which libxl's own placement binds them to as well.

    Parameters
    ----------
    host
        With its domains.
    guests
        Those with a configuration.
    memory_kib
        Domid -> all memory of the domain, in KiB; 0 for a domain that is not there.
    """
    vnodes_of = {guest.domain.domid: guest.vnodes for guest in guests}
    domains = {}
    for domain in host.domains:
        if domain.domid is None:
            continue
        held = dict.fromkeys(host.position_of, 0)
        vnodes = vnodes_of.get(domain.domid)
        if vnodes and all(vnode.pnode is not None for vnode in vnodes):
            for vnode in vnodes:
                held[vnode.pnode or 0] += vnode.memory_kib
        else:
            held |= _parts(memory_kib.get(domain.domid, 0), sorted(_pnodes(domain, host)))
        domains[domain.domid] = DumpedDomain(domid=domain.domid, memory_kib=held, pnode_of=None)
    return NumaDump(free_kib={pnode.id: pnode.memory_kib for pnode in host.pnodes}, domains=domains)


def _pnodes(domain: Domain, host: Host) -> frozenset[int]:
    pool = host.pcpus_of_effective_pool(domain.pool)
    masks = {tuple(pool.intersection(mask or pool) or pool) for mask in domain.affinity} or {tuple(pool)}
    return frozenset().union(*(pnodes_of(mask, host) for mask in masks))


def _parts(kib: int, pnodes: Sequence[int]) -> dict[int, int]:
    """Divide memory into equal parts of whole pages; what is left over is on the first."""
    if not pnodes:
        return {}
    each = kib // len(pnodes) // PAGE_KIB * PAGE_KIB
    return {pnode: each + (kib - each * len(pnodes) if i == 0 else 0) for i, pnode in enumerate(pnodes)}
