"""Groups the pcpus that ``xl info -n`` lists by pnode and core."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from placer.instance import Pnode, format_cpuset

CoreId = tuple[int, int, int]
"""Node, socket and core, as cpu_topology numbers them."""
Core = tuple[int, ...]
"""The pcpus of a core: SMT siblings."""


def cores_by_pnode(
    rows: Iterable[tuple[int, CoreId]], listed: Collection[int], alone: bool, notes: list[str]
) -> dict[int, list[Core]]:
    """
    Group the pcpus of each pnode by core: SMT siblings share node, socket and core.

    Parameters
    ----------
    rows
        Each pcpu with its core, as cpu_topology lists them.
    listed
        Ids of the pnodes that numa_info lists.
    alone
        Whether every pcpu is a core, whatever the rows say.
    notes
        Gets a note for pcpus on no listed node, and for pcpus on two.
    """
    core_groups: dict[CoreId, list[int]] = {}
    pnode_of: dict[int, int] = {}
    dropped, shared = set(), set()
    for pcpu, core in sorted(rows):
        if core[0] not in listed:
            dropped.add(pcpu)
        elif pcpu not in pnode_of:
            pnode_of[pcpu] = core[0]
            core_groups.setdefault(core, []).append(pcpu)
        elif pnode_of[pcpu] != core[0]:
            shared.add(pcpu)
    if dropped - pnode_of.keys():
        notes.append(f"pcpus {format_cpuset(dropped - pnode_of.keys())} are on no listed node and are left out")
    if shared:
        notes.append(f"pcpus {format_cpuset(shared)} are listed on two nodes: the lower one has them")
    cores_of: dict[int, list[Core]] = {pnode: [] for pnode in listed}
    for core, pcpus in core_groups.items():
        cores_of[core[0]] += [(pcpu,) for pcpu in pcpus] if alone else [tuple(pcpus)]
    return cores_of


def pnode_with(id: int, memory_kib: int, cores: Iterable[Core]) -> Pnode:
    """Make a pnode of these cores; it states them only where two pcpus share one."""
    grouped = sorted(cores)
    pcpus = tuple(sorted(pcpu for core in grouped for pcpu in core))
    return Pnode(id=id, memory_kib=memory_kib, pcpus=pcpus, cores=tuple(grouped) if len(grouped) < len(pcpus) else ())
