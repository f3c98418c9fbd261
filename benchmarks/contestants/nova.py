"""
OpenStack nova's placement: the first permutation of host cells that fits, the emptiest cells first.

``numa_fit_instance_to_host`` of nova/virt/hardware.py of nova 34.0.0, reimplemented for placer's guests: shared or
dedicated cpus, no page sizes, no devices. nova's cache of pairs of cells is included; it takes some pairs as fitting or
failing that were never examined. All vnodes of a guest get different cells; distances are ignored. ``python -m
benchmarks.nova_real`` compares this module with nova itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import permutations

from benchmarks.contestants.outcome import Outcome
from placer.instance import Guest, Host, Instance, Placement


@dataclass(frozen=True, kw_only=True)
class HostCell:
    """
    A cell of the host with nova's accounts.

    Parameters
    ----------
    id
        Its number.
    memory, memory_used
        In the same unit as the guest's memory.
    cpus
        Cpus for guests with shared cpus.
    cpu_usage
        Vcpus on these cpus.
    pcpus, free_pcpus
        Cpus for guests with dedicated cpus, and how many of them no vcpu is pinned to.
    """

    id: int
    memory: int
    memory_used: int = 0
    cpus: int = 0
    cpu_usage: int = 0
    pcpus: int = 0
    free_pcpus: int = 0


@dataclass(frozen=True, kw_only=True)
class GuestCell:
    """A vnode: its memory and its numbers of shared and dedicated vcpus."""

    memory: int
    cpus: int = 0
    pcpus: int = 0


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Overcommit ratios of a cell; the defaults are those of nova."""

    cpu: float = 4.0
    memory: float = 1.0


def fit(
    host: Sequence[HostCell],
    guest: Sequence[GuestCell],
    limits: Limits | None,
    *,
    pack: bool = False,
    cached: bool = True,
) -> tuple[int, ...] | None:
    """
    Choose host cells for the guest's cells, in order.

    Parameters
    ----------
    limits
        None for no limits; even then no guest overcommits a cell by itself.
    pack
        ``packing_host_numa_cells_allocation_strategy``: the fullest cells first.
    cached
        Whether to cache pairs of cells, as nova does; False examines every pair.

    Returns
    -------
    tuple of int or None
        The id of the host cell of each guest cell; None where no permutation fits.
    """
    if len(host) < len(guest):
        return None
    cells = list(host)
    if len(host) > len(guest):
        cells.sort(key=lambda cell: cell.memory - cell.memory_used, reverse=not pack)
        if guest[0].pcpus:
            cells.sort(key=lambda cell: cell.free_pcpus, reverse=not pack)
        else:
            cells.sort(key=lambda cell: cell.cpu_usage, reverse=pack)
    tried = _Tried(guest=guest, limits=limits, ids=list(range(len(guest))))
    for chosen in permutations(cells, len(guest)):
        if tried.fits(chosen) if cached else all(map(partial(fits_cell, limits=limits), chosen, guest)):
            return tuple(cell.id for cell in chosen)
    return None


@dataclass
class _Tried:
    """
    nova's cache while it enumerates permutations.

    Keys are the ids of host cell and guest cell. A guest cell that fits takes the id of its host cell, so later pairs
    may be confused.
    """

    guest: Sequence[GuestCell]
    limits: Limits | None
    ids: list[int]
    fitting: set[tuple[int, int]] = field(default_factory=set)
    failed: set[tuple[int, int]] = field(default_factory=set)

    def fits(self, chosen: Sequence[HostCell]) -> bool:
        for v, cell in enumerate(chosen):
            pair = (cell.id, self.ids[v])
            if pair in self.failed:
                return False
            if pair not in self.fitting and not fits_cell(cell, self.guest[v], self.limits):
                self.failed.add(pair)
                return False
            self.fitting.add(pair)
            self.ids[v] = cell.id
        return True


def fits_cell(cell: HostCell, part: GuestCell, limits: Limits | None) -> bool:
    """Tell whether a cell of the guest fits a cell of the host, without the guest's other cells."""
    room = cell.memory - cell.memory_used if part.pcpus else cell.memory
    if part.memory > room or part.cpus > cell.cpus or part.pcpus > cell.free_pcpus:
        return False
    if limits is None or (part.pcpus and not part.cpus):
        return True
    return (
        cell.memory_used + part.memory <= cell.memory * limits.memory
        and cell.cpu_usage + part.cpus <= cell.cpus * limits.cpu
    )


def cells_of(host: Host) -> list[HostCell]:
    """Give the cells of a host, with the accounts of its running guests; all cpus are shared."""
    bound = [0] * len(host.pnodes)
    for domain in host.domains:
        for mask in domain.affinity:
            for p in {host.position_of_pcpu[pcpu] for pcpu in mask or ()}:
                bound[p] += 1
    return [
        HostCell(id=pnode.id, memory=pnode.memory_kib, cpus=len(pnode.pcpus), cpu_usage=used)
        for pnode, used in zip(host.pnodes, bound, strict=True)
    ]


def parts_of(guest: Guest) -> list[GuestCell]:
    """Give the vnodes of a guest as cells with shared cpus."""
    return [GuestCell(memory=vnode.memory_kib, cpus=len(vnode.vcpus)) for vnode in guest.vnodes]


def taken(cells: Sequence[HostCell], chosen: Sequence[int], parts: Sequence[GuestCell]) -> list[HostCell]:
    """Add a placed guest to the accounts of the cells."""
    part_on = dict(zip(chosen, parts, strict=True))
    return [
        replace(c, memory_used=c.memory_used + part_on[c.id].memory, cpu_usage=c.cpu_usage + part_on[c.id].cpus)
        if c.id in part_on
        else c
        for c in cells
    ]


def started(cells: Sequence[HostCell], parts: Sequence[GuestCell]) -> tuple[int, ...] | None:
    """Choose cells for a guest; None also if a chosen cell has too little free memory, as the build would then fail."""
    chosen = fit(cells, parts, Limits())
    left = {cell.id: cell.memory - cell.memory_used for cell in cells}
    fits = chosen is not None and all(part.memory <= left[p] for p, part in zip(chosen, parts, strict=True))
    return chosen if fits else None


def nova(instance: Instance, seed: int) -> Outcome:
    """Place guest after guest with shared cpus."""
    cells = cells_of(instance.host)
    pnode_of: dict[str, tuple[int | None, ...]] = {}
    for guest in instance.guests:
        parts = parts_of(guest)
        chosen = started(cells, parts)
        pnode_of[guest.name] = chosen or (None,) * len(parts)
        cells = taken(cells, chosen, parts) if chosen else cells
    return Outcome(instance=instance, placement=Placement(pnode_of=pnode_of))
