"""What running domains have on each pnode."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from placer.draw.reads import Flows, mean_from, reads_away
from placer.draw.shown import Share
from placer.instance import Host, format_size
from placer.instance.note import counted, pnodes_in_words


def running_shares(number: int, may: list[frozenset[int]], memory: Mapping[int, int], host: Host) -> dict[int, Share]:
    """
    Give what a running domain has on each pnode, by position.

    Parameters
    ----------
    number
        Its number among all that is drawn.
    may
        For each vcpu the pcpus that it may run on.
    memory
        Pnode id -> what it holds there, in KiB.
    """
    of: dict[int, Share] = {}
    for pnode, kib in memory.items():
        if kib and pnode in host.position_of:
            of.setdefault(host.position_of[pnode], Share(guest=number)).memory_kib += kib
    for pcpus in may:
        homes = {host.position_of_pcpu[pcpu] for pcpu in pcpus}
        if len(homes) == 1:
            of.setdefault(homes.pop(), Share(guest=number)).vcpus += 1
    flows = running_flows(may, memory, host)
    for p, share in of.items():
        if share.vcpus and reads_away(p, flows):
            share.away = mean_from(p, flows, host)
    return of


def running_flows(may: list[frozenset[int]], memory: Mapping[int, int], host: Host) -> Flows:
    """
    Give where a running domain reads: each vcpu reads all its memory evenly, and is on each pnode that it may run on
    for an equal part of the time; nothing where it is not known where memory lies.
    """
    total = sum(kib for pnode, kib in memory.items() if pnode in host.position_of)
    found: dict[tuple[int, int], int] = defaultdict(int)
    for pcpus in may if total else ():
        homes = {host.position_of_pcpu[pcpu] for pcpu in pcpus}
        for p in homes:
            for pnode, kib in memory.items():
                if kib and pnode in host.position_of:
                    found[p, host.position_of[pnode]] += round(1000 * kib / total / len(homes))
    return {ends: flow for ends, flow in found.items() if flow}


def running_facts(may: list[frozenset[int]], memory: Mapping[int, int]) -> str:
    """Say what a running domain has."""
    size = f"{format_size(sum(memory.values()))}, " if memory else ""
    return f"runs, {size}{counted(len(may), 'vcpu')}"


def running_where(may: list[frozenset[int]], host: Host) -> str:
    """Say where a running domain may run; empty for one without vcpus."""
    pcpus = frozenset[int]().union(*may)
    return pnodes_in_words(host.pnodes_of_pcpus(pcpus)) if pcpus else ""
