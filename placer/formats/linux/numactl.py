"""Reads a host from the text of ``numactl -H`` (``numactl --hardware``), from its first version to its latest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from placer.errors import InputError
from placer.formats.base import ParsedHost
from placer.formats.linux.numactl_lines import JoinedLine, joined_lines
from placer.formats.linux.topology import NodeRow, Topology, build_host
from placer.formats.text.sizes import parse_sizes
from placer.instance import format_cpuset, format_size, shorten
from placer.instance.units import MAX_CPU, MAX_KIB

MAX_CHARACTERS = 8_000_000
"""Longest text that is read. The largest host, 1,024 nodes and their distances, prints 5 million characters."""
MIB = 1024
FAR_BELOW = 2
"""A pnode with less than its size by this is said to have caches. Chosen: a host half full of guests gets no note."""

_AVAILABLE = re.compile(r"available: (\d{1,5}) nodes?( \(.*\))?", re.ASCII)
_NODE = re.compile(r"node (\d{1,5}) (cpus|size|free):(.*)", re.ASCII)
_CPUS = re.compile(r"(?P<list>[\d, -]*?)( ?\((?P<count>\d{1,5})\))?", re.ASCII)
_RANGE = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?", re.ASCII)
_SIZE = re.compile(r"(\d{1,14}) MB", re.ASCII)
_ABSENT = "<not available>"
_HEAD = re.compile(r"node((?: \d{1,5})+)", re.ASCII)
_ROW = re.compile(r"(\d{1,5}):((?: -?\d{1,10})+)", re.ASCII)
_NOTHING = re.compile(r"node distances:|No distance information available\.?|.*\bnumactl .*|.*[#$]|```\w*")
"""Lines without figures: two of numactl, and the shell around it in a text that was copied from a terminal."""
_NO_NUMA = "No NUMA "


@dataclass
class _Listing:
    """The lines of the text, not yet checked against each other."""

    available: tuple[int, str] | None = None
    pcpus: dict[int, frozenset[int]] = field(default_factory=dict)
    size: dict[int, int | None] = field(default_factory=dict)
    free: dict[int, int | None] = field(default_factory=dict)
    columns: tuple[int, ...] = ()
    distances: dict[tuple[int, int], int] = field(default_factory=dict)


def read_numactl(text: str, place: str, free: str | None = None) -> ParsedHost:
    """
    Read a host from the output of ``numactl -H``.

    Parameters
    ----------
    text
        The output; each of its lines is understood or refused. The memory of a node is its line ``free``, else its
        line ``size``, with a note. Lines that were wrapped are joined, with a note.
    place
        The file's name for messages.
    free
        Free memory as ``--free`` states it.

    Raises
    ------
    InputError
        With ``file:line``, if a line is not as numactl prints it, the text lists no nodes, other nodes than it says are
        available, or a node without its pcpus.
    """
    if len(text) > MAX_CHARACTERS:
        raise InputError(
            f"{len(text)} characters, expected the output of numactl -H in at most {MAX_CHARACTERS}", place=place
        )
    listing, wrapped = _Listing(), []
    for line in joined_lines(text, place):
        _take(listing, line)
        wrapped += [] if line.pieces == 1 else [line.number]
    ids = sorted(listing.pcpus.keys() | listing.size.keys() | listing.free.keys())
    _check_nodes(listing, ids, place)
    notes = ["numactl does not list SMT siblings: every pcpu counts as a core"]
    if wrapped:
        notes.append(
            f"lines {format_cpuset(wrapped)} are continued on the lines below them, and were joined with these"
        )
    size, left = ({id: kib for id, kib in each.items() if kib is not None} for each in (listing.size, listing.free))
    given = parse_sizes(free, ids, "--free") if free else {}
    notes += _caches({id: kib for id, kib in left.items() if id not in given}, size)
    memory_of = size | left
    return build_host(
        Topology(
            place=place,
            rows=[NodeRow(id=id, memory_kib=memory_of.get(id), pcpus=listing.pcpus[id]) for id in ids],
            distances={pair: d for pair, d in listing.distances.items() if pair[0] in ids and pair[1] in ids},
            totals=not size.keys() <= left.keys(),
            notes=tuple(notes),
        ),
        free,
    )


def _check_nodes(listing: _Listing, ids: list[int], place: str) -> None:
    """Compare the nodes with the first line, and see that each has its pcpus."""
    if not ids:
        raise InputError('no lines "node 0 cpus: ...", expected the output of numactl -H', place=place)
    count, there = listing.available or (len(ids), place)
    if count != len(ids):
        raise InputError(
            f"says that {count} nodes are available, and {len(ids)} are listed below ({format_cpuset(ids)}): expected "
            "all of them; without this line those that are listed are taken as the host",
            place=there,
        )
    unknown = [id for id in ids if id not in listing.pcpus]
    if unknown:
        raise InputError(
            f'no line "node {unknown[0]} cpus: ...": expected one for each node (numactl before 2.0 prints none; '
            "/sys or the XML of lstopo has them)",
            place=place,
        )


def _caches(free: Mapping[int, int], size: Mapping[int, int]) -> list[str]:
    """Say that free memory leaves out caches where it is far below the size."""
    low = {id: size[id] for id, kib in free.items() if FAR_BELOW * kib < size.get(id, 0)}
    if not low:
        return []
    each = ", ".join(f"pnode {id}: {format_size(free[id])} of {format_size(kib)}" for id, kib in list(low.items())[:4])
    option = ",".join(f"{id}={kib // MIB}MiB" for id, kib in low.items())
    return [
        f"free memory is what numactl prints ({each}{', ...' if len(low) > 4 else ''}), which leaves out the caches "
        f"that Linux gives up on demand; --free {option} is all of it: take off what programs and running guests hold"
    ]


def _take(listing: _Listing, line: JoinedLine) -> None:
    text, place = line.text, line.place
    node, head, row = _NODE.fullmatch(text), _HEAD.fullmatch(text), _ROW.fullmatch(text)
    available = _AVAILABLE.fullmatch(text)
    if text.startswith(_NO_NUMA):
        raise InputError(
            "this machine has no NUMA nodes for Linux; /sys or the XML of lstopo describes it", place=place
        )
    if available:
        if listing.available:
            raise InputError("the output of numactl -H begins a second time, expected one host", place=place)
        listing.available = int(available[1]), place
    elif node:
        _take_node(listing, int(node[1]), node[2], node[3].strip(), line)
    elif head:
        listing.columns = tuple(map(int, head[1].split()))
    elif row:
        distances = tuple(map(int, row[2].split()))
        if len(distances) != len(listing.columns):
            raise InputError(
                f'{len(distances)} distances for {len(listing.columns)} nodes: "{shorten(text)}"', place=place
            )
        p = int(row[1])
        listing.distances.update({(p, q): d for q, d in zip(listing.columns, distances, strict=True)})
    elif text.startswith("node ") and text != "node distances:":
        raise InputError(f'expected "node 0 cpus:", "size:" or "free:", got "{shorten(text)}"', place=place)
    elif not _NOTHING.fullmatch(text):
        raise InputError(f'no line of numactl -H: "{shorten(text)}"', place=place)


def _take_node(listing: _Listing, id: int, kind: str, value: str, line: JoinedLine) -> None:
    if id in {"cpus": listing.pcpus.keys(), "size": listing.size.keys(), "free": listing.free.keys()}[kind]:
        raise InputError(f'a second line "node {id} {kind}:", expected one', place=line.place)
    if kind == "cpus":
        listing.pcpus[id] = _pcpus(value, line)
        return
    size = _SIZE.fullmatch(value)
    if value != _ABSENT and (size is None or int(size[1]) * MIB > MAX_KIB):
        raise InputError(f'expected a size such as "65536 MB", got "{shorten(value)}"', place=line.place)
    (listing.size if kind == "size" else listing.free)[id] = int(size[1]) * MIB if size else None


def _pcpus(value: str, line: JoinedLine) -> frozenset[int]:
    """Read ``0 1 2 3``, or what newer versions print for ``--cpu-compress``: ``0-3, 8-11 (8)``."""
    written = _CPUS.fullmatch(value)
    pcpus: list[int] = []
    for word in (written["list"] if written else value).replace(",", " ").split():
        part = _RANGE.fullmatch(word)
        if part is None or not int(part[1]) <= int(part[2] or part[1]) <= MAX_CPU:
            raise InputError(f'expected cpu ids of at most {MAX_CPU}, got "{shorten(word)}"', place=line.place)
        pcpus += range(int(part[1]), int(part[2] or part[1]) + 1)
    if written and written["count"] and int(written["count"]) != len(pcpus):
        raise InputError(f"{len(pcpus)} cpus, expected the {written['count']} that the line says", place=line.place)
    if len(set(pcpus)) < len(pcpus):
        raise InputError(f"cpu {_twice(pcpus)} is listed twice on one node", place=line.place)
    if line.pieces > 1 and pcpus != sorted(pcpus):
        raise InputError("cpus of a wrapped line are not ascending: was a number cut in two?", place=line.place)
    return frozenset(pcpus)


def _twice(pcpus: list[int]) -> int:
    return next(pcpu for position, pcpu in enumerate(pcpus) if pcpu in pcpus[:position])
