"""The box of a pnode: bars to scale, rows, devices and cpupools."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from placer.check import check
from placer.draw.content import Content, of_host, of_placement
from placer.draw.pnode_box import ROOM, pnode_box, scale_of
from placer.draw.scene import Block, Box, Label, Part, Shape
from placer.instance import Cpupool, Device, HugePages, Placement
from tests.support.building import GIB, MIB, a_guest, a_host, an_instance
from tests.support.pictures import two_pnodes


def shapes(items: tuple[Shape, ...]) -> list[Shape]:
    return [each for item in items for each in ([item, *shapes(item.items)] if isinstance(item, Part) else [item])]


def texts(block: Block) -> list[str]:
    return [each.text for each in shapes(block.items) if isinstance(each, Label)]


def bar(block: Block, height: float = 18) -> list[tuple[str, Any]]:
    boxes = [each for each in shapes(block.items) if isinstance(each, Box) and each.height == height]
    return [(box.look, box.width / ROOM) for box in boxes]


def placed() -> Content:
    instance, placement = two_pnodes()
    return of_placement(instance, placement, check(instance, placement))


def test_memory_is_drawn_to_scale() -> None:
    content = placed()
    first, second = (pnode_box(content, p, scale_of(content)) for p in (0, 1))
    # of 8 GiB: 3 placed, 4 MiB of overhead, the rest free; then 2 + 1 of 4
    over = 4 / 8192
    assert bar(first) == [
        ("g", pytest.approx(3 / 8)),
        ("overhead", pytest.approx(over)),
        ("free", pytest.approx(5 / 8 - over)),
        ("whole", pytest.approx(1)),
    ]
    assert [width for _, width in bar(second)] == pytest.approx([2 / 8, 1 / 8, over, 1 / 8 - over, 4 / 8])


def test_the_figures_are_written_beside_the_bar() -> None:
    content = placed()
    assert texts(pnode_box(content, 1, scale_of(content))) == [
        "pnode 1",
        "1020 MiB left of 4 GiB",
        "1",
        "2",
        "1 db",
        "2 GiB, 0 vcpus",
        "2 web",
        "1 GiB, 1 vcpu",
        "4 pcpus (4-7): 1 vcpu placed",
    ]


def test_what_is_placed_beyond_the_memory_there_is_shortens_the_scale() -> None:
    instance = an_instance(a_host(4 * GIB), a_guest(8 * GIB))
    placement = Placement(pnode_of={"db": (0,)})
    content = of_placement(instance, placement, check(instance, placement))
    assert bar(pnode_box(content, 0, scale_of(content))) == [("g", pytest.approx(1)), ("whole", pytest.approx(0.5))]


def test_the_reserve_is_a_part_of_what_is_free() -> None:
    host = a_host(8 * GIB)
    content = of_host(replace(host, pnodes=(replace(host.pnodes[0], reserve_kib=2 * GIB),)))
    drawn = bar(pnode_box(content, 0, scale_of(content)))
    assert drawn == [("free", pytest.approx(0.75)), ("reserve", pytest.approx(0.25)), ("whole", pytest.approx(1))]


def test_huge_pages_have_a_bar_of_their_own() -> None:
    host = a_host(8 * GIB)
    pages = HugePages(page_size=2 * MIB, total=1024, free=512)
    content = of_host(replace(host, pnodes=(replace(host.pnodes[0], huge_pages=(pages,)),)))
    block = pnode_box(content, 0, scale_of(content))
    assert "pages of 2 MiB: 512 left of 1024" in texts(block)
    assert bar(block, 12)[:2] == [("used", pytest.approx(1 / 8)), ("free", pytest.approx(1 / 8))]


def test_a_pnode_without_memory_or_pcpus_says_so() -> None:
    host = a_host(0, 4 * GIB)
    content = of_host(replace(host, pnodes=(host.pnodes[0], replace(host.pnodes[1], pcpus=()))))
    assert texts(pnode_box(content, 0, scale_of(content)))[:2] == ["pnode 0", "no memory"]
    assert "no pcpus" in texts(pnode_box(content, 1, scale_of(content)))


def test_devices_and_cpupools_are_listed_and_the_others_counted() -> None:
    devices = tuple(Device(id=f"0000:0{i}:00.0", pnode=0) for i in range(6))
    pools = (Cpupool(name="Pool-0", pcpus=(0, 1, 2)), Cpupool(name="rt", pcpus=(3,)))
    content = of_host(replace(a_host(4 * GIB), devices=devices, cpupools=pools))
    said = texts(pnode_box(content, 0, scale_of(content)))
    assert said[-8:-3] == ["devices", "0000:00:00.0", "0000:01:00.0", "0000:02:00.0", "and 3 more"]
    assert said[-3:] == ["cpupools", "Pool-0: pcpus 0-2", "rt: pcpus 3"]
