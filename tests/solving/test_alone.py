"""Whether a guest fits without any other, and with how many parts it comes nearest; examples by hand."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from placer.instance import Flexible, Form, Guest, HugePages
from placer.solving.alone import fits_alone, nearest_count
from tests.support.building import GIB, a_host

HOST = a_host(4 * GIB, 12 * GIB, 10 * GIB)


def a_set(gib: int, vcpus: int = 2, form: Form = "set", **more: Any) -> Guest:
    flexible = Flexible(memory_kib=gib * GIB, vcpu_count=vcpus, most=3)
    return Guest(name="db", form=form, flexible=flexible, **more)


@pytest.mark.parametrize(
    ("gib", "k", "fits"), [(12, 1, True), (13, 1, False), (20, 2, True), (12, 3, True), (22, 2, False)]
)
def test_a_guest_fits_alone_by_its_memory(gib: int, k: int, fits: bool) -> None:
    assert fits_alone(a_set(gib).split_into(k), HOST) == fits


@pytest.mark.parametrize(
    ("gib", "nearest"),
    [
        (22, 2),  # one part lacks 10 GiB, two of 11 lack 1, three of 7.33 lack 3.33
        (25, 2),  # 13; 0.5 + 2.5; 4.33
        (30, 3),  # 18; 3 + 5; 6
    ],
)
def test_the_number_that_lacks_least_memory_is_nearest(gib: int, nearest: int) -> None:
    assert nearest_count(a_set(gib), HOST, range(1, 4)) == nearest


def test_a_number_with_a_pcpu_for_each_vcpu_comes_first() -> None:
    """13 GiB lack 1 GiB in one part, and in two of 6.5 GiB the 2.5 of pnode 0; but pnode 1 has 4 pcpus for 6 vcpus."""
    host = a_host(4 * GIB, 12 * GIB)
    assert nearest_count(a_set(13, 2), host, range(1, 3)) == 1
    assert nearest_count(a_set(13, 6), host, range(1, 3)) == 2


def test_pnodes_that_it_may_not_use_hold_nothing() -> None:
    assert nearest_count(a_set(22, pnodes=(0, 1)), HOST, range(1, 3)) == 2  # 10 GiB lack in one part, 7 in two


def test_vnodes_may_share_a_pnode_but_are_no_more_than_pnodes() -> None:
    """28 GiB: one vnode lacks 16, two of 14 lack 2 + 4, of 10 + 9 + 9 the last lacks 5 on pnode 0; more lack less."""
    assert nearest_count(a_set(28, form="vnuma"), HOST, range(1, 33)) == 3


def test_huge_pages_count_as_memory() -> None:
    pages = [HugePages(page_size=2048, total=count, free=count) for count in (1024, 3072)]
    host = a_host(8 * GIB, 8 * GIB)
    host = replace(host, pnodes=tuple(replace(p, huge_pages=(h,)) for p, h in zip(host.pnodes, pages, strict=True)))
    # 2 and 6 GiB of pages: 7 GiB lack 1 in one part and 1.5 in two; 9 GiB lack 3 in one and 2.5 in two
    assert nearest_count(a_set(7, page_size=2048), host, range(1, 3)) == 1
    assert nearest_count(a_set(9, page_size=2048), host, range(1, 3)) == 2
