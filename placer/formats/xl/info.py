"""Reads a host from the text of ``xl info -n`` (formats: Xen tools/xl/xl_info.c)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from placer.errors import InputError
from placer.formats.base import MAX_NAME, ListedPcpus, ParsedHost
from placer.formats.devices import MOST_NAMED
from placer.formats.text.sizes import parse_sizes, with_free
from placer.formats.xl.claims import claimed_mib, claims_note
from placer.formats.xl.cores import CoreId, cores_by_pnode, pnode_with
from placer.formats.xl.dom0_memory import boot_notes
from placer.formats.xl.online import Online, online_pcpus, only
from placer.instance import UNREACHABLE, Device, Host, shorten
from placer.instance.note import name_some
from placer.instance.units import MAX_CPU, MAX_KIB

MAX_CHARACTERS = 8_000_000
"""Longest text that is read. The largest host, 4,096 pcpus and 65,536 PCI devices, prints 2 million characters."""
MIB = 1024
LARGEST_LOW_ZONE_MIB = 4096
VCPUS_NOT_COUNTED = (
    "the vcpus of running guests are not counted: xl info does not list them; a snapshot does, or --running and "
    "--vcpu-list"
)

_SETTING = re.compile(r"([a-z][a-z_ ]*?)\s*:(.*)")
_HEADINGS = {
    "cpu: core socket node",
    "device node",
    "node: memsize memfree distances",
    "No device topology data available",
}
_ROW = {
    "cpu_topology": re.compile(r"(\d{1,10}):((?:\s+-?\d{1,10}){3})"),
    "device topology": re.compile(r"([0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])\s+(-?\d{1,10})"),
    "numa_info": re.compile(r"(\d{1,10}):\s+(\d{1,14})\s+(\d{1,14})(?:\s+(-?\d{1,10}(?:,-?\d{1,10})*))?"),
}
_SHAPE = {
    "cpu_topology": '"cpu: core socket node"',
    "device topology": '"0000:00:00.0 node"',
    "numa_info": '"node: memsize memfree distances"',
}


@dataclass(frozen=True)
class _PnodeRow:
    id: int
    spanned_mib: int
    memory_kib: int
    distances: tuple[int, ...]
    place: str
    text: str

    def fault(self, message: str) -> InputError:
        return InputError(f'numa_info row {message}: "{shorten(self.text)}"', place=self.place)


@dataclass
class _Text:
    """The settings and rows of the text, not yet checked against each other."""

    place: str
    settings: dict[str, str] = field(default_factory=dict)
    core_of: list[tuple[int, CoreId]] = field(default_factory=list)
    devices: dict[str, int] = field(default_factory=dict)
    pnodes: list[_PnodeRow] = field(default_factory=list)


def read_xl_info(text: str, place: str, free: str | None = None) -> ParsedHost:
    """
    Read a host from the whole output of ``xl info -n``.

    Parameters
    ----------
    text
        The output. The memory of a pnode is its memfree; memsize is a spanned range that includes holes. The xl of Xen
        4.1 prints ``numa_info : none``: then the pnodes are those of its pcpus, and ``free`` states their memory.
    place
        The file's name for messages.
    free
        Free memory as ``--free`` states it; replaces the memory that the text states.

    Raises
    ------
    InputError
        With ``file:line`` and the line, if a row is not as xl prints it, is repeated, or the text is cut off.
    """
    if len(text) > MAX_CHARACTERS:
        raise InputError(
            f"{len(text)} characters, expected the output of xl info -n in at most {MAX_CHARACTERS}", place=place
        )
    found = _scan(text, place)
    if not found.pnodes and found.core_of and found.settings.get("numa_info") == "none":
        found.pnodes += _pnodes_of_pcpus(found, free)
    _check_complete(found)
    notes: list[str] = []
    slit = _slit(found.pnodes, notes)
    online = online_pcpus(found.core_of, found.settings)
    cores_of = cores_by_pnode(found.core_of, [row.id for row in found.pnodes], _alone(found, online), notes)
    listed = ListedPcpus(cores=cores_of, online_count=online.count, note=online.note) if online.note else None
    pnodes = tuple(pnode_with(row.id, row.memory_kib, only(cores_of[row.id], online.pcpus)) for row in found.pnodes)
    free_mib = sum(row.memory_kib for row in found.pnodes) // MIB
    by_hand = found.settings.get("numa_info") == "none"  # no claims before Xen 4.3
    claimed = 0 if by_hand else claimed_mib(found.settings, free_mib, place)
    name = found.settings.get("host", "")
    try:
        devices = _devices(found, {pnode.id for pnode in pnodes}, notes)
        host = Host(
            pnodes=pnodes,
            slit=slit,
            name="" if name == "(none)" else name[:MAX_NAME],
            devices=devices,
            offline_pcpus=sorted({pcpu for pcpu, _ in found.core_of} - online.pcpus),
            low_zone_kib=_low_zone_mib(found.pnodes[0].spanned_mib) * MIB,
            claimed_kib=claimed * MIB,
        )
    except ValueError as error:
        raise InputError(str(error), place=place) from None
    notes += [claims_note(claimed, free_mib)] if claimed else []
    notes += [online.note, VCPUS_NOT_COUNTED] if online.note else [VCPUS_NOT_COUNTED]
    return ParsedHost(
        host=host if free is None else with_free(host, free),
        notes=tuple(notes),
        listed=listed,
        free_notes=tuple(boot_notes(found.settings.get("xen_commandline"))),
    )


def _alone(found: _Text, online: Online) -> bool:
    """
    Whether every pcpu is a core, whatever its row says: on ARM all pcpus have core 0 of socket 0.

    Xen counts the online threads of pcpu 0's core, which says nothing of other cores where some threads are offline.
    """
    return found.settings.get("threads_per_core") == "1" and (
        not online.note or len({core[1:] for _, core in found.core_of}) == 1
    )


def _low_zone_mib(spanned_mib: int) -> int:
    """
    Give the memory that Xen gives out last of all: the least power of two of a quarter of node 0, at most 4 GiB.

    arch_get_dma_bitsize of xen/arch/x86/numa.c; seen on six emulated hosts (benchmarks/xen_sets.md).
    """
    return min(1 << (-(-spanned_mib // 4) - 1).bit_length(), LARGEST_LOW_ZONE_MIB) if spanned_mib else 0


def _scan(text: str, place: str) -> _Text:
    found = _Text(place=place)
    section = ""
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or " ".join(line.split()) in _HEADINGS:
            continue
        setting = _SETTING.fullmatch(line)
        if setting:
            section = setting[1] if setting[1] in _ROW else ""
            found.settings[setting[1]] = setting[2].strip()
        elif section:
            _take(found, section, line, f"{place}:{number}")
    return found


def _take(found: _Text, section: str, line: str, place: str) -> None:
    row = _ROW[section].fullmatch(line)
    if row is None:
        raise InputError(f'expected a row {_SHAPE[section]} of {section}, got "{shorten(line)}"', place=place)
    if section == "device topology":
        found.devices[row[1]] = int(row[2])
        return
    if int(row[1]) > MAX_CPU:
        raise InputError(f'expected an id of at most {MAX_CPU}, got "{shorten(line)}"', place=place)
    if section == "cpu_topology":
        core, socket, pnode = map(int, row[2].split())
        found.core_of.append((int(row[1]), (pnode, socket, core)))
        return
    if int(row[3]) * MIB > MAX_KIB:
        raise InputError(f'expected a memfree in MiB of at most 8 PiB, got "{shorten(line)}"', place=place)
    distances = tuple(map(_distance, row[4].split(","))) if row[4] else ()
    found.pnodes.append(_PnodeRow(int(row[1]), int(row[2]), int(row[3]) * MIB, distances, place, line))


def _distance(text: str) -> int:
    distance = int(text)
    return distance if 0 <= distance < UNREACHABLE else UNREACHABLE


def _pnodes_of_pcpus(found: _Text, free: str | None) -> list[_PnodeRow]:
    """Make rows of numa_info from the nodes of the pcpus and the memory that ``--free`` states."""
    ids = sorted({core[0] for _, core in found.core_of if 0 <= core[0] <= MAX_CPU})
    given = parse_sizes(free, ids, "--free") if free is not None else {}
    unknown = [id for id in ids if id not in given]
    if unknown:
        wanted = ",".join(f"{id}=SIZE" for id in unknown)
        raise InputError(
            f"numa_info is none, as xl of Xen 4.1 prints it; give what is free on each pnode with --free {wanted}",
            place=found.place,
        )
    return [_PnodeRow(id, given[id] // MIB, given[id], (), found.place, "none") for id in ids]


def _check_complete(found: _Text) -> None:
    for section, rows in (("numa_info", found.pnodes), ("cpu_topology", found.core_of)):
        if not rows:
            raise InputError(f'no rows of {section}, expected all that "xl info -n" prints', place=found.place)
    seen: dict[int, str] = {}
    for row in found.pnodes:
        if row.id in seen:
            raise row.fault(f"lists node {row.id} again, first seen at {seen[row.id]}")
        seen[row.id] = row.place
    stated = found.settings.get("nr_nodes", "")
    if stated.isascii() and stated.isdigit() and len(stated) < 10 and len(found.pnodes) < int(stated):
        raise InputError(
            f"numa_info has {len(found.pnodes)} rows and nr_nodes is {stated}; is the text cut off?",
            place=found.pnodes[-1].place,
        )


def _slit(rows: list[_PnodeRow], notes: list[str]) -> tuple[tuple[int, ...], ...] | None:
    """Take the columns of the listed nodes: Xen prints one column for every node id, offline nodes included."""
    if not any(row.distances for row in rows):
        notes.append("numa_info has no distances: 10 on a pnode and 20 between two are assumed")
        return None
    columns = [row.id for row in rows]
    if len(rows[0].distances) == len(rows) and max(columns) >= len(rows):
        notes.append("numa_info has one distance for each listed node: they are taken in the order of the rows")
        columns = [*range(len(rows))]
    for row in rows:
        if len(row.distances) <= max(columns) or len(row.distances) != len(rows[0].distances):
            raise row.fault(f"has {len(row.distances)} distances for {max(columns) + 1} nodes")
        if 0 in row.distances:
            raise row.fault("has a distance of 0, expected at least 1 (10 is local)")
    slit = tuple(tuple(row.distances[column] for column in columns) for row in rows)
    if all(distance == UNREACHABLE for row in slit for distance in row):
        notes.append("numa_info has only invalid distances: 10 on a pnode and 20 between two are assumed")
        return None
    return slit


def _devices(found: _Text, listed: set[int], notes: list[str]) -> tuple[Device, ...]:
    """Take the devices on listed nodes; for a device whose node the firmware does not state xl prints no valid id."""
    lost = [device for device, pnode in found.devices.items() if pnode not in listed]
    if lost:
        names = name_some(lost, MOST_NAMED)
        notes.append(f"the PCI devices that are on no listed node are left out: {names}")
    return tuple(Device(id=device, pnode=pnode) for device, pnode in found.devices.items() if pnode in listed)
