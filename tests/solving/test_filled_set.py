"""Memory of a strict nodeset divided by what its pnodes have free: worked by hand."""

from __future__ import annotations

from msgspec.structs import replace

from placer.instance import Flexible, Guest, HugePages
from placer.solving.filled_set import filled_set
from tests.support.building import GIB, MIB, a_host


def parts(
    memory_kib: int, *free: int, pnodes: tuple[int, ...] | None = None, most: int | None = None
) -> list[tuple[int, int]]:
    flexible = Flexible(memory_kib=memory_kib, vcpu_count=4, most=most)
    found = filled_set(Guest(name="db", flexible=flexible, form="set", pnodes=pnodes), a_host(*free))
    return [(v.pnodes[0], v.memory_kib) for v in found[0].vnodes if v.pnodes] if found else []


def test_a_short_pnode_gives_all_it_has_and_the_others_the_rest_in_equal_parts() -> None:
    assert parts(10 * GIB, 8 * GIB, 3 * GIB) == [(0, 7 * GIB), (1, 3 * GIB)]
    assert parts(15 * GIB, 6 * GIB, 7 * GIB, 3 * GIB) == [(1, 6 * GIB), (0, 6 * GIB), (2, 3 * GIB)]
    assert parts(15 * GIB + MIB, 8 * GIB, 8 * GIB, 3 * GIB, pnodes=(1, 2)) == []  # 11 GiB in all
    assert parts(11 * GIB, 8 * GIB, 8 * GIB, 3 * GIB, pnodes=(1, 2)) == [(1, 8 * GIB), (2, 3 * GIB)]


def test_the_fewest_pnodes_that_hold_it() -> None:
    assert parts(13 * GIB, 8 * GIB, 5 * GIB, 2 * GIB) == [(0, 8 * GIB), (1, 5 * GIB)]
    assert parts(14 * GIB, 8 * GIB, 5 * GIB, 2 * GIB, most=2) == []


def test_equal_parts_are_left_to_the_search() -> None:
    assert parts(10 * GIB, 8 * GIB, 8 * GIB) == []
    assert parts(4 * GIB, 8 * GIB, 3 * GIB) == []


def test_huge_pages_are_divided_in_whole_pages_of_what_their_pools_have() -> None:
    pools = (HugePages(page_size=GIB, total=9, free=8), HugePages(page_size=GIB, total=3, free=3))
    pnodes = [replace(p, huge_pages=(pool,)) for p, pool in zip(a_host(MIB, 40 * GIB).pnodes, pools, strict=True)]
    host = replace(a_host(MIB, 40 * GIB), pnodes=pnodes)
    guest = Guest(name="db", flexible=Flexible(memory_kib=10 * GIB, vcpu_count=4), form="set", page_size=GIB)
    found = filled_set(guest, host)
    assert found is not None
    assert [(v.pnodes, v.memory_kib) for v in found[0].vnodes] == [((0,), 7 * GIB), ((1,), 3 * GIB)]


def test_the_reason_names_the_sizes() -> None:
    guest = Guest(name="db", flexible=Flexible(memory_kib=10 * GIB, vcpu_count=4), form="set")
    found = filled_set(guest, a_host(8 * GIB, 3 * GIB))
    assert found is not None
    assert str(found[1]).endswith("what its pnodes have free: 7 GiB on pnode 0, 3 GiB on pnode 1")
