"""
Reads tables (CSV) of hosts, in the columns of the data set of Huawei Cloud for placement with topology.

``CPU1, RAM1, CPU2, RAM2`` and so on are the free pcpus and memory of each pnode. Memory is in GiB, or has a unit in
every row.
"""

from __future__ import annotations

import re

from placer.errors import InputError
from placer.fleet.files.large import read_large
from placer.fleet.files.rows import Sizes, count_of, rows_of
from placer.fleet.model.entries import FleetHost
from placer.formats.text.files import Source
from placer.instance import Host, Pnode, shorten

MOST_CPUS = 65_536
"""Most pcpus of a pnode: the ids of a host's pcpus end there."""
_PNODE = re.compile(r"(CPU|RAM)([1-9]\d{0,3})")


def read_hosts_table(source: Source) -> tuple[FleetHost, ...]:
    """
    Read hosts; equal ones become one entry.

    A column ``host`` has their names, which are else ``host-0``, ``host-1`` and so on by their rows. Every other column
    is a kind of group, such as ``rack``.

    Raises
    ------
    InputError
        With the line of the fault.
    """
    text, place = read_large(source)
    columns, rows = rows_of(text, place)
    pnodes = _pnode_columns(columns, place)
    kinds = [column for column in columns if not _PNODE.fullmatch(column) and column != "host"]
    memory = Sizes(place)
    names: dict[tuple[object, ...], list[str]] = {}
    line_of: dict[str, int] = {}
    for i, (line, row) in enumerate(rows):
        free = tuple(
            (count_of(row[cpu], cpu, f"{place}:{line}", MOST_CPUS), memory.kib(row[ram], ram, line))
            for cpu, ram in pnodes
        )
        groups = tuple((kind, row[kind]) for kind in kinds if row[kind])
        name = row.get("host") or f"host-{i}"
        if name in line_of:
            raise InputError(
                f'two hosts have the name "{shorten(name)}", line {line_of[name]} has it too', place=f"{place}:{line}"
            )
        line_of[name] = line
        names.setdefault((free, groups), []).append(name)
    if not names:
        raise InputError("has no rows, expected one for each host", place=place)
    return tuple(_entry(free, groups, each) for (free, groups), each in names.items())  # type: ignore[arg-type]


def _pnode_columns(columns: list[str], place: str) -> list[tuple[str, str]]:
    count = sum(1 for column in columns if column.startswith("CPU") and _PNODE.fullmatch(column))
    pairs = [(f"CPU{p + 1}", f"RAM{p + 1}") for p in range(count)]
    missing = [column for pair in pairs for column in pair if column not in columns]
    known = {column for pair in pairs for column in pair}
    strange = [column for column in columns if _PNODE.fullmatch(column) and column not in known]
    if not pairs or missing or strange:
        what = f"no column {missing[0]}" if missing else f"a column {strange[0]}" if strange else "no column CPU1"
        raise InputError(f"{what}, expected CPU1, RAM1, CPU2, RAM2 and so on for each pnode", place=f"{place}:1")
    return pairs


def _entry(free: tuple[tuple[int, int], ...], groups: tuple[tuple[str, str], ...], names: list[str]) -> FleetHost:
    pnodes, first = [], 0
    for p, (cpus, kib) in enumerate(free):
        pnodes.append(Pnode(id=p, memory_kib=kib, pcpus=range(first, first + cpus)))
        first += cpus
    host = Host(name=names[0] if len(names) == 1 else f"{names[0]} and equals", pnodes=pnodes)
    return FleetHost(host=host, names=names, groups=dict(groups))
