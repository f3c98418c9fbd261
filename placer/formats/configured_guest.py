"""A placed guest as the emitters write it: parts on one pnode merged, distances in the range that Xen accepts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from placer.formats.base import GuestSource
from placer.instance import LOCAL_DISTANCE, REMOTE_DISTANCE, UNREACHABLE, Guest, Host, Topology

LEAST_REMOTE = 11
"""Linux and Xen ignore a SLIT with an off-diagonal value of 10 or less (Xen arch/x86/srat.c)."""
LARGEST_REMOTE = 254
"""255 means unreachable, and the guest's SLIT holds bytes."""


@dataclass(frozen=True, kw_only=True)
class ConfiguredVnode:
    """
    A vnode as the emitters write it.

    Parameters
    ----------
    memory_kib, vcpus
        Memory in KiB and ids of the vcpus, as in the guest, or of all merged parts together.
    pnode
        Id of its pnode; None where it has none.
    homes
        For each vcpu the id of the pnode on which it runs; None for all of them on ``pnode``.
    distances
        Distance to every vnode of the guest, in their order; 10 to itself.
    page_size
        Size of its huge pages, in KiB; None for ordinary memory.
    """

    memory_kib: int
    vcpus: tuple[int, ...]
    pnode: int | None
    distances: tuple[int, ...]
    homes: tuple[int | None, ...] | None = None
    page_size: int | None = None

    @property
    def home_of(self) -> dict[int, int | None]:
        """Vcpu -> the id of the pnode on which it runs."""
        return dict(zip(self.vcpus, self.homes or (self.pnode,) * len(self.vcpus), strict=True))


@dataclass(frozen=True, kw_only=True)
class ConfiguredGuest:
    """
    A placed guest, as the emitters expect it.

    Parameters
    ----------
    guest, host
        As in the instance.
    vnodes
        The vnodes to write; exactly one for a guest of form ``whole``.
    memory_kib, maxmem_kib
        Memory that the guest starts with, and memory that it may grow to, in KiB. They differ only where the guest's
        file has them differ and ``--memory`` chose neither.
    source
        The file the guest came from; None for a guest of an instance.
    pinned
        Whether placer has replaced the hard affinity of the guest's file by its own.
    """

    guest: Guest
    host: Host
    vnodes: tuple[ConfiguredVnode, ...]
    memory_kib: int
    maxmem_kib: int
    source: GuestSource | None = None
    pinned: bool = False

    @property
    def without_vnuma(self) -> bool:
        """Whether it is written without vnuma: whole on one pnode, or spread over a set of pnodes."""
        return self.guest.has_own_affinity

    @property
    def topology(self) -> Topology | None:
        """Sockets, cores and threads to write: those of the guest, but no socket in two vnodes that placer cut."""
        stated = self.guest.topology
        if stated is None or self.guest.form != "parts":
            return stated
        vnode_of = {vcpu: v for v, vnode in enumerate(self.vnodes) for vcpu in vnode.vcpus}
        return stated.fitted([vnode_of[vcpu] for vcpu in range(self.guest.vcpu_count)])

    @property
    def pnodes(self) -> tuple[int, ...]:
        """Ids of the pnodes that hold its memory, ascending."""
        holding = [vnode for vnode in self.vnodes if vnode.memory_kib]
        return tuple(sorted({vnode.pnode for vnode in holding if vnode.pnode is not None}))


@dataclass
class _Row:
    """A vnode as it is gathered: its memory in KiB, the pnode of each vcpu, its pnode and page size."""

    memory_kib: int
    homes: dict[int, int | None]
    pnode: int | None
    page_size: int | None


