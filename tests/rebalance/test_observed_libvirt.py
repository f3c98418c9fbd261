"""How guests of libvirt can be moved: worked by hand from what virsh(1) says."""

from __future__ import annotations

import dataclasses

import pytest

from placer.formats.base import GuestSource, ParsedGuest
from placer.instance import Vnode
from placer.rebalance.observed_libvirt import libvirt_kinds, of_libvirt

XML = "<domain type='kvm'><name>a</name>{}<os><type>hvm</type></os></domain>"
GUEST = ParsedGuest(name="a", type="hvm", vcpu_count=1, memory_kib=4, maxmem_kib=4)


def guest(numatune: str = "", **changes: object) -> ParsedGuest:
    source = GuestSource(kind="libvirt", place="a.xml", text=XML.format(numatune))
    return dataclasses.replace(GUEST, source=source, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "kinds", "why"),
    [
        (guest(), ("migrate", "save"), ""),
        (guest("<numatune><memory mode='strict' nodeset='0'/></numatune>"), ("migrate", "save"), ""),
        (guest("<numatune><memory mode='interleave' nodeset='0-1'/></numatune>"), ("save",), ""),
        (guest("<numatune><memnode cellid='0' mode='strict' nodeset='0'/></numatune>"), ("save",), ""),
        (guest(vnodes=(Vnode(memory_kib=4, vcpus=(0,), pnode=0),)), ("save",), ""),
        (guest(assigned=("0000:3b:00.0",)), (), "devices are passed through to it (0000:3b:00.0)"),
        (guest(page_size=2048), (), "huge pages"),
    ],
)
def test_live_where_strict_and_without_cells_else_saved(given: ParsedGuest, kinds: tuple[str, ...], why: str) -> None:
    found, said = libvirt_kinds(given)
    assert found == kinds and why in said


def test_a_guest_of_libvirt_is_told_by_its_source() -> None:
    assert of_libvirt(guest()) and not of_libvirt(GUEST)
