"""The table of huge pages."""

from __future__ import annotations

from placer.instance import Host, HugePages, Instance, Placement, Pnode
from placer.report.huge_pages import huge_pages_table
from tests.support.building import GIB, MIB, a_guest

POOLS = (HugePages(page_size=2 * MIB, total=9), HugePages(page_size=GIB, total=4, free=3))
HOST = Host(pnodes=(Pnode(id=0, memory_kib=GIB, pcpus=(0,), huge_pages=POOLS), Pnode(id=8, memory_kib=GIB)))


def test_only_sizes_in_use_are_shown() -> None:
    instance = Instance(host=HOST, guests=(a_guest(2 * GIB, page_size=GIB), a_guest(4, name="web")))
    shown = huge_pages_table(instance, Placement(pnode_of={"db": (0,), "web": (0,)}))
    assert shown.splitlines() == [
        "",
        "Huge pages",
        "  pnode  page size  pages  free before  placed  free after",
        "      0      1 GiB      4            3       2           1",
    ]


def test_a_guest_without_huge_pages_shows_none() -> None:
    instance = Instance(host=HOST, guests=(a_guest(4),))
    assert huge_pages_table(instance, Placement(pnode_of={"db": (0,)})) == ""
