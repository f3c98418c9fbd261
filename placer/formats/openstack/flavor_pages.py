"""Reads the page size that a flavour asks for, as OpenStack's nova does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from placer.formats.openstack.flavor_specs import Specs, Stated
from placer.formats.page_sizes import NOT_KNOWN, ORDINARY_KIB, sizes_for
from placer.instance import Host, format_size, shorten
from placer.instance.note import Note
from placer.instance.units import MAX_KIB

SMALL, LARGE, ANY = WORDS = ("small", "large", "any")
_SIZE = re.compile(r"(\d{0,15}(?:\.\d{1,9})?)([KMGT]?)i?([Bb]|bit)", re.ASCII)
"""As oslo.utils' string_to_bytes reads sizes: with a unit, of which b and bit are an eighth."""


@dataclass(frozen=True, kw_only=True)
class CellPages:
    """
    The page sizes of the NUMA nodes of a guest.

    Parameters
    ----------
    sizes
        Of each node in KiB; None for ordinary memory.
    notes
        What placer chose, or does not count.
    """

    sizes: tuple[int | None, ...]
    notes: tuple[str, ...] = ()


def read_pages(specs: Specs, memory_kib: list[int], host: Host) -> CellPages:
    """
    Read ``hw:mem_page_size``: a size, ``small``, ``large`` or ``any``.

    An image may choose where its flavour says ``large`` or ``any`` (numa_get_constraints of nova/virt/hardware.py).
    ``large`` and ``any`` are the largest size of which one pnode has enough pages free, for each node by itself; where
    none has, ``large`` stays with the largest that divides the node, and ``any`` with ordinary memory
    (_numa_cell_supports_pagesize_request there).

    Parameters
    ----------
    memory_kib
        Memory of each node.
    host
        The host, with its pools.

    Raises
    ------
    InputError
        With the JSON path, if the value is no size, the image may not choose it, the host has no such pages, or memory
        is no whole number of pages.
    """
    none = CellPages(sizes=(None,) * len(memory_kib))
    stated = _chosen(specs)
    if stated is None:
        return none
    asked = _asked(stated)
    if asked in {SMALL, ORDINARY_KIB}:
        return none
    if not host.page_sizes:
        return CellPages(sizes=none.sizes, notes=(NOT_KNOWN,))
    if isinstance(asked, str):
        sizes = tuple(_largest(stated, asked, v, kib, host) for v, kib in enumerate(memory_kib))
        return CellPages(sizes=sizes, notes=(_taken(asked, sizes),))
    if asked not in host.page_sizes:
        known = ", ".join(map(format_size, host.page_sizes))
        raise stated.fault(f"no huge pages of {format_size(asked)} on this host, expected one of {known}")
    for v, kib in enumerate(memory_kib):
        if kib % asked:
            raise stated.fault(f"node {v} has {kib} KiB, expected whole pages of {format_size(asked)}")
    return CellPages(sizes=(asked,) * len(memory_kib))


def _chosen(specs: Specs) -> Stated | None:
    """Give the value that counts: the image's own only where its flavour leaves it open."""
    flavor, image = specs.both("mem_page_size")
    if image is None:
        return flavor
    if flavor is None or _asked(flavor) not in {LARGE, ANY}:
        raise image.fault("nova takes it only where the flavour has hw:mem_page_size large or any")
    return image


def _asked(stated: Stated) -> int | str:
    """Read a size in KiB, or one of the words; a number without a unit is in KiB."""
    text = stated.text.strip()
    if text in WORDS:
        return text
    size = _SIZE.fullmatch(text)
    kib = Fraction(0)
    if text.isascii() and text.isdigit() and len(text) < 16:
        kib = Fraction(int(text))
    elif size and size[1]:
        kib = Fraction(size[1]) * 1024 ** "KMGT".find(size[2] or "?") / (1 if size[3] == "B" else 8)
    if not 0 < kib <= MAX_KIB or kib.denominator != 1:
        raise stated.fault(f'expected small, large, any, or a page size such as 2048 or "1GB", got "{shorten(text)}"')
    return int(kib)


def _largest(stated: Stated, asked: str, v: int, kib: int, host: Host) -> int | None:
    whole = [size for size in reversed(host.page_sizes) if kib % size == 0]
    if asked == LARGE and not whole:
        least = format_size(host.page_sizes[0])
        raise stated.fault(f"node {v} has {kib} KiB, expected whole pages, of {least} at least")
    return next(iter([*sizes_for(host, kib), *(whole if asked == LARGE else [])]), None)


def _taken(asked: str, sizes: tuple[int | None, ...]) -> Note:
    each = dict.fromkeys("ordinary memory" if size is None else f"pages of {format_size(size)}" for size in sizes)
    taken, way = f"hw:mem_page_size={asked} is taken as", "; a size in its place is kept"
    return Note(f"{taken} {' and '.join(each)}{way}", kind=f"{taken} the largest pages that fit{way}")
