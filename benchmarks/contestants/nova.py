"""
OpenStack nova's placement: the first permutation of host cells that fits, the emptiest cells first.

``numa_fit_instance_to_host`` of nova/virt/hardware.py of nova's master, restated for what placer's guests have: shared
or dedicated cpus, no page sizes, no devices; and without its cache of fits, which takes some pairs never checked as
fitting. Each vnode gets a cell of its own; no distance is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import permutations

from benchmarks.contestants.outcome import Outcome
from placer.instance import Instance, Placement


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
    host: Sequence[HostCell], guest: Sequence[GuestCell], limits: Limits | None, *, pack: bool = False
) -> tuple[int, ...] | None:
    """
    Choose host cells for the guest's cells, in order.

    Parameters
    ----------
    limits
        None: no limit but that a guest does not overcommit against itself.
    pack
        ``packing_host_numa_cells_allocation_strategy``: the fullest cells first.

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
    for chosen in permutations(cells, len(guest)):
        if all(fits_cell(cell, part, limits) for cell, part in zip(chosen, guest, strict=True)):
            return tuple(cell.id for cell in chosen)
    return None


def fits_cell(cell: HostCell, part: GuestCell, limits: Limits | None) -> bool:
    """Whether one cell of the guest fits one of the host, the guest's other cells left aside."""
    if part.memory > cell.memory or part.cpus > cell.cpus or part.pcpus > cell.free_pcpus:
        return False
    if limits is None:
        return True
    return (
        cell.memory_used + part.memory <= cell.memory * limits.memory
        and cell.cpu_usage + part.cpus <= cell.cpus * limits.cpu
    )


def nova(instance: Instance, seed: int) -> Outcome:
    """Place guest after guest with shared cpus, and account for each."""
    host = instance.host
    bound = [0] * len(host.pnodes)
    for domain in host.domains:
        for mask in domain.affinity:
            for p in {host.position_of_pcpu[pcpu] for pcpu in mask or ()}:
                bound[p] += 1
    cells = [
        HostCell(id=pnode.id, memory=pnode.memory_kib, cpus=len(pnode.pcpus), cpu_usage=used)
        for pnode, used in zip(host.pnodes, bound, strict=True)
    ]
    pnode_of: dict[str, tuple[int | None, ...]] = {}
    for guest in instance.guests:
        parts = [GuestCell(memory=vnode.memory_kib, cpus=len(vnode.vcpus)) for vnode in guest.vnodes]
        chosen = fit(cells, parts, Limits())
        pnode_of[guest.name] = chosen if chosen is not None else (None,) * len(parts)
        for pnode, part in zip(chosen or (), parts, strict=False):
            p = host.position_of[pnode]
            used = {"memory_used": cells[p].memory_used + part.memory, "cpu_usage": cells[p].cpu_usage + part.cpus}
            cells[p] = replace(cells[p], **used)
    return Outcome(instance=instance, placement=Placement(pnode_of=pnode_of))
