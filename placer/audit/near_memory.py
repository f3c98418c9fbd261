"""The pnodes that hold the memory of a guest, beside the pcpus that its vcpus are bound to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from placer.audit.expected import Bound, Places, pnodes_of
from placer.formats.xl.list_domains import RunningGuest
from placer.formats.xl.numa_dump import DumpedDomain
from placer.instance import Domain, Host, format_cpuset, format_size


def near_pnodes(guest: RunningGuest, there: DumpedDomain, free_kib: int) -> tuple[Places, ...]:
    """
    Give for each vcpu of a guest the ids of the pnodes with its memory.

    They are the pnode that Xen records for its vnode; without vnodes, all pnodes that hold memory of the guest.

    Parameters
    ----------
    free_kib
        Memory whose pnode Xen chooses, in KiB; a pnode with no more than that does not count, if another has more.
    """
    held = _held(there.memory_kib, free_kib)
    near = [held] * len(guest.domain.affinity)
    if there.pnode_of is not None and guest.vnodes is not None:
        for vnode, pnode in zip(guest.vnodes, there.pnode_of, strict=True):
            for vcpu in vnode.vcpus:
                near[vcpu] = held if pnode is None else frozenset((pnode,))
    return tuple(near)


def affinity_faults(
    domain: Domain, found_kib: Mapping[int, int], free_kib: int, host: Host
) -> tuple[list[str], list[str]]:
    """
    Compare the affinity of a guest that states no pnodes with where its memory lies.

    Parameters
    ----------
    found_kib
        Pnode id -> memory of the guest there, in KiB.
    free_kib
        Memory whose pnode Xen chooses, in KiB.

    Returns
    -------
    memory_faults : list of str
        Memory that no vcpu is bound near, although every vcpu is bound near some of it.
    vcpu_faults : list of str
        Vcpus that are bound to pcpus away from all of it.
    """
    with_pcpus = {pnode.id for pnode in host.pnodes if pnode.pcpus}
    held = _held(found_kib, free_kib) & with_pcpus
    bound: dict[Bound, list[int]] = defaultdict(list)
    for vcpu, mask in enumerate(domain.affinity):
        bound[mask].append(vcpu)
    away = [mask for mask in bound if mask is not None and held and held.isdisjoint(pnodes_of(mask, host))]
    if away:
        return [], [
            f"vcpus {format_cpuset(bound[mask])} may run on pcpus {format_cpuset(mask or ())}, none of them on pnode "
            f"{format_cpuset(held)}, where the memory lies"
            for mask in away
        ]
    near = frozenset().union(*(pnodes_of(mask, host) for mask in bound))
    stray = {pnode: kib for pnode, kib in found_kib.items() if kib and pnode in with_pcpus - near}
    if not bound or sum(stray.values()) <= free_kib:
        return [], []
    where = ", ".join(f"{format_size(kib)} on pnode {pnode}" for pnode, kib in stray.items())
    return [f"memory lies away from pnode {format_cpuset(near)}, to which all its vcpus are bound: {where}"], []


def _held(found_kib: Mapping[int, int], free_kib: int) -> Places:
    much = frozenset(pnode for pnode, kib in found_kib.items() if kib > free_kib)
    return much or frozenset(pnode for pnode, kib in found_kib.items() if kib)
