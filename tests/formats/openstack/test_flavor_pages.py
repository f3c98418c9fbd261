"""The page size of a flavour, by hand after nova's documentation, and nova's own cases of the corpus."""

from __future__ import annotations

import pytest

from placer.errors import InputError
from placer.formats.base import ParsedGuest
from placer.formats.openstack.flavor import read_flavors
from placer.formats.page_sizes import NOT_KNOWN
from placer.instance import Host, HugePages, Pnode
from tests.support.building import GIB, MIB, a_host
from tests.support.nova_cases import nova_cases


def paged(*pools: dict[int, int]) -> Host:
    """Pools of each pnode: page size -> number of pages."""
    return Host(
        pnodes=[
            Pnode(
                id=p,
                memory_kib=GIB,
                pcpus=(p,),
                huge_pages=[HugePages(page_size=size, total=total) for size, total in pool.items()],
            )
            for p, pool in enumerate(pools)
        ]
    )


HOST = paged({2 * MIB: 1536, GIB: 0}, {2 * MIB: 512, GIB: 2})


def read(size: str | int | None, *, host: Host = HOST, image: str | None = None, ram: int = 4096) -> ParsedGuest:
    specs = {"hw:numa_nodes": "2"} | ({} if size is None else {"hw:mem_page_size": size})
    flavor = {"vcpus": 2, "ram": ram, "extra_specs": specs}
    properties = {} if image is None else {"hw_mem_page_size": image}
    (guest,) = read_flavors({"name": "vm", "flavor": flavor, "image": properties}, "vm.json", host)
    return guest


def sizes(guest: ParsedGuest) -> list[int | None]:
    return [vnode.page_size for vnode in guest.vnodes or ()]


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (None, None),
        ("small", None),
        ("4", None),
        ("2048", 2 * MIB),
        (1048576, GIB),
        ("2MB", 2 * MIB),
        ("1GiB", GIB),
        ("0.5GB", 512 * MIB),
        ("16Mbit", 2 * MIB),
    ],
)
def test_a_size_is_that_of_every_node(stated: str | int | None, expected: int | None) -> None:
    host = paged({2 * MIB: 9, 512 * MIB: 9, GIB: 9})
    guest = read(stated, host=host)
    assert sizes(guest) == [expected] * 2
    assert guest.notes == ()


def test_large_and_any_are_the_largest_pages_of_which_a_pnode_has_enough() -> None:
    assert sizes(read("large")) == [GIB, GIB]
    guest = read("large", ram=6144)  # 3 GiB each: no pnode has three pages of 1 GiB
    assert sizes(guest) == [2 * MIB] * 2
    assert guest.notes == ("hw:mem_page_size=large is taken as pages of 2 MiB; a size in its place is kept",)
    assert sizes(read("any", ram=16 * 1024)) == [None, None]
    assert sizes(read("large", ram=16 * 1024)) == [GIB, GIB]  # nova finds no host either
    assert sizes(read("any", ram=4095 * 2)) == [None, None]


def test_an_image_chooses_where_its_flavour_leaves_it_open() -> None:
    assert sizes(read("any", image="2048")) == [2 * MIB] * 2
    assert sizes(read("large", image="small")) == [None, None]
    for flavor in (None, "2048", "small"):
        with pytest.raises(InputError, match=r"image\.hw_mem_page_size: nova takes it only where the flavour has"):
            read(flavor, image="2048")


def test_a_host_without_pools_gives_ordinary_memory_and_a_note() -> None:
    guest = read("large", host=a_host(GIB))
    assert sizes(guest) == [None, None]
    assert guest.notes == (NOT_KNOWN,)
    assert read("small", host=a_host(GIB)).notes == ()


@pytest.mark.parametrize(
    ("stated", "ram", "message"),
    [
        ("-1", 4096, 'expected small, large, any, or a page size such as 2048 or "1GB", got "-1"'),
        ("0", 4096, "expected small, large, any, or a page size"),
        ("", 4096, "expected small, large, any, or a page size"),
        ("huge", 4096, "expected small, large, any, or a page size"),
        ("2M", 4096, "expected small, large, any, or a page size"),
        ("16MB", 4096, "no huge pages of 16 MiB on this host, expected one of 2 MiB, 1 GiB"),
        ("1GB", 4100, "node 0 has 2099200 KiB, expected whole pages of 1 GiB"),
        ("large", 4098, "node 0 has 2098176 KiB, expected whole pages, of 2 MiB at least"),
    ],
)
def test_what_nova_or_the_host_refuses_is_refused_with_its_path(stated: str, ram: int, message: str) -> None:
    with pytest.raises(InputError, match=r"^vm\.json: \$\.flavor\.extra_specs\.hw:mem_page_size: ") as caught:
        read(stated, ram=ram)
    assert message in str(caught.value)


def test_novas_own_cases_give_its_page_sizes() -> None:
    for case in nova_cases("nova_pagesize.json"):
        cell, expected = case["guest_cell"], case["expect"]
        ordinary, *huge = case["host_cell"]["pages"]
        pools = {page["size_kb"]: page["total"] - page["used"] - page["reserved"] for page in huge}
        flavor = {"vcpus": 1, "ram": cell["memory_mb"], "extra_specs": {"hw:mem_page_size": cell["pagesize"]}}
        document = {"name": "vm", "flavor": flavor}
        if expected["error"]:
            with pytest.raises(InputError, match="no huge pages of 4 MiB on this host"):
                read_flavors(document, "vm.json", paged(pools))
            continue
        (guest,) = read_flavors(document, "vm.json", paged(pools))
        assert [size or ordinary["size_kb"] for size in sizes(guest)] == [expected["pagesize_kb"]], case["name"]
