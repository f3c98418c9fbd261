"""Reads a host from the text of ``numactl -H`` (``numactl --hardware``)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from placer.errors import InputError
from placer.formats.base import ParsedHost
from placer.formats.linux.topology import NodeRow, Topology, build_host
from placer.instance import shorten
from placer.instance.units import MAX_CPU, MAX_KIB

MAX_CHARACTERS = 8_000_000
"""Longest text that is read. The largest host, 1,024 nodes and their distances, prints 5 million characters."""
MIB = 1024

_NODE = re.compile(r"node (\d{1,5}) (cpus|size|free):(.*)", re.ASCII)
_SIZE = re.compile(r"(\d{1,14}) MB", re.ASCII)
_ABSENT = "<not available>"
_HEAD = re.compile(r"node((?:\s+\d{1,5})+)", re.ASCII)
_ROW = re.compile(r"(\d{1,5}):((?:\s+-?\d{1,10})+)", re.ASCII)


@dataclass
class _Listing:
    """The lines of the text, not yet checked against each other."""

    pcpus: dict[int, frozenset[int]] = field(default_factory=dict)
    size: dict[int, int] = field(default_factory=dict)
    free: dict[int, int] = field(default_factory=dict)
    columns: tuple[int, ...] = ()
    distances: dict[tuple[int, int], int] = field(default_factory=dict)


def read_numactl(text: str, place: str, free: str | None = None) -> ParsedHost:
    """
    Read a host from the output of ``numactl -H``.

    Parameters
    ----------
    text
        The output. The memory of a node is its line ``free``, else its line ``size``, with a note.
    place
        The file's name for messages.
    free
        Free memory as ``--free`` states it.

    Raises
    ------
    InputError
        With ``file:line``, if a line is not as numactl prints it, or the text lists no nodes.
    """
    if len(text) > MAX_CHARACTERS:
        raise InputError(
            f"{len(text)} characters, expected the output of numactl -H in at most {MAX_CHARACTERS}", place=place
        )
    listing = _Listing()
    for number, line in enumerate(text.splitlines(), start=1):
        _take(listing, line.strip(), f"{place}:{number}")
    ids = sorted(listing.pcpus.keys() | listing.size.keys() | listing.free.keys())
    if not ids:
        raise InputError('no lines "node 0 cpus: ...", expected the output of numactl -H', place=place)
    memory_of = listing.size | listing.free
    notes = ["numactl does not list SMT siblings: every pcpu counts as a core"]
    return build_host(
        Topology(
            place=place,
            rows=[NodeRow(id=id, memory_kib=memory_of.get(id), pcpus=listing.pcpus.get(id, ())) for id in ids],
            distances={pair: d for pair, d in listing.distances.items() if pair[0] in ids and pair[1] in ids},
            totals=not listing.size.keys() <= listing.free.keys(),
            notes=tuple(notes),
        ),
        free,
    )


def _take(listing: _Listing, line: str, place: str) -> None:
    node, head, row = _NODE.fullmatch(line), _HEAD.fullmatch(line), _ROW.fullmatch(line)
    if node:
        _take_node(listing, int(node[1]), node[2], node[3].strip(), place)
    elif head:
        listing.columns = tuple(map(int, head[1].split()))
    elif row:
        distances = tuple(map(int, row[2].split()))
        if len(distances) != len(listing.columns):
            raise InputError(
                f'{len(distances)} distances for {len(listing.columns)} nodes: "{shorten(line)}"', place=place
            )
        p = int(row[1])
        listing.distances.update({(p, q): d for q, d in zip(listing.columns, distances, strict=True)})
    elif line.startswith("node ") and line != "node distances:":
        raise InputError(f'expected "node 0 cpus:", "size:" or "free:", got "{shorten(line)}"', place=place)


def _take_node(listing: _Listing, id: int, kind: str, value: str, place: str) -> None:
    if kind == "cpus":
        words = set(value.split())
        wrong = next((w for w in words if not (w.isascii() and w.isdigit() and len(w) < 6 and int(w) <= MAX_CPU)), None)
        if wrong is not None:
            raise InputError(f'expected cpu ids of at most {MAX_CPU}, got "{shorten(wrong)}"', place=place)
        listing.pcpus[id] = frozenset(map(int, words))
    elif value != _ABSENT:
        size = _SIZE.fullmatch(value)
        if size is None or int(size[1]) * MIB > MAX_KIB:
            raise InputError(f'expected a size such as "65536 MB", got "{shorten(value)}"', place=place)
        (listing.size if kind == "size" else listing.free)[id] = int(size[1]) * MIB