def write_vnodes(guest: Guest, host: Host, pnodes: tuple[int | None, ...]) -> tuple[ConfiguredVnode, ...]:
    """
    Merge parts on one pnode and give every vnode its distances.

    Parameters
    ----------
    guest
        The guest; only vnodes of a guest of form ``parts`` are merged.
    host
        The host, for its distances.
    pnodes
        For each vnode of the guest the id of its pnode, None where it has none.

    Returns
    -------
    tuple of ConfiguredVnode
        In the order of the guest; a merged vnode stands where its first part stood, and the vcpus of a vnode with
        ``vcpus_of`` stand in the vnode that it names. Vnodes with ``memory_of`` are left out. Distances are those of
        the host between the vnodes' pnodes, brought into the range 11 to 254, and 10 on the diagonal. Where a vnode has
        no pnode the host's largest finite distance is taken. A vnode without memory and vcpus lies nowhere: its
        distances are those that the guest asks for, or 20, as Linux and libvirt take where none are stated.
    """
    rows: list[_Row] = []
    row_of: list[int] = []
    for vnode, pnode in zip(guest.vnodes, pnodes, strict=True):
        if vnode.memory_of is not None:
            continue
        homes: dict[int, int | None] = dict.fromkeys(vnode.vcpus, pnode)
        if vnode.vcpus_of is not None:
            rows[row_of[vnode.vcpus_of]].homes.update(homes)
            continue
        i = next((i for i, row in enumerate(rows) if pnode is not None and row.pnode == pnode), None)
        if guest.form == "parts" and i is not None:
            rows[i].memory_kib += vnode.memory_kib
            rows[i].homes.update(homes)
        else:
            i = len(rows)
            rows.append(_Row(vnode.memory_kib, homes, pnode, guest.page_size_of(vnode)))
        row_of.append(i)

    def distance(v: int, w: int) -> int:
        if v == w:
            return LOCAL_DISTANCE
        if any(not rows[end].memory_kib and not rows[end].homes for end in (v, w)):
            return min(max(guest.vdistances[v][w], LEAST_REMOTE), UNREACHABLE) if guest.vdistances else REMOTE_DISTANCE
        return _remote(host, rows[v].pnode, rows[w].pnode)

    return tuple(
        ConfiguredVnode(
            memory_kib=row.memory_kib,
            vcpus=tuple(sorted(row.homes)),
            pnode=row.pnode,
            distances=tuple(distance(v, w) for w in range(len(rows))),
            page_size=row.page_size,
            homes=None
            if set(row.homes.values()) <= {row.pnode}
            else tuple(row.homes[vcpu] for vcpu in sorted(row.homes)),
        )
        for v, row in enumerate(rows)
    )


def soft_affinity_on_pnode(written: ConfiguredGuest) -> list[tuple[int, ...]]:
    """
    Give the soft affinity that keeps each vcpu of a placed guest on its pnode, or on the pnodes of its set.

    libxl derives the node affinity of a guest without vnuma from this soft affinity, and Xen allocates the guest's
    memory by node affinity.

    Returns
    -------
    list of tuple of int
        For each vcpu ids of pcpus of its pnode, or of all pnodes of its set: only pcpus of the guest's cpupool where
        there are some, and of these only pcpus of the vcpu's own soft affinity where it names some. Of a set for whose
        pnodes no vcpu wishes own soft affinity is left out, as :func:`narrows_set` says.
    """
    host, guest = written.host, written.guest
    none = (None,) * guest.vcpu_count
    own = none if narrows_set(guest, host, written.pnodes) else guest.soft_affinity or none
    masks: dict[int, tuple[int, ...]] = {}
    for vnode in written.vnodes:
        pcpus = set(pcpus_of_vnode(written, vnode))
        here = pcpus & host.pcpus_of_effective_pool(guest.pool) or pcpus
        masks |= {vcpu: tuple(sorted(here.intersection(own[vcpu] or here) or here)) for vcpu in vnode.vcpus}
    return [masks[vcpu] for vcpu in range(guest.vcpu_count)]


def narrows_set(guest: Guest, host: Host, pnodes: Iterable[int | None]) -> bool:
    """
    Tell whether a guest's own soft affinity leaves out a pnode of its set.

    Xen would put no memory there: it allocates on the pnodes of the pcpus that vcpus would rather run on, in all.
    """
    if guest.form != "set" or guest.soft_affinity is None or None in guest.soft_affinity:
        return False
    wished = host.pnodes_of_pcpus(pcpu for mask in guest.soft_affinity for pcpu in mask or ())
    places = {pnode for pnode in pnodes if pnode is not None}
    return bool(wished & places) and not places <= wished


def pcpus_of_vnode(written: ConfiguredGuest, vnode: ConfiguredVnode, vcpu: int | None = None) -> tuple[int, ...]:
    """
    Give the pcpus that the vcpus of a vnode, or one of them, may run on.

    They are those of its pnode, or of all pnodes of the guest's set; or, of vcpus apart from their memory, those of the
    pnodes on which these are.
    """
    home = set(written.pnodes) if written.guest.form == "set" else {vnode.pnode}
    if vnode.homes is not None:
        home = set(vnode.homes) if vcpu is None else {vnode.home_of[vcpu]}
    return tuple(sorted(pcpu for pnode in written.host.pnodes if pnode.id in home for pcpu in pnode.pcpus))


def _remote(host: Host, p: int | None, q: int | None) -> int:
    if p is None or q is None:
        distance = host.largest_distance
    else:
        distance = host.distances[host.position_of[p]][host.position_of[q]]
    return min(max(distance, LEAST_REMOTE), LARGEST_REMOTE)
