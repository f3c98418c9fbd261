"""Free pages below the text of a host, by hand after what virsh freepages --all prints."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from placer.errors import InputError
from placer.formats.base import ParsedHost
from placer.formats.linux.free_pages import ALL_FREE, split_free_pages, with_free_pages
from placer.instance import Host, HugePages
from tests.support.building import GIB, MIB, a_host

PRINTED = """\
Node 0:
4KiB: 1000
2048KiB: 96

Node 1:
4KiB: 1000
2048KiB: 300

"""
CELLS = a_host(2 * GIB, 2 * GIB)
POOL = HugePages(page_size=2 * MIB, total=256)
HOST = replace(CELLS, pnodes=tuple(replace(pnode, huge_pages=(POOL,)) for pnode in CELLS.pnodes))


def pages(host: Host) -> list[list[tuple[int, int, int | None]]]:
    return [[(pool.page_size, pool.total, pool.free) for pool in pnode.huge_pages] for pnode in host.pnodes]


def test_the_text_of_the_host_ends_where_the_first_node_begins() -> None:
    text, free = split_free_pages("<capabilities/>\n\n" + PRINTED, "caps.xml")
    assert text == "<capabilities/>\n\n"
    assert free == {0: {4: 1000, 2048: 96}, 1: {4: 1000, 2048: 300}}
    assert split_free_pages("node 0 cpus: 0\n", "x") == ("node 0 cpus: 0\n", {})
    assert split_free_pages(PRINTED.replace("\n", "\r\n"), "x")[1] == free


def test_a_pool_has_what_is_free_and_at_least_as_many_in_all() -> None:
    _, free = split_free_pages(PRINTED, "x")
    reading = with_free_pages(ParsedHost(host=HOST), free, "x", memory_is_total=True)
    assert pages(reading.host) == [[(2 * MIB, 256, 96)], [(2 * MIB, 300, 300)]]
    assert [pnode.memory_kib for pnode in reading.host.pnodes] == [2 * GIB, 2 * GIB - 44 * 2 * MIB]
    assert reading.notes == ()
    stated = with_free_pages(ParsedHost(host=HOST), free, "x", memory_is_total=False)
    assert [pnode.memory_kib for pnode in stated.host.pnodes] == [2 * GIB, 2 * GIB]


def test_a_host_without_pools_gets_those_of_all_sizes_but_the_smallest() -> None:
    reading = with_free_pages(ParsedHost(host=CELLS), {1: {64: 9, 2048: 7, 524288: 0}}, "x", memory_is_total=False)
    assert pages(reading.host) == [[], [(2 * MIB, 7, 7), (512 * MIB, 0, 0)]]


def test_pools_of_which_only_totals_are_known_are_noted() -> None:
    reading = with_free_pages(ParsedHost(host=HOST), {0: {4: 1, 2048: 0}}, "x", memory_is_total=True)
    assert pages(reading.host) == [[(2 * MIB, 256, 0)], [(2 * MIB, 256, None)]]
    assert reading.notes == (ALL_FREE,)
    assert with_free_pages(ParsedHost(host=CELLS), {}, "x", memory_is_total=True).notes == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Node 0:\n2048KiB: -1\n", 'x:2: expected lines of virsh freepages --all, such as "2048KiB: 512", got'),
        ("Node 0:\n2048KiB: many\n", "x:2: expected lines of virsh freepages --all"),
        ("\nNode 0:\n4KiB: 1\n4KiB: 2\n", "x:4: 4 stands there twice, expected it once"),
        ("Node 0:\nNode 1:\nNode 0:\n", "x:3: 0 stands there twice"),
        ("Node 70000:\n", "x:1: 70000 is too large, expected at most"),
    ],
)
def test_other_lines_are_refused_with_their_place(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        split_free_pages(text, "x")
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("free", "message"),
    [
        ({2: {4: 1}}, "x: free pages of node 2, expected pnodes of this host: 0, 1"),
        ({0: {4: 1, 2048: 10**15}}, "x: HugePages.total: expected int <= "),
    ],
)
def test_pages_that_the_host_cannot_have_are_refused(free: dict[int, dict[int, int]], message: str) -> None:
    with pytest.raises(InputError) as caught:
        with_free_pages(ParsedHost(host=HOST), free, "x", memory_is_total=True)
    assert str(caught.value).startswith(message), caught.value
