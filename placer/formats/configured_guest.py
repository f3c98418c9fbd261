"""A placed guest as it is written: parts on one pnode merged, distances as Xen takes them."""

from __future__ import annotations

from dataclasses import dataclass

from placer.formats.base import GuestSource
from placer.instance import Guest, Host

LEAST_REMOTE = 11
"""Linux and Xen ignore a SLIT with an off-diagonal value of 10 or less (Xen arch/x86/srat.c)."""
LARGEST_REMOTE = 254
"""255 means unreachable, and the guest's SLIT holds bytes."""


@dataclass(frozen=True, kw_only=True)
class ConfiguredVnode:
    """
    A vnode as it is written.

    Parameters
    ----------
    memory_kib, vcpus
        As in the guest, or summed over merged parts.
    pnode
        Id of its pnode; None where it has none.
    distances
        To every vnode of the guest, 10 to itself.
    """

    memory_kib: int
    vcpus: tuple[int, ...]
    pnode: int | None
    distances: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class ConfiguredGuest:
    """
    A placed guest as the emitters take it.

    Parameters
    ----------
    guest, host
        As in the instance.
    vnodes
        What is written; one for a guest of form ``whole``.
    memory_kib, maxmem_kib
        What the file says the guest starts with and may grow to; equal unless its file had them differ and
        nobody chose.
    source
        The file the guest came from, None for one from an instance.
    pinned
        Whether its hard affinity is placer's, and no longer what the file says.
    """

    guest: Guest
    host: Host
    vnodes: tuple[ConfiguredVnode, ...]
    memory_kib: int
    maxmem_kib: int
    source: GuestSource | None = None
    pinned: bool = False


def write_vnodes(guest: Guest, host: Host, pnodes: tuple[int | None, ...]) -> tuple[ConfiguredVnode, ...]:
    """
    Merge parts on one pnode and give every vnode its distances.

    Parameters
    ----------
    pnodes
        For each vnode of the guest the id of its pnode, None where it has none.

    Returns
    -------
    tuple of WrittenVnode
        In the order of the guest; merged parts stand where the first of them stood. Distances are the host's
        submatrix, 10 on the diagonal and 11 to 254 off it (the largest finite one where an end has no pnode).
    """
    rows: list[tuple[int, tuple[int, ...], int | None]] = []
    for vnode, pnode in zip(guest.vnodes, pnodes, strict=True):
        i = next((i for i, row in enumerate(rows) if pnode is not None and row[2] == pnode), None)
        if guest.form == "parts" and i is not None:
            memory_kib, vcpus, _ = rows[i]
            rows[i] = (memory_kib + vnode.memory_kib, tuple(sorted(vcpus + vnode.vcpus)), pnode)
        else:
            rows.append((vnode.memory_kib, tuple(sorted(vnode.vcpus)), pnode))
    return tuple(
        ConfiguredVnode(
            memory_kib=memory_kib,
            vcpus=vcpus,
            pnode=pnode,
            distances=tuple(10 if v == w else _remote(host, pnode, rows[w][2]) for w in range(len(rows))),
        )
        for v, (memory_kib, vcpus, pnode) in enumerate(rows)
    )


def soft_affinity_on_pnode(written: ConfiguredGuest) -> list[tuple[int, ...]]:
    """
    Give each vcpu of a placed guest the pcpus of its pnode, or those of them that its own soft affinity names.

    Only pcpus of its cpupool count.
    They are what libxl takes the node affinity of a guest without vnuma from, and so where its memory goes.
    """
    host, guest = written.host, written.guest
    wishes = guest.soft_affinity or [None] * guest.vcpu_count
    masks: dict[int, tuple[int, ...]] = {}
    for vnode in written.vnodes:
        pcpus = next(set(candidate.pcpus) for candidate in host.pnodes if candidate.id == vnode.pnode)
        here = pcpus & host.pcpus_of_effective_pool(guest.pool) or pcpus
        masks |= {vcpu: tuple(sorted(here.intersection(wishes[vcpu] or here) or here)) for vcpu in vnode.vcpus}
    return [masks[vcpu] for vcpu in range(guest.vcpu_count)]


def _remote(host: Host, p: int | None, q: int | None) -> int:
    if p is None or q is None:
        distance = host.largest_distance
    else:
        distance = host.distances[host.position_of[p]][host.position_of[q]]
    return min(max(distance, LEAST_REMOTE), LARGEST_REMOTE)
