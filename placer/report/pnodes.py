"""The table of pnodes: memory and vcpus before and after a placement."""

from __future__ import annotations

from dataclasses import dataclass

from placer.check.positions import positions
from placer.check.rules import charge, overhead_shares
from placer.check.running import running_vcpus
from placer.formats.configured_guest import write_vnodes
from placer.instance import Instance, Placement, format_size
from placer.report.tables import table

COLUMNS = (
    ">pnode", ">free before", ">placed", ">overhead", ">free after", ">reserve", ">vnodes", ">vcpus", ">running",
    ">cores", ">pcpus", ">vcpus : pcpus",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class PnodeFigures:
    """
    Memory and vcpus of a pnode before and after a placement; memory in KiB, without huge pages.

    Parameters
    ----------
    placed_kib
        The memory of the vnodes on it.
    overhead_kib
        What the guests need there besides their own memory.
    free_kib
        What is left of its free memory, its reserve included; 0 where more is placed than there is.
    vnodes, vcpus
        Numbers of the vnodes on it, as they are written, and of their vcpus that are online.
    running
        The vcpus of running domains: one that may run on k pnodes counts 1/k on each, and the sum is rounded down.
    """

    placed_kib: int
    overhead_kib: int
    free_kib: int
    vnodes: int
    vcpus: int
    running: int


def pnode_figures(instance: Instance, placement: Placement) -> list[PnodeFigures]:
    """Give the figures of each pnode, by position."""
    host, where = instance.host, positions(instance, placement)
    overhead, running = overhead_shares(instance), running_vcpus(host)
    placed, vnodes, vcpus = ([0] * len(host.pnodes) for _ in range(3))
    for guest in instance.guests:
        for vnode, p in zip(guest.vnodes, where[guest.name], strict=True):
            if p is not None:
                placed[p] += guest.ordinary_kib(vnode)
                overhead[p] += charge(guest, vnode) - guest.ordinary_kib(vnode)
                vcpus[p] += guest.online_on(vnode)
        for written in write_vnodes(guest, host, placement.pnode_of[guest.name]):
            if written.pnode is not None:
                vnodes[host.position_of[written.pnode]] += 1
    return [
        PnodeFigures(
            placed_kib=placed[p],
            overhead_kib=overhead[p],
            free_kib=max(0, pnode.memory_kib - placed[p] - overhead[p]),
            vnodes=vnodes[p],
            vcpus=vcpus[p],
            running=running[p],
        )
        for p, pnode in enumerate(host.pnodes)
    ]


def pnode_rows(instance: Instance, placement: Placement) -> list[tuple[object, ...]]:
    """Give the cells below :data:`COLUMNS` of each pnode."""
    return [
        (
            pnode.id,
            format_size(pnode.memory_kib),
            format_size(of.placed_kib),
            format_size(of.overhead_kib),
            format_size(of.free_kib),
            format_size(pnode.reserve_kib),
            of.vnodes,
            of.vcpus,
            of.running,
            pnode.core_count,
            len(pnode.pcpus),
            (of.vcpus + of.running) / len(pnode.pcpus) if pnode.pcpus else None,
        )
        for pnode, of in zip(instance.host.pnodes, pnode_figures(instance, placement), strict=True)
    ]


def pnode_table(instance: Instance, placement: Placement, *, colour: bool = False) -> str:
    """
    Write a row for each pnode, without memory in huge pages (:mod:`placer.report.huge_pages`).

    ``overhead`` and ``running`` are those of :class:`PnodeFigures`, and the last column has all vcpus for each pcpu.
    """
    return table("Pnodes", COLUMNS, pnode_rows(instance, placement), colour=colour)
