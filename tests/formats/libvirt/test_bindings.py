"""Memory devices and pins of a libvirt domain."""

from __future__ import annotations

import pytest

from placer.errors import InputError
from placer.formats.libvirt.bindings import read_memory_devices, read_pins, vnodes_of_devices
from placer.formats.text.xml_text import parse_xml
from placer.instance import Host, HugePages, Pnode, Vnode

GIB = 1024**2
HOST = Host(pnodes=(Pnode(id=0, memory_kib=GIB, pcpus=(0, 1)), Pnode(id=4, memory_kib=GIB, pcpus=(2, 3))))


SIZE = "<size unit='GiB'>2</size>"


def device(model: str = "dimm", *, mask: str = "", node: int = 1, size: str = SIZE, page: str = "") -> str:
    source = f"<nodemask>{mask}</nodemask>" if mask else ""
    source = f"<source>{page}{source}</source>" if page or mask else ""
    return f"<memory model='{model}'>{source}<target>{size}<node>{node}</node></target></memory>"


def devices(*each: str) -> tuple[dict[int, int], tuple[Vnode, ...], int]:
    root = parse_xml(f"<domain><devices>{''.join(each)}</devices></domain>", "d.xml")
    read = read_memory_devices(root, 2, HOST)
    return read.of_cell, read.apart, len(read.notes)


def test_devices_count_with_their_cell_or_are_memory_of_it_on_the_pnodes_of_their_nodemask() -> None:
    assert devices(device(), device("virtio-mem"), device(node=0)) == ({1: 4 * GIB, 0: 2 * GIB}, (), 0)
    assert devices(device(mask="4"), device(mask="0,4", node=0)) == (
        {},
        (
            Vnode(memory_kib=2 * GIB, pnodes=(4,), memory_of=1),
            Vnode(memory_kib=2 * GIB, pnodes=(0, 4), memory_of=0),
        ),
        0,
    )
    assert devices(device("nvdimm")) == ({}, (), 1)


def test_a_device_has_pages_of_its_own_or_those_of_its_cell() -> None:
    pools = tuple(HugePages(page_size=size, total=1024) for size in (2048, GIB))
    host = Host(pnodes=(Pnode(id=0, memory_kib=GIB, pcpus=(0,), huge_pages=pools),))

    def sizes(*each: str) -> list[int | None]:
        root = parse_xml(f"<domain><devices>{''.join(each)}</devices></domain>", "d.xml")
        return [vnode.page_size for vnode in vnodes_of_devices(read_memory_devices(root, 2, host), {1: GIB})]

    ordinary, huge = (f"<pagesize unit='KiB'>{kib}</pagesize>" for kib in (4, 2048))
    assert sizes(device(mask="0"), device(mask="0", page=ordinary), device(mask="0", page=huge)) == [GIB, None, 2048]
    assert sizes(device(mask="0", node=0)) == [None]
    with pytest.raises(InputError, match=r"^d.xml:1: <pagesize>: no huge pages of 64 KiB on this host"):
        sizes(device(mask="0", page="<pagesize unit='KiB'>64</pagesize>"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (device(mask="1"), "names pnode 1, this host has pnodes 0,4"),
        (device(node=2), "a cell"),
        (device(size=""), "expected <target> with <size>"),
        (device(size="<size>-1</size>"), "expected memory from 0"),
    ],
)
def test_faults_are_named_with_their_line(text: str, message: str) -> None:
    with pytest.raises(InputError, match=rf"^d.xml:1: .*{message}"):
        devices(text)


def test_pins_are_on_the_pnodes_of_their_pcpus() -> None:
    pins = "<emulatorpin cpuset='2'/><iothreadpin iothread='1' cpuset='0-3'/><iothreadpin iothread='2' cpuset='0'/>"
    read = read_pins(parse_xml(f"<domain><cputune>{pins}</cputune></domain>", "d.xml"), HOST)
    assert [(pin.what, pin.pnodes) for pin in read] == [
        ("its emulatorpin (pcpus 2)", (4,)),
        ("its iothreadpin 1 (pcpus 0-3)", (0, 4)),
        ("its iothreadpin 2 (pcpus 0)", (0,)),
    ]
    with pytest.raises(InputError, match="names pcpu 9, this host has pcpus 0-3"):
        read_pins(parse_xml("<domain><cputune><emulatorpin cpuset='9'/></cputune></domain>", "d.xml"), HOST)
