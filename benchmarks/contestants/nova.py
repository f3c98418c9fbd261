"""
OpenStack nova's placement: the first permutation of host cells that fits, the emptiest cells first.

``numa_fit_instance_to_host`` of nova/virt/hardware.py of nova 34.0.0, restated for what placer's guests have: shared or
dedicated cpus, no page sizes, no devices; its memory of what fits included, which takes some pairs as fitting or as
failing that were never looked at. Each vnode gets a cell of its own; no distance is looked at. ``python -m
benchmarks.nova_real`` holds this against nova itself.
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
    A cell of the host as nova keeps account of it.

    Parameters
    ----------
    id
        Its number.
    memory, memory_used
        In one unit with the guest's.
    cpus
        Cpus for guests with shared cpus.
    cpu_usage
        Vcpus on them.
    pcpus, free_pcpus
        Cpus for guests with dedicated cpus, and how many of them are not pinned to.
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
    """Memory, shared and dedicated vcpus of a vnode."""

    memory: int
    cpus: int = 0
    pcpus: int = 0


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How far a cell may be overcommitted; the ratios that nova starts a host with."""

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
        None: no limit but that a guest does not overcommit against itself.
    pack
        ``packing_host_numa_cells_allocation_strategy``: the fullest cells first.
    cached
        As nova does, remember what fits; False: look at every pair anew.

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
    What nova remembers while it goes through the permutations.

    Pairs of host cell and guest cell by their ids; but a guest cell that fits takes the host cell's id, so that later
    pairs may be taken for others.
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
    """Whether one cell of the guest fits one of the host, the guest's other cells left aside."""
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
    """Take account of what runs on a host, its cpus shared."""
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
    """Take a guest's vnodes as cells with shared cpus."""
    return [GuestCell(memory=vnode.memory_kib, cpus=len(vnode.vcpus)) for vnode in guest.vnodes]


def taken(cells: Sequence[HostCell], chosen: Sequence[int], parts: Sequence[GuestCell]) -> list[HostCell]:
    """Account for a guest."""
    part_on = dict(zip(chosen, parts, strict=True))
    return [
        replace(c, memory_used=c.memory_used + part_on[c.id].memory, cpu_usage=c.cpu_usage + part_on[c.id].cpus)
        if c.id in part_on
        else c
        for c in cells
    ]


def started(cells: Sequence[HostCell], parts: Sequence[GuestCell]) -> tuple[int, ...] | None:
    """Choose cells for a guest; None also where its memory, bound to them, would not be there when it is built."""
    chosen = fit(cells, parts, Limits())
    left = {cell.id: cell.memory - cell.memory_used for cell in cells}
    fits = chosen is not None and all(part.memory <= left[p] for p, part in zip(chosen, parts, strict=True))
    return chosen if fits else None


def nova(instance: Instance, seed: int) -> Outcome:
    """Place guest after guest with shared cpus, and account for each."""
    cells = cells_of(instance.host)
    pnode_of: dict[str, tuple[int | None, ...]] = {}
    for guest in instance.guests:
        parts = parts_of(guest)
        chosen = started(cells, parts)
        pnode_of[guest.name] = chosen or (None,) * len(parts)
        cells = taken(cells, chosen, parts) if chosen else cells
    return Outcome(instance=instance, placement=Placement(pnode_of=pnode_of))
