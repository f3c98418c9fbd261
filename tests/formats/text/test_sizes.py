from __future__ import annotations

import pytest

from placer.errors import InputError
from placer.formats.text.sizes import parse_sizes, with_free, with_reserve
from placer.instance import Host, Pnode
from tests.support.building import GIB, MIB, a_host


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("4", r'--free: "4": expected SIZE or ID=SIZE'),
        ("", r'--free: "": expected SIZE or ID=SIZE'),
        ("0=", r'--free: "0=": expected SIZE or ID=SIZE'),
        ("x=1GiB", r'--free: "x=1GiB": expected SIZE or ID=SIZE, ID the number of a pnode'),
        ("=1GiB", r'--free: "=1GiB": expected SIZE or ID=SIZE, ID'),
        ("3=1GiB", r"--free: no pnode 3 on this host, expected one of 0,8"),
        ("1GB", r'--free: "1GB": expected SIZE or ID=SIZE'),
    ],
)
def test_a_size_that_is_none_is_refused_with_what_was_expected(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_sizes(text, (0, 8), "--free")


def test_the_last_of_two_sizes_for_a_pnode_counts() -> None:
    assert parse_sizes("1GiB, 8=2GiB", (0, 8), "--free") == {0: GIB, 8: 2 * GIB}


def test_free_memory_of_a_host_leaves_its_reserve_alone() -> None:
    pnodes = tuple(Pnode(id=id, memory_kib=GIB, reserve_kib=7) for id in (0, 8))
    host = with_free(Host(pnodes=pnodes), "0=2GiB")
    assert [(pnode.memory_kib, pnode.reserve_kib) for pnode in host.pnodes] == [(2 * GIB, 7), (GIB, 7)]


def test_nothing_at_all_needs_no_unit() -> None:
    assert parse_sizes("4GiB,8=0", (0, 8), "--reserve") == {0: 4 * GIB, 8: 0}


def test_a_reserve_is_set_on_every_pnode_or_on_those_that_are_named() -> None:
    host = with_reserve(a_host(8 * GIB, 8 * GIB, 8 * GIB), "0=1GiB,2=512MiB")
    assert [pnode.reserve_kib for pnode in host.pnodes] == [GIB, 0, 512 * MIB]

    assert [pnode.reserve_kib for pnode in with_reserve(host, "2GiB").pnodes] == [2 * GIB] * 3
    assert [pnode.reserve_kib for pnode in with_reserve(host, "1=3GiB").pnodes] == [GIB, 3 * GIB, 512 * MIB]


@pytest.mark.parametrize(("text", "fault"), [("9=1GiB", "9"), ("1 pound", "1 pound"), ("=1GiB", "=1GiB"), ("0=", "0=")])
def test_a_reserve_that_is_none_is_refused(text: str, fault: str) -> None:
    with pytest.raises(InputError, match=rf"^--reserve: .*{fault}"):
        with_reserve(a_host(GIB), text)
