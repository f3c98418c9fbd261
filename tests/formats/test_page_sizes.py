"""Page sizes in which a pnode can hold memory."""

from __future__ import annotations

from msgspec.structs import replace

from placer.formats.page_sizes import sizes_for
from placer.instance import HugePages
from tests.support.building import GIB, MIB, a_host


def test_a_size_needs_whole_pages_and_one_pnode_with_enough_of_them() -> None:
    first, second = a_host(GIB, GIB).pnodes
    small = HugePages(page_size=2 * MIB, total=2048, free=1024)
    host = replace(
        a_host(GIB, GIB),
        pnodes=(
            replace(first, huge_pages=(small, HugePages(page_size=GIB, total=1))),
            replace(second, huge_pages=(small, HugePages(page_size=GIB, total=2))),
        ),
    )
    assert sizes_for(host, 2 * GIB) == [GIB, 2 * MIB]
    assert sizes_for(host, 2 * GIB - 2 * MIB) == [2 * MIB]
    assert sizes_for(host, 3 * GIB) == []  # three pages of 1 GiB are free, on no pnode all of them
    assert sizes_for(host, 3) == []
    assert sizes_for(a_host(GIB), GIB) == []
