"""The pnodes that a running guest was meant for, by a plan or by the configuration it was started with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from placer.formats.xl.list_domains import RunningGuest
from placer.instance import Host, Vnode, format_size
from placer.instance.set_spare import EXTENT_KIB, GIB_KIB, WHOLE_GIB_FROM_KIB

Bound = tuple[int, ...] | None
"""The pcpus that a vcpu may run on; None for all."""
Places = frozenset[int]
"""Ids of pnodes."""
FEW_PAGES_KIB = 1024
"""Beyond an extent of 2 MiB, parts of a set differ by crumbs and special pages; chosen above all that was seen."""


@dataclass(frozen=True, kw_only=True)
class ExpectedLayout:
    """
    The pnodes that the memory and the vcpus of a guest were meant for.

    Parameters
    ----------
    pnode_of
        For each vnode the id of its pnode; None for a guest without vnodes.
    memory_kib
        Pnode id -> memory of the guest there, in KiB; None where the memory may lie on any of several pnodes.
    pnodes
        Ids of the pnodes for the memory.
    pnodes_of
        For each vcpu the ids of its pnodes.
    """

    pnode_of: tuple[int, ...] | None
    memory_kib: dict[int, int] | None
    pnodes: Places
    pnodes_of: tuple[Places, ...]

    def misplaced_kib(self, found_kib: dict[int, int]) -> dict[int, int]:
        """
        Give the memory on each pnode beyond the expected amount, which another pnode lacks or was meant for none.

        What a guest holds besides on pnodes that it was meant for is not misplaced: a QEMU holds more than its guest.

        Parameters
        ----------
        found_kib
            Pnode id -> memory of the guest there, in KiB.

        Returns
        -------
        dict
            Pnode id -> excess in KiB, where there is any.
        """
        if self.memory_kib is None:
            return {pnode: kib for pnode, kib in found_kib.items() if kib and pnode not in self.pnodes}
        over = {pnode: kib - self.memory_kib.get(pnode, 0) for pnode, kib in found_kib.items()}
        lacking = sum(max(0, kib - found_kib.get(pnode, 0)) for pnode, kib in self.memory_kib.items())
        most = {pnode: min(kib, lacking) if self.memory_kib.get(pnode) else kib for pnode, kib in over.items()}
        return {pnode: kib for pnode, kib in most.items() if kib > 0}


def expected_by_config(guest: RunningGuest, host: Host) -> ExpectedLayout:
    """Derive the expected layout from the configuration of a guest: from its vnodes, or else from its affinity."""
    if guest.vnodes is not None:
        return _of_vnodes(guest.vnodes, [vnode.pnode for vnode in guest.vnodes if vnode.pnode is not None])
    pool = host.pcpus_of_effective_pool(guest.domain.pool)
    pooled = host.effective_pool(guest.domain.pool) is not None and bool(pool)
    everywhere = pnodes_of(tuple(pool), host) if pooled else frozenset(host.position_of)
    masks = set(guest.stated or (None,))
    places = [everywhere if mask is None else pnodes_of(tuple(pool.intersection(mask) or mask), host) for mask in masks]
    return _of_whole(guest, frozenset().union(*places))


def expected_by_plan(
    guest: RunningGuest, planned: tuple[int | None, ...], host: Host, *, spread: bool = False
) -> tuple[ExpectedLayout, list[str]]:
    """
    Derive the expected layout of a guest from a plan.

    Parameters
    ----------
    planned
        For each vnode of the plan the id of its pnode, or None.
    spread
        Whether the plan spreads the guest over a set of these pnodes, without vnuma.

    Returns
    -------
    layout : ExpectedLayout
    faults : list of str
        Contradictions between the vnodes of the plan and of the guest, a sentence each.
    """
    pnodes = [pnode for pnode in planned if pnode is not None]
    if len(pnodes) < len(planned):
        fault = "runs, although the plan leaves some of its vnodes without a pnode"
        return _of_whole(guest, frozenset(pnodes or host.position_of)), [fault]
    merged = list(dict.fromkeys(pnodes))  # vnodes that placer cut are written as one where they share a pnode
    if guest.vnodes is None:
        faults = [] if len(merged) == 1 or spread else [f"runs without vnodes, the plan has {len(pnodes)}"]
        return _of_whole(guest, frozenset(pnodes)), faults
    if spread:
        fault = f"runs with {len(guest.vnodes)} vnodes, the plan spreads it over a set without vnuma"
        return _of_whole(guest, frozenset(pnodes)), [fault]
    for written in (pnodes, merged):
        if len(written) == len(guest.vnodes):
            return _of_vnodes(guest.vnodes, written), []
    fault = f"runs with {len(guest.vnodes)} vnodes, the plan has {len(pnodes)}"
    return _of_whole(guest, frozenset(pnodes)), [fault]


def set_faults(pnodes: Places, found_kib: Mapping[int, int]) -> list[str]:
    """
    Name the pnodes of a planned set that hold less than their part of what a guest has.

    Parts differ by an extent of 2 MiB and a few pages, and by up to a GiB where Xen asks for whole GiB
    (benchmarks/xen_sets.md).

    Parameters
    ----------
    pnodes
        Ids of the pnodes of the set.
    found_kib
        Pnode id -> memory of the guest there, in KiB.
    """
    held = sum(found_kib.values())
    even = held // len(pnodes)
    uneven = EXTENT_KIB + FEW_PAGES_KIB + (GIB_KIB if held >= min(WHOLE_GIB_FROM_KIB.values()) else 0)
    return [
        f"holds {format_size(found_kib.get(pnode, 0))} on pnode {pnode} of its set, meant for about {format_size(even)}"
        for pnode in sorted(pnodes)
        if found_kib.get(pnode, 0) < even - uneven
    ]


def pnodes_of(mask: Bound, host: Host) -> Places:
    """Give the ids of the pnodes with pcpus of a mask; of all pnodes with pcpus for None."""
    if mask is None:
        return frozenset(pnode.id for pnode in host.pnodes if pnode.pcpus)
    return host.pnodes_of_pcpus(mask)


def _of_whole(guest: RunningGuest, pnodes: Places) -> ExpectedLayout:
    """Give the layout of a guest without vnodes: its memory and all vcpus have the same pnodes."""
    memory_kib = dict.fromkeys(pnodes, guest.memory_kib) if len(pnodes) == 1 else None
    return ExpectedLayout(
        pnode_of=None, memory_kib=memory_kib, pnodes=pnodes, pnodes_of=(pnodes,) * len(guest.domain.affinity)
    )


def _of_vnodes(vnodes: tuple[Vnode, ...], pnodes: list[int]) -> ExpectedLayout:
    """Give the layout of a guest whose vnodes have these pnodes, in their order."""
    memory_kib = dict.fromkeys(pnodes, 0)
    pnodes_of_vcpu: dict[int, Places] = {}
    for vnode, pnode in zip(vnodes, pnodes, strict=True):
        memory_kib[pnode] += vnode.memory_kib
        pnodes_of_vcpu.update(dict.fromkeys(vnode.vcpus, frozenset((pnode,))))
    return ExpectedLayout(
        pnode_of=tuple(pnodes),
        memory_kib=memory_kib,
        pnodes=frozenset(pnodes),
        pnodes_of=tuple(pnodes_of_vcpu[vcpu] for vcpu in sorted(pnodes_of_vcpu)),
    )
