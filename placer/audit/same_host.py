"""Whether the files of an audit are of one host."""

from __future__ import annotations

from collections.abc import Collection

from placer.errors import InputError
from placer.formats.xl.numa_dump import NumaDump
from placer.instance import Host, Placement, format_cpuset, format_size

WAY_OUT = "were --host and --numa-dump taken on the same host?"


def check_same_host(host: Host, dump: NumaDump, plan: Placement | None = None) -> None:
    """
    Refuse a dump or a plan of another host than the one that is audited.

    Raises
    ------
    InputError
        If the dump or the plan names a pnode that the host does not have; or if the dump has fewer pnodes, a pcpu on
        another pnode, or a pnode that is smaller in all than what the host has free of it.
    """
    dumped = {pnode for domain in dump.domains.values() for pnode in domain.memory_kib}
    planned = {pnode for pnodes in (plan.pnode_of if plan else {}).values() for pnode in pnodes if pnode is not None}
    known = format_cpuset(host.position_of)
    for what, pnodes in (("NUMA dump", dumped), ("plan", planned)):
        if not pnodes <= host.position_of.keys():
            missing = format_cpuset(pnodes - host.position_of.keys())
            raise InputError(f"the {what} names pnode {missing}, this host has {known}")
    if dumped and dumped != host.position_of.keys():  # Xen prints a row for each
        raise InputError(f"the NUMA dump has pnodes {format_cpuset(dumped)}, this host has {known}; {WAY_OUT}")
    _check_pcpus(host, dump)
    for pnode in host.pnodes:
        size = dump.size_kib.get(pnode.id, pnode.memory_kib)
        if pnode.memory_kib > size:
            raise InputError(
                f"the NUMA dump has {format_size(size)} in all on pnode {pnode.id}, this host has "
                f"{format_size(pnode.memory_kib)} free there; {WAY_OUT}"
            )


def check_same_time(host: Host, dump: NumaDump, *, stated_free: Collection[int] = ()) -> None:
    """
    Refuse a dump that was taken while guests ran whose memory the host has as free.

    Parameters
    ----------
    stated_free
        Ids of pnodes whose free memory is stated, and says nothing of when the host was read.

    Raises
    ------
    InputError
        If what is free and what domains hold is more than a pnode has in all.
    """
    for pnode in host.pnodes:
        held = sum(domain.memory_kib.get(pnode.id, 0) for domain in dump.domains.values())
        size = dump.size_kib.get(pnode.id)
        if size is not None and pnode.id not in stated_free and pnode.memory_kib + held > size:
            raise InputError(
                f"domains hold {format_size(held)} on pnode {pnode.id} in the NUMA dump, and this host has "
                f"{format_size(pnode.memory_kib)} of {format_size(size)} free there; were both taken at the same time?"
            )


def same_host_notes(host: Host, dump: NumaDump) -> list[str]:
    """Name the pcpus that only one of the host and the dump has; the dump lists those that are online."""
    if dump.size_kib.keys() != host.position_of.keys():  # the log had lost the first lines of the dump
        return []
    here, there = host.position_of_pcpu.keys(), dump.pnode_of_pcpu.keys()
    sides = (("--host", here - there, "the NUMA dump"), ("the NUMA dump", there - here, "--host"))
    return [
        f"pcpus {format_cpuset(only)} of {one} are not in {other}: offline at one of the times, or {WAY_OUT}"
        for one, only, other in sides
        if only
    ]


def _check_pcpus(host: Host, dump: NumaDump) -> None:
    for pcpu, pnode in dump.pnode_of_pcpu.items():
        position = host.position_of_pcpu.get(pcpu)
        if position is not None and host.pnodes[position].id != pnode:
            here = host.pnodes[position].id
            raise InputError(f"the NUMA dump has pcpu {pcpu} on pnode {pnode}, this host on pnode {here}; {WAY_OUT}")
