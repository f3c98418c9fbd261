"""The table of pnodes: memory and vcpus before and after a placement."""

from __future__ import annotations

from placer.check.costs import running_vcpus
from placer.check.positions import positions
from placer.check.rules import charge, overhead_shares
from placer.formats.configured_guest import write_vnodes
from placer.instance import Instance, Placement, format_size
from placer.report.tables import table

COLUMNS = (
    ">pnode", ">free before", ">placed", ">overhead", ">free after", ">reserve", ">vnodes", ">vcpus", ">running",
    ">cores", ">pcpus", ">vcpus : pcpus",
)  # fmt: skip


def pnode_table(instance: Instance, placement: Placement, *, colour: bool = False) -> str:
    """
    Write a row for each pnode, without memory in huge pages (:mod:`placer.report.huge_pages`).

    ``overhead`` is what the guests need there besides their own memory, ``running`` the vcpus of running domains (one
    that may run on k pnodes counts 1/k on each, and the sum is rounded down), and the last column all vcpus for each
    pcpu.
    """
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
    rows = [
        (
            pnode.id,
            format_size(pnode.memory_kib),
            format_size(placed[p]),
            format_size(overhead[p]),
            format_size(max(0, pnode.memory_kib - placed[p] - overhead[p])),
            format_size(pnode.reserve_kib),
            vnodes[p],
            vcpus[p],
            running[p],
            pnode.core_count,
            len(pnode.pcpus),
            (vcpus[p] + running[p]) / len(pnode.pcpus) if pnode.pcpus else None,
        )
        for p, pnode in enumerate(host.pnodes)
    ]
    return table("Pnodes", COLUMNS, rows, colour=colour)
