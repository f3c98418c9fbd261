"""Builds a host from the nodes, cores and distances that a reader of a Linux topology has found."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from placer.errors import InputError
from placer.formats.base import MAX_NAME, ParsedHost
from placer.formats.text.sizes import parse_sizes
from placer.instance import UNREACHABLE, Device, Host, HugePages, Pnode, format_cpuset
from placer.instance.distances import LOCAL_DISTANCE, REMOTE_DISTANCE
from placer.instance.host import MAX_PNODES
from placer.instance.units import MAX_CPU, MAX_KIB


@dataclass(frozen=True, kw_only=True)
class NodeRow:
    """
    A node as a file lists it.

    Parameters
    ----------
    id
        The host's number for it.
    memory_kib
        Its memory in KiB, without huge pages; None where the file does not state it.
    pcpus
        Ids of the pcpus that the file lists for it; another node may list some of them too.
    huge_pages
        Its pools of huge pages.
    """

    id: int
    memory_kib: int | None
    pcpus: Collection[int]
    huge_pages: tuple[HugePages, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Topology:
    """
    The parts of a host as a file lists them, not yet checked against each other.

    Parameters
    ----------
    place
        The file's name for messages.
    rows
        The nodes in any order.
    core_groups
        Groups of pcpus that share a core. Groups may overlap and may name pcpus of no node; a pcpu in no group is a
        core of its own.
    distances
        (id, id) -> distance. Missing distances are assumed, with a note; without any distance the host has no SLIT.
    totals
        Whether the memory of the nodes is their total memory and not their free memory.
    name
        Name of the host.
    pnode_of_device
        PCI address -> id of its node; devices of other nodes than the rows are left out.
    notes
        What the reader assumed, repaired or left out: a sentence for each.
    """

    place: str
    rows: Sequence[NodeRow]
    core_groups: Iterable[Collection[int]] = ()
    distances: Mapping[tuple[int, int], int] = field(default_factory=dict)
    totals: bool = True
    name: str = ""
    pnode_of_device: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def build_host(topology: Topology, free: str | None = None) -> ParsedHost:
    """
    Build a host from a topology.

    Parameters
    ----------
    topology
        The parts that the file lists.
    free
        Free memory as ``--free`` states it; replaces or completes the memory that the file states.

    Raises
    ------
    InputError
        If neither the file nor ``free`` states the memory of a node, a node is listed twice, or ids, sizes or distances
        are out of range.
    """
    _check(topology)
    rows = sorted(topology.rows, key=lambda row: row.id)
    ids = [row.id for row in rows]
    given = parse_sizes(free, ids, "--free") if free else {}
    notes = list(topology.notes)
    memory_of = _memory(topology, given, notes)
    pcpus_of = _owned(rows, notes)
    slit = _slit(topology, ids, notes)
    core_of = _core_of(topology.core_groups)
    pnodes = tuple(_pnode(row, memory_of[row.id], pcpus_of[row.id], core_of) for row in rows)
    found = sorted(topology.pnode_of_device.items())
    devices = tuple(Device(id=address, pnode=pnode) for address, pnode in found if pnode in memory_of)
    host = Host(pnodes=pnodes, slit=slit, name=topology.name[:MAX_NAME], devices=devices)
    return ParsedHost(host=host, notes=tuple(notes))


def _check(topology: Topology) -> None:
    seen: set[int] = set()
    if not 0 < len(topology.rows) <= MAX_PNODES:
        raise InputError(f"{len(topology.rows)} NUMA nodes, expected 1 to {MAX_PNODES}", place=topology.place)
    for row in topology.rows:
        if row.id in seen:
            raise InputError(f"node {row.id} is listed twice", place=topology.place)
        seen.add(row.id)
        if max(row.id, *row.pcpus, 0) > MAX_CPU:
            raise InputError(f"node {row.id}: expected ids of at most {MAX_CPU}", place=topology.place)
        if (row.memory_kib or 0) > MAX_KIB:
            raise InputError(f"node {row.id}: expected memory of at most 8 PiB", place=topology.place)
    for (p, q), distance in topology.distances.items():
        if distance == 0:
            raise InputError(
                f"the distance from node {p} to {q} is 0, expected at least 1 (10 is local)", place=topology.place
            )


def _memory(topology: Topology, given: Mapping[int, int], notes: list[str]) -> dict[int, int]:
    stated = {row.id: row.memory_kib for row in topology.rows if row.memory_kib is not None}
    memory_of = {**stated, **given}
    unknown = sorted({row.id for row in topology.rows} - memory_of.keys())
    if unknown:
        wanted = ",".join(f"{id}=SIZE" for id in unknown)
        raise InputError(
            f"does not say how much memory {_pnodes(unknown)} {_has(unknown)}; give what is free with --free {wanted}",
            place=topology.place,
        )
    if topology.totals and not stated.keys() <= given.keys():
        notes.append("memory is the total of each pnode, not its free memory; --free ID=SIZE,... states that")
    return memory_of


def _pnodes(ids: Collection[int]) -> str:
    return f"{'pnode' if len(ids) == 1 else 'pnodes'} {format_cpuset(ids)}"


def _has(ids: Collection[int]) -> str:
    return "has" if len(ids) == 1 else "have"


def _owned(rows: Sequence[NodeRow], notes: list[str]) -> dict[int, set[int]]:
    """Give each pcpu to the node of the lowest id that lists it."""
    pcpus_of: dict[int, set[int]] = {}
    taken: set[int] = set()
    twice: set[int] = set()
    for row in rows:
        twice |= taken.intersection(row.pcpus)
        pcpus_of[row.id] = set(row.pcpus) - taken
        taken |= pcpus_of[row.id]
    if twice:
        notes.append(f"pcpus {format_cpuset(twice)} are listed on more than one node: the lowest one has them")
    return pcpus_of


def _slit(topology: Topology, ids: Sequence[int], notes: list[str]) -> tuple[tuple[int, ...], ...] | None:
    if not topology.distances:
        if len(ids) > 1:
            notes.append(
                f"{topology.place} states no distances: {LOCAL_DISTANCE} within a pnode and {REMOTE_DISTANCE} "
                "between pnodes are assumed"
            )
        return None
    pairs = [(p, q) for p in ids for q in ids]
    missing = [pair for pair in pairs if pair not in topology.distances]
    if missing:
        between = " and ".join(f"{p} to {q}" for p, q in missing[:2])
        notes.append(
            f"{len(missing)} distances are not stated (pnode {between}{', ...' if len(missing) > 2 else ''}): "
            f"{LOCAL_DISTANCE} within a pnode and {REMOTE_DISTANCE} between pnodes are assumed for them"
        )
    found = {pair: _reachable(distance) for pair, distance in topology.distances.items()}
    if any(found.get((p, p), LOCAL_DISTANCE) != LOCAL_DISTANCE for p in ids):
        notes.append(f"not every pnode has distance {LOCAL_DISTANCE} to itself: mean distances are on the host's scale")
    return tuple(tuple(found.get((p, q), LOCAL_DISTANCE if p == q else REMOTE_DISTANCE) for q in ids) for p in ids)


def _reachable(distance: int) -> int:
    return distance if 0 <= distance < UNREACHABLE else UNREACHABLE


def _core_of(core_groups: Iterable[Collection[int]]) -> dict[int, int]:
    """Number the cores; a pcpu in two groups belongs to the first."""
    core_of: dict[int, int] = {}
    for core, group in enumerate(core_groups):
        for pcpu in group:
            core_of.setdefault(pcpu, core)
    return core_of


def _pnode(row: NodeRow, memory_kib: int, pcpus: set[int], core_of: Mapping[int, int]) -> Pnode:
    """Build a pnode, with cores only where two pcpus share one: without cores every pcpu counts as a core."""
    cores: dict[int, list[int]] = {}
    for pcpu in sorted(pcpus):
        cores.setdefault(core_of.get(pcpu, -1 - pcpu), []).append(pcpu)
    smt = len(cores) < len(pcpus)
    return Pnode(
        id=row.id,
        memory_kib=memory_kib,
        huge_pages=row.huge_pages,
        pcpus=tuple(sorted(pcpus)),
        cores=tuple(sorted(map(tuple, cores.values()))) if smt else (),
    )
