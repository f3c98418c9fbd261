"""Page sizes of a libvirt domain."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from placer.errors import InputError
from placer.formats.libvirt.huge_pages import PageSizes, read_huge_pages
from placer.formats.page_sizes import NOT_KNOWN
from placer.formats.text.xml_text import parse_xml
from placer.instance import HugePages
from tests.support.building import GIB, MIB, a_host

HOST = a_host(GIB, GIB)
POOLS = (HugePages(page_size=2 * MIB, total=0), HugePages(page_size=GIB, total=4))
PAGED = replace(HOST, pnodes=(HOST.pnodes[0], replace(HOST.pnodes[1], huge_pages=POOLS)))


def read(inner: str, *cells: int, memory_kib: int = 2 * GIB, known: bool = True) -> PageSizes:
    backing = f"<memoryBacking><hugepages>{inner}</hugepages></memoryBacking>"
    root = parse_xml(f"<domain>{backing}</domain>", "g.xml")
    return read_huge_pages(root, len(cells), list(cells) or [memory_kib], PAGED if known else HOST)


def test_one_size_holds_for_the_domain_or_for_every_cell_without_its_own() -> None:
    assert read("<page size='1' unit='G'/>").common == GIB
    assert read("<page size='1048576' nodeset='0'/>").common == GIB  # libvirt takes node 0 for a domain without cells
    assert read("<page size='1' unit='GiB'/>", GIB, GIB).of_cell == {0: GIB, 1: GIB}
    two = "<page size='2' unit='M' nodeset='0'/><page size='1' unit='G'/>"
    assert read(two, 2 * MIB, GIB).of_cell == {0: 2 * MIB, 1: GIB}
    assert read("<page size='2' unit='M' nodeset='1'/>", 3, 2 * MIB).of_cell == {1: 2 * MIB}
    assert read("<page size='4'/>", 3).of_cell == {}


def test_without_a_size_the_smallest_that_the_host_has_is_assumed() -> None:
    sizes = read("")
    assert sizes.common == GIB  # no page of 2 MiB is there
    assert sizes.notes == (
        "it states no size of its huge pages: 1 GiB is taken and written, the smallest that this host has; "
        "<page size=.../> states another",
    )


def test_a_host_that_states_no_pages_leaves_a_note() -> None:
    assert read("<page size='1' unit='G'/>", known=False) == PageSizes(common=None, of_cell={}, notes=(NOT_KNOWN,))
    assert read_huge_pages(parse_xml("<domain/>", "g.xml"), 0, [5], PAGED) == PageSizes(common=None, of_cell={})


@pytest.mark.parametrize(
    ("inner", "cells", "message"),
    [
        ("<page size='16' unit='M'/>", (), "no huge pages of 16 MiB on this host, expected one of 2 MiB, 1 GiB"),
        ("<page size='1' unit='G' nodeset='2'/>", (GIB, GIB), "nodeset names cell 2, the domain has cells 0 to 1"),
        ("<page size='1' unit='G' nodeset='1'/>", (), "nodeset names cell 1, the domain has no cells"),
        ("<page size='1' unit='G' nodeset='0'/>" * 2, (GIB,), "cells 0 have a page already, expected one for each"),
        ("<page size='1' unit='G'/>" * 2, (GIB,), "a second page without nodeset, expected one"),
        ("<page size='1' unit='G'/>", (GIB, 5), "cell 1 has 5 KiB, expected whole pages of 1 GiB, such as 1048576 KiB"),
        ("<page size='x'/>", (), "expected memory"),
    ],
)
def test_what_libvirt_or_the_host_refuses_is_refused_with_its_place(
    inner: str, cells: tuple[int, ...], message: str
) -> None:
    with pytest.raises(InputError, match=r"g\.xml:1: ") as caught:
        read(inner, *cells)
    assert message in str(caught.value)


def test_memory_of_a_domain_without_cells_is_whole_pages() -> None:
    with pytest.raises(InputError, match="the memory has 1048577 KiB, expected whole pages of 1 GiB, such as 2097152"):
        read("<page size='1' unit='G'/>", memory_kib=GIB + 1)
