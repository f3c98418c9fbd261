"""Reads ``<memoryBacking><hugepages>`` of a libvirt domain: the page size of its memory, or of each of its cells."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from placer.formats.libvirt.values import set_of, size_of
from placer.formats.page_sizes import NOT_KNOWN, ORDINARY_KIB
from placer.formats.text.cpu_lists import bits
from placer.formats.text.xml_text import Node
from placer.instance import Host, Vnode, format_cpuset, format_size


@dataclass(frozen=True, kw_only=True)
class PageSizes:
    """
    The huge pages of a domain.

    Parameters
    ----------
    common
        Page size in KiB of the whole domain; None for ordinary memory, or where cells have sizes of their own.
    of_cell
        Page size in KiB of each cell that has one of its own.
    notes
        What placer does not count.
    """

    common: int | None
    of_cell: dict[int, int]
    notes: tuple[str, ...] = ()

    def applied(self, vnodes: tuple[Vnode, ...]) -> tuple[Vnode, ...]:
        """Give each cell its page size."""
        return tuple(replace(vnode, page_size=self.of_cell.get(v)) for v, vnode in enumerate(vnodes))


def read_huge_pages(root: Node, cells: int, memory_kib: list[int], host: Host) -> PageSizes:
    """
    Read the page sizes as libvirt's QEMU driver does (qemuBuildMemoryGetPagesize of src/qemu/qemu_command.c).

    A ``page`` without ``nodeset`` is the size of every cell that no other names. ``hugepages`` without any ``page``
    means the host's default size, which a host does not state here: the smallest one that some pnode has pages of. A
    size of the host's ordinary pages is no huge page.

    Parameters
    ----------
    cells
        Number of cells; 0 where the domain has none.
    memory_kib
        Memory of each cell, or of the domain without cells.
    host
        The host, with its pools.

    Raises
    ------
    InputError
        With ``file:line``, if a size is not one of the host, a nodeset names a cell that the domain does not have or
        one twice, or memory is no whole number of pages.
    """
    backing = root.child("memoryBacking")
    hugepages = backing.child("hugepages") if backing else None
    if hugepages is None:
        return PageSizes(common=None, of_cell={})
    known = host.page_sizes
    if not known:
        return PageSizes(common=None, of_cell={}, notes=(NOT_KNOWN,))
    pages = list(hugepages.all("page"))
    notes: tuple[str, ...] = ()
    common: int | None = None
    of_cell: dict[int, int] = {}
    for page in pages:
        size, named = size_among(known, page, page.attributes.get("size", "")), _cells(page, cells)
        if named is None:
            if common is not None:
                raise page.fault("a second page without nodeset, expected one")
            common = size
            continue
        twice = [v for v in named if v in of_cell]
        if twice:
            raise page.fault(f"cells {format_cpuset(twice)} have a page already, expected one for each")
        of_cell |= dict.fromkeys(named, size)
    if not pages:
        used = [size for size in known if any(pnode.pages_of(size) for pnode in host.pnodes)]
        common = (used or known)[0]
        taken = f"{format_size(common)} is taken and written, the smallest that this host has"
        notes = (f"it states no size of its huge pages: {taken}; <page size=.../> states another",)
    whole = None if cells else common or None
    sizes = {v: of_cell.get(v, common or 0) for v in range(cells)}
    for v, kib in enumerate(memory_kib):
        _check(hugepages, sizes.get(v, whole or 0), f"cell {v}" if cells else "the memory", kib)
    return PageSizes(common=whole, of_cell={v: size for v, size in sizes.items() if size}, notes=notes)


def size_among(known: tuple[int, ...], page: Node, text: str) -> int:
    """
    Read the size of a page in KiB; 0 for one of ordinary pages.

    Parameters
    ----------
    known
        The sizes of huge pages that the host has, in KiB.
    page
        The element that states the size, with its unit.
    text
        The number in it.

    Raises
    ------
    InputError
        With ``file:line``, if it is no size, or none of the host.
    """
    size = size_of(page, text)
    if size in known:
        return int(size)
    if size == ORDINARY_KIB:
        return 0
    sizes = ", ".join(map(format_size, known))
    raise page.fault(f"no huge pages of {format_size(int(size))} on this host, expected one of {sizes}")


def _cells(page: Node, cells: int) -> tuple[int, ...] | None:
    if "nodeset" not in page.attributes:
        return None
    named = bits(set_of(page, page.attributes["nodeset"], "nodeset"))
    if not cells and named == (0,):
        return None
    beyond = [v for v in named if v >= cells]
    if beyond:
        has = f"cells 0 to {cells - 1}" if cells else "no cells"
        raise page.fault(f"nodeset names cell {format_cpuset(beyond)}, the domain has {has}")
    return named


def _check(hugepages: Node, size: int, what: str, kib: int) -> None:
    if size and kib % size:
        larger = -(-kib // size) * size
        raise hugepages.fault(
            f"{what} has {kib} KiB, expected whole pages of {format_size(size)}, such as {larger} KiB"
        )
