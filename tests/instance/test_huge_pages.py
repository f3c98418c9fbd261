"""Pools of huge pages, and memory in them."""

from __future__ import annotations

import re

import pytest

from placer.instance import Flexible, Guest, Host, HugePages, Instance, Pnode, Vnode
from placer.instance.flexible import parts, set_parts
from tests.support.building import GIB, MIB, a_guest, a_host


def test_a_pool_without_a_free_number_is_free() -> None:
    assert HugePages(page_size=2 * MIB, total=5).free_pages == 5
    assert HugePages(page_size=2 * MIB, total=5, free=0).free_pages == 0


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"page_size": 0, "total": 1}, "page_size is 0, expected a size such as 2MiB"),
        ({"page_size": 2048, "total": 1, "free": 2}, "2 free pages of 1, expected at most as many as there are"),
        ({"page_size": GIB, "total": 2**43}, "expected at most 8 PiB"),
        ({"page_size": 2048, "total": -1}, "total"),
        ({"page_size": -2048, "total": 1}, "page_size"),
    ],
)
def test_a_pool_that_cannot_be_is_refused(values: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        HugePages(**values)


def test_a_pnode_has_one_pool_of_a_size() -> None:
    pools = (HugePages(page_size=2 * MIB, total=3), HugePages(page_size=GIB, total=2, free=1))
    pnode = Pnode(id=0, memory_kib=GIB, huge_pages=pools)
    assert (pnode.pages_of(GIB), pnode.pages_of(4 * MIB), pnode.free_kib) == (1, 0, 2 * GIB + 6 * MIB)
    with pytest.raises(ValueError, match="pnode 0 lists huge_pages of 2 MiB twice"):
        Pnode(id=0, memory_kib=GIB, huge_pages=pools[:1] * 2)


def test_memory_is_a_whole_number_of_pages() -> None:
    assert a_guest(4 * MIB, page_size=2 * MIB).page_size == 2 * MIB
    expected = "vnode 1 has 3072 KiB in pages of 2 MiB, expected whole pages, such as 2048 or 4096 KiB"
    with pytest.raises(ValueError, match=expected):
        a_guest(4 * MIB, 3 * MIB, page_size=2 * MIB)
    with pytest.raises(ValueError, match="memory has 3072 KiB in pages of 2 MiB"):
        Guest(name="db", flexible=Flexible(memory_kib=3 * MIB, vcpu_count=1), page_size=2 * MIB)
    with pytest.raises(ValueError, match="vnode 0: page_size is 0, expected a size such as 2MiB, or null"):
        Guest(name="db", vnodes=(Vnode(memory_kib=MIB, page_size=0),))


def test_a_vnode_has_its_own_page_size_or_that_of_its_guest() -> None:
    vnodes = (Vnode(memory_kib=GIB, page_size=GIB), Vnode(memory_kib=4 * MIB))
    guest = Guest(name="db", vnodes=vnodes, page_size=2 * MIB)
    assert [guest.page_size_of(vnode) for vnode in vnodes] == [GIB, 2 * MIB]
    mixed = Guest(name="db", vnodes=vnodes)
    assert [mixed.ordinary_kib(vnode) for vnode in vnodes] == [0, 4 * MIB]


def test_a_page_size_is_one_of_the_host() -> None:
    pnode = Pnode(id=0, memory_kib=GIB, huge_pages=(HugePages(page_size=2 * MIB, total=0),))
    expected = 'guest "db" page_size: no huge pages of 1 GiB on this host, expected one of 2 MiB'
    with pytest.raises(ValueError, match=expected):
        Instance(host=Host(pnodes=(pnode,)), guests=(a_guest(GIB, page_size=GIB),))
    with pytest.raises(ValueError, match="it states no huge_pages"):
        Instance(host=a_host(GIB), guests=(a_guest(GIB, page_size=GIB),))


def test_parts_are_whole_pages() -> None:
    assert [kib // GIB for kib, _ in parts(10 * GIB, 4, 4, page_size=GIB)] == [3, 3, 2, 2]
    assert [kib // MIB for kib, _ in parts(10 * GIB, 5, 4, page_size=2 * MIB)] == [2560] * 4
    assert [kib // MIB for kib, _ in set_parts(10 * MIB, 2, 2, 2 * MIB)] == [6, 4]
