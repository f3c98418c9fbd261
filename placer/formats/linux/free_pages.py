"""Reads how many huge pages are free on each node, as ``virsh freepages --all`` prints it, below the text of a host."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

from msgspec.structs import replace

from placer.errors import InputError
from placer.formats.base import ParsedHost
from placer.instance import HugePages, Pnode, shorten
from placer.instance.units import MAX_CPU, MAX_KIB

FreePages = Mapping[int, Mapping[int, int]]
"""Id of a node -> page size in KiB -> number of free pages."""

ALL_FREE = (
    "every huge page counts as free: the host's text states totals only; append what virsh freepages --all prints to it"
)
_NODE = re.compile(r"[ \t]*Node (\d{1,9}):\s*", re.ASCII)
_COUNT = re.compile(r"\s*(\d{1,15})KiB: (\d{1,15})\s*", re.ASCII)


def split_free_pages(text: str, place: str) -> tuple[str, FreePages]:
    """
    Split what ``virsh freepages --all`` prints from the text above it.

    Parameters
    ----------
    text
        The text of a host, maybe with that output below it.
    place
        The file's name for messages.

    Returns
    -------
    text : str
        The text above the first line ``Node N:``.
    free : mapping
        Empty where there is no such line.

    Raises
    ------
    InputError
        With ``file:line``, if a line below the first ``Node N:`` is none of that output, or a node or size stands there
        twice.
    """
    lines = text.splitlines(keepends=True)
    first = next((i for i, line in enumerate(lines) if _NODE.fullmatch(line)), len(lines))
    free: dict[int, dict[int, int]] = {}
    pages: dict[int, int] = {}
    for i, line in enumerate(lines[first:], first + 1):
        if node := _NODE.fullmatch(line):
            _check(int(node[1]), free, MAX_CPU, f"{place}:{i}")
            pages = free[int(node[1])] = {}
        elif count := _COUNT.fullmatch(line):
            _check(int(count[1]), pages, MAX_KIB, f"{place}:{i}")
            pages[int(count[1])] = int(count[2])
        elif line.strip():
            got = f'expected lines of virsh freepages --all, such as "2048KiB: 512", got "{shorten(line.strip())}"'
            raise InputError(got, place=f"{place}:{i}")
    return "".join(lines[:first]), free


def with_free_pages(reading: ParsedHost, free: FreePages, place: str, *, memory_is_total: bool) -> ParsedHost:
    """
    Set the free pages of a host.

    The smallest size of all is that of ordinary pages. libvirt counts its totals once, when it starts: where more pages
    are free than the host states, that many are there.

    Parameters
    ----------
    reading
        The host, with or without pools.
    free
        What was printed; pnodes that it does not list keep what they state.
    memory_is_total
        Whether the ordinary memory of the pnodes is their total less the pools, and so changes with these.

    Raises
    ------
    InputError
        If a node is none of the host, or a pool is too large.
    """
    host = reading.host
    unknown = sorted(free.keys() - host.position_of.keys())
    if unknown:
        ids = ", ".join(str(pnode.id) for pnode in host.pnodes)
        raise InputError(f"free pages of node {unknown[0]}, expected pnodes of this host: {ids}", place=place)
    sizes = {size for pages in free.values() for size in pages}
    sizes = sizes.intersection(host.page_sizes) if host.page_sizes else sizes - {min(sizes, default=0)}
    try:
        pnodes = tuple(
            _with_pools(pnode, _of(free.get(pnode.id, {}), sizes), memory_is_total=memory_is_total)
            for pnode in host.pnodes
        )
        host = replace(host, pnodes=pnodes)
    except ValueError as error:
        raise InputError(str(error), place=place) from None
    total_only = any(pool.total and pool.free is None for pnode in host.pnodes for pool in pnode.huge_pages)
    return dataclasses.replace(reading, host=host, notes=(*reading.notes, *((ALL_FREE,) if total_only else ())))


def _of(pages: Mapping[int, int], sizes: set[int]) -> dict[int, int]:
    return {size: count for size, count in pages.items() if size in sizes}


def _with_pools(pnode: Pnode, free: dict[int, int], *, memory_is_total: bool) -> Pnode:
    pools = {pool.page_size: pool for pool in pnode.huge_pages}
    more_kib = 0
    for size, count in free.items():
        total = pools[size].total if size in pools else 0
        pools[size] = HugePages(page_size=size, total=max(total, count), free=count)
        more_kib += size * max(0, count - total)
    memory_kib = max(0, pnode.memory_kib - more_kib) if memory_is_total else pnode.memory_kib
    return replace(pnode, memory_kib=memory_kib, huge_pages=tuple(pools[size] for size in sorted(pools)))


def _check(key: int, found: Mapping[int, object], most: int, place: str) -> None:
    if key > most or key in found:
        wrong = "stands there twice, expected it once" if key in found else f"is too large, expected at most {most}"
        raise InputError(f"{key} {wrong}", place=place)
