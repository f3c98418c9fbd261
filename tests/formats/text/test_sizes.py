from __future__ import annotations

import pytest

from placer.errors import InputError
from placer.formats.text.sizes import changed_sizes, parse_sizes, with_free, with_reserve
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


def test_a_change_is_from_what_the_pnode_has_or_what_an_earlier_part_left() -> None:
    now = {0: 4 * GIB, 8: 2 * GIB}
    assert changed_sizes("+1GiB", now, "--free") == {0: 5 * GIB, 8: 3 * GIB}
    assert changed_sizes("8=-512MiB, 8=-512MiB", now, "--free") == {8: GIB}
    assert changed_sizes("8GiB,0=-4GiB", now, "--free") == {0: 4 * GIB, 8: 8 * GIB}
    assert changed_sizes("0=0", now, "--free") == {0: 0}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("8=-3GiB", r'^--free: "8=-3GiB": pnode 8 has 2 GiB, expected at most that with a minus$'),
        ("-3GiB", r'^--free: "-3GiB": pnode 8 has 2 GiB, '),
        ("+8192TiB", r'^--free: "\+8192TiB": more than 8 PiB on pnode 0$'),
        ("+-1GiB", r'^--free: "\+-1GiB": expected SIZE, \+SIZE or -SIZE, after ID= for one pnode \('),
        ("3=+1GiB", r"^--free: no pnode 3 on this host, expected one of 0,8$"),
        ("x=+1GiB", r'^--free: "x=\+1GiB": expected SIZE or ID=SIZE, ID the number of a pnode$'),
        ("+1GiB,", r'^--free: "": expected SIZE, '),
    ],
)
def test_a_change_that_is_none_or_leaves_less_than_nothing_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        changed_sizes(text, {0: 4 * GIB, 8: 2 * GIB}, "--free")
