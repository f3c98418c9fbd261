"""Page sizes in a domain that is written, by hand after libvirt's documentation; a real libvirt takes them."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from msgspec.structs import replace

from placer.formats.base import ParsedHost
from placer.formats.libvirt.read_domain import read_libvirt_domain
from placer.instance import Guest, HugePages, Placement, Vnode
from placer.job.emit import emit_guests
from placer.job.request import Request, assemble
from placer.job.settled import settled
from tests.support.building import GIB, MIB, a_guest, a_host, an_instance
from tests.support.real_libvirt import given_back
from tests.xen.xen_packages import Platform

BARE = a_host(8 * GIB, 8 * GIB)
POOLS = (HugePages(page_size=2 * MIB, total=1024), HugePages(page_size=GIB, total=2))
HOST = replace(BARE, pnodes=tuple(replace(pnode, huge_pages=POOLS) for pnode in BARE.pnodes))

DOMAIN = """\
<domain type='qemu'>
  <name>db</name>
  <memory unit='GiB'>4</memory>
  <memoryBacking>
    {}
    <locked/>
  </memoryBacking>
  <vcpu>4</vcpu>
  <os><type arch='x86_64'>hvm</type></os>
{}</domain>
"""
CELLS = """\
  <cpu>
    <numa>
      <cell id='0' cpus='0-1' memory='2' unit='GiB'/>
      <cell id='1' cpus='2-3' memory='2' unit='GiB'/>
    </numa>
  </cpu>
"""


def of_domain(hugepages: str, cells: str, *pnodes: int) -> str:
    reading = read_libvirt_domain(DOMAIN.format(hugepages, cells), "db.xml", HOST)
    request = settled(assemble(ParsedHost(host=HOST), [reading]))
    return written(request, *pnodes)


def written(request: Request, *pnodes: int) -> str:
    placement = Placement(pnode_of={request.instance.guests[0].name: pnodes})
    return next(iter(emit_guests(request, placement, (), "libvirt").values()))


def pages_of(text: str) -> list[dict[str, str]]:
    return [page.attrib for page in ElementTree.fromstring(text).findall("memoryBacking/hugepages/page")]


@pytest.mark.parametrize(
    ("hugepages", "cells"),
    [
        ("<hugepages><page size='1' unit='G'/></hugepages>", CELLS),
        ("<hugepages><page size='1' unit='G' nodeset='1'/></hugepages>", CELLS),
        ("<hugepages><page size='1' unit='G'/></hugepages>", ""),
        ("<hugepages><page size='4' unit='KiB'/></hugepages>", CELLS),
    ],
    ids=["all cells", "one cell", "cut", "ordinary"],
)
def test_a_domain_that_states_its_sizes_keeps_them_as_they_are(hugepages: str, cells: str, platform: Platform) -> None:
    text = of_domain(hugepages, cells, 0, 1)
    assert hugepages in text
    assert len(given_back(text, platform).findall("memoryBacking/hugepages/page")) == 1


@pytest.mark.parametrize(
    ("hugepages", "cells", "size"),
    [
        ("<hugepages/>", CELLS, 2 * MIB),
        ("<hugepages></hugepages>", "", 2 * MIB),
        ("<hugepages><page size='1' unit='G' nodeset='0'/></hugepages>", "", GIB),
    ],
    ids=["no size", "no size, cut", "cell 0 of none, cut"],
)
def test_a_size_that_would_mean_another_thing_is_written_anew(
    hugepages: str, cells: str, size: int, platform: Platform
) -> None:
    text = of_domain(hugepages, cells, 0, 1)
    assert pages_of(text) == [{"size": str(size), "unit": "KiB"}]
    assert "<locked/>" in text
    assert pages_of(ElementTree.tostring(given_back(text, platform), "unicode")) == pages_of(text)


def of_guest(guest: Guest, *pnodes: int) -> str:
    return written(Request(instance=an_instance(HOST, guest)), *pnodes)


def test_a_guest_of_an_instance_gets_the_sizes_of_its_vnodes(platform: Platform) -> None:
    text = of_guest(a_guest(GIB, GIB, page_size=GIB), 0, 1)
    assert pages_of(text) == [{"size": "1048576", "unit": "KiB"}]
    mixed = (
        Vnode(memory_kib=GIB, vcpus=(0,)),
        Vnode(memory_kib=GIB, vcpus=(1,), page_size=GIB),
        Vnode(memory_kib=GIB, vcpus=(2,), page_size=2 * MIB),
    )
    text = of_guest(Guest(name="db", vnodes=mixed), 0, 1, 1)
    expected = [
        {"size": "2048", "unit": "KiB", "nodeset": "2"},
        {"size": "1048576", "unit": "KiB", "nodeset": "1"},
    ]
    assert pages_of(text) == expected
    assert pages_of(ElementTree.tostring(given_back(text, platform), "unicode")) == expected
    assert "memoryBacking" not in of_guest(a_guest(GIB), 0)


def test_a_flavour_has_the_pages_that_it_asks_for_in_its_domain(platform: Platform) -> None:
    from placer.formats.openstack.flavor import read_flavors

    flavor = {"name": "m", "vcpus": 2, "ram": 2048, "extra_specs": {"hw:mem_page_size": "1GB"}}
    request = settled(assemble(ParsedHost(host=HOST), read_flavors(flavor, "m.json", HOST)))
    text = written(request, 1)
    assert pages_of(text) == [{"size": "1048576", "unit": "KiB"}]
    assert len(given_back(text, platform).findall("numatune/memnode")) == 1
