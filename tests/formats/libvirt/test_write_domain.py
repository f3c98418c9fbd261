"""Documents are written by hand after libvirt's documentation, and a real libvirt reads them where there is one."""

from __future__ import annotations

import os
import random
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from placer.check import check
from placer.errors import EmissionError, InputError
from placer.formats.base import GuestSource, ParsedHost
from placer.formats.libvirt.read_domain import read_libvirt_domain
from placer.instance import Guest, Host, Placement, Pnode, Topology
from placer.job.emit import emit_guests
from placer.job.request import Request, assemble
from placer.job.settled import settled
from tests.support.building import GIB, a_guest, a_host, an_instance
from tests.support.real_libvirt import defined, given_back, numa_of
from tests.xen.xen_packages import Platform

HOST = a_host(4 * GIB, 4 * GIB, 4 * GIB, slit=((10, 21, 31), (22, 10, 21), (31, 21, 10)))
"""Pnode p has pcpus 4p to 4p + 3."""

TWO_CELLS = """\
<domain type='qemu'>
  <name>db</name>
  <memory unit='GiB'>4</memory>
  <!-- before --><vcpu placement='auto' cpuset='0-1'>4</vcpu>
  <os><type arch='x86_64'>hvm</type></os>
  <cputune>
    <shares>2048</shares>
    <vcpupin vcpu='3' cpuset='1,8-9'/>
    <vcpupin vcpu='0' cpuset='2-7'/>
    <iothreadpin iothread='1' cpuset='0'/>
  </cputune>
  <iothreads>1</iothreads>
  <cpu mode='host-model'>
    <numa>
      <cell id='1' cpus='2-3' memory='2' unit='GiB' memAccess='shared'/>
      <cell id='0' cpus='0-1' memory='2' unit='GiB'>
        <distances>
          <sibling id='1' value='11'/>
        </distances>
      </cell>
    </numa>
  </cpu>
</domain>
"""
PLACED = """\
<domain type='qemu'>
  <name>db</name>
  <memory unit='GiB'>4</memory>
  <!-- before --><vcpu placement='static'>4</vcpu>
  <numatune>
    <memory mode='strict' nodeset='0,2'/>
    <memnode cellid='0' mode='strict' nodeset='0'/>
    <memnode cellid='1' mode='strict' nodeset='2'/>
  </numatune>
  <os><type arch='x86_64'>hvm</type></os>
  <cputune>
    <shares>2048</shares>
    <vcpupin vcpu='0' cpuset='2-3'/>
    <vcpupin vcpu='1' cpuset='0-3'/>
    <vcpupin vcpu='2' cpuset='8-11'/>
    <vcpupin vcpu='3' cpuset='8-9'/>
    <iothreadpin iothread='1' cpuset='0'/>
    <emulatorpin cpuset='0-3,8-11'/>
  </cputune>
  <iothreads>1</iothreads>
  <cpu mode='host-model'>
    <numa>
      <cell id='1' cpus='2-3' memory='2' unit='GiB' memAccess='shared'>
        <distances>
          <sibling id='0' value='31'/>
          <sibling id='1' value='10'/>
        </distances>
      </cell>
      <cell id='0' cpus='0-1' memory='2' unit='GiB'>
        <distances>
          <sibling id='0' value='10'/>
          <sibling id='1' value='31'/>
        </distances>
      </cell>
    </numa>
  </cpu>
</domain>
"""
PLAIN = (
    "<domain type='qemu'><name>db</name><memory unit='GiB'>{}</memory><vcpu>4</vcpu><os><type>hvm</type></os></domain>"
)


def request_of(text: str, host: Host = HOST) -> Request:
    return settled(assemble(ParsedHost(host=host), [read_libvirt_domain(text, "db.xml", host)], vnodes="fewest"))


def emitted(request: Request, *pnodes: int) -> str:
    (guest,) = request.instance.guests
    placement = Placement(pnode_of={guest.name: pnodes})
    return emit_guests(request, placement, check(request.instance, placement).violations, "libvirt")[guest.name]


def of_guest(guest: Guest, *pnodes: int) -> str:
    return emitted(Request(instance=an_instance(HOST, guest)), *pnodes)


def test_a_domain_comes_back_with_only_the_placement_set() -> None:
    assert emitted(request_of(TWO_CELLS), 0, 2) == PLACED


def test_what_is_placed_already_is_written_as_it_was() -> None:
    request = request_of(PLACED)
    assert [vnode.pnode for vnode in request.instance.guests[0].vnodes] == [0, 2]
    assert emitted(request, 0, 2) == PLACED


def test_vcpus_on_no_cell_are_written_on_cell_0() -> None:
    text = emitted(request_of(TWO_CELLS.replace("cpus='0-1' memory", "cpus='0' memory")), 0, 2)
    assert text == PLACED


def test_a_guest_that_fits_a_pnode_gets_no_cells() -> None:
    text = emitted(request_of(PLAIN.format(2)), 1)
    assert "<memory mode='strict' nodeset='1'/>" in text
    assert "memnode" not in text
    assert "<cpu>" not in text
    assert re.findall(r"cpuset='(.*?)'", text) == ["4-7"] * 5


def test_a_guest_that_is_cut_gets_cells() -> None:
    root = ElementTree.fromstring(emitted(request_of(PLAIN.format(6)), 1, 0))
    assert [cell.attrib for cell in root.iter("cell")] == [
        {"id": "0", "cpus": "0-1", "memory": str(3 * GIB), "unit": "KiB"},
        {"id": "1", "cpus": "2-3", "memory": str(3 * GIB), "unit": "KiB"},
    ]
    assert [int(sibling.attrib["value"]) for sibling in root.iter("sibling")] == [10, 22, 21, 10]


def test_a_cpu_element_without_cells_keeps_what_it_has() -> None:
    cpu = "<vcpu>4</vcpu><cpu mode='host-model'/>"
    text = emitted(request_of(PLAIN.format(6).replace("<vcpu>4</vcpu>", cpu)), 1, 0)
    assert re.search(r"<cpu mode='host-model'>\s*<numa>", text)
    assert ElementTree.fromstring(text).find("cpu/numa/cell/distances") is not None


@pytest.mark.parametrize(
    ("policies", "emulator"),
    [({"cpu_policy": "mixed", "dedicated_vcpus": (0,)}, "1-3"), ({"cpu_policy": "dedicated"}, "0-1")],
)
def test_the_emulator_stays_off_pcpus_that_vcpus_own_where_it_can(policies: dict[str, Any], emulator: str) -> None:
    guest = a_guest(GIB, vcpus=(2,), **policies)
    placement = Placement(
        pnode_of={"db": (0,)}, pcpu_of={"db": (0, 1 if policies["cpu_policy"] == "dedicated" else None)}
    )
    text = emit_guests(Request(instance=an_instance(HOST, guest)), placement, (), "libvirt")["db"]
    assert f"<emulatorpin cpuset='{emulator}'/>" in text


def test_a_guest_of_an_instance_becomes_a_small_domain() -> None:
    root = ElementTree.fromstring(of_guest(a_guest(GIB, GIB, vcpus=(2, 1), name="a & b"), 0, 2))
    assert (root.findtext("name"), root.findtext("memory"), root.findtext("vcpu")) == ("a & b", str(2 * GIB), "3")
    assert [node.attrib["nodeset"] for node in root.iter("memnode")] == ["0", "2"]


def test_a_vnode_on_a_pnode_without_pcpus_has_memory_only() -> None:
    host = Host(pnodes=(Pnode(id=0, memory_kib=4 * GIB, pcpus=(0, 1)), Pnode(id=1, memory_kib=4 * GIB)))
    guest = Guest(
        name="db",
        memory_only_pnodes=True,
        vnodes=a_guest(GIB, GIB, vcpus=(2, 0)).vnodes,
    )
    text = emitted(Request(instance=an_instance(host, guest)), 0, 1)
    assert f"<cell id='1' memory='{GIB}' unit='KiB'>" in text
    assert "<emulatorpin cpuset='0-1'/>" in text


@pytest.mark.parametrize(
    ("guest", "message"),
    [
        (a_guest(GIB, type="pv"), "it is of type pv, QEMU runs hvm"),
        (a_guest(GIB, vcpus=(0,)), "it has no vcpus"),
        (a_guest(GIB, name="a/b"), 'libvirt takes no "/" in a name'),
    ],
)
def test_what_libvirt_would_refuse_is_refused(guest: Guest, message: str) -> None:
    with pytest.raises(EmissionError, match=re.escape(message)):
        of_guest(guest, 0)


def test_a_guest_of_xen_is_refused() -> None:
    request = request_of(PLAIN.format(1))
    reading = request.readings["db"]
    object.__setattr__(reading, "source", GuestSource(kind="xl", place="db.cfg", text=""))
    with pytest.raises(EmissionError, match=r"db.cfg is a guest of Xen; --format xl or libxl writes it"):
        emitted(request, 0)


@pytest.mark.parametrize(
    ("text", "pnodes"),
    [(TWO_CELLS, (0, 2)), (PLAIN.format(2), (1,)), (PLAIN.format(6), (1, 0))],
    ids=["two cells", "whole", "cut"],
)
def test_a_real_libvirt_gives_back_the_same_placement(text: str, pnodes: tuple[int, ...], platform: Platform) -> None:
    sent = emitted(request_of(text), *pnodes)
    back = given_back(sent, platform)
    assert numa_of(back) == numa_of(ElementTree.fromstring(sent))
    assert len(back.findall("cputune/vcpupin")) == 4


def test_a_real_libvirt_takes_the_domain_of_an_instance(platform: Platform) -> None:
    sent = of_guest(a_guest(GIB, GIB + 12, vcpus=(2, 1)), 0, 2)
    assert numa_of(given_back(sent, platform)) == numa_of(ElementTree.fromstring(sent))


def of_corpus() -> list[tuple[str, str, str]]:
    """Every domain of the corpus that is read: its file's name, its text, and what is emitted."""
    corpus = os.environ.get("PLACER_CORPUS")
    if not corpus:
        pytest.skip("PLACER_CORPUS does not name the corpus of real files")
    host = a_host(*[64 * GIB] * 9, pcpus=40)
    cases = []
    for file in sorted((Path(corpus) / "guests" / "libvirt-domain").glob("*.xml")):
        text = file.read_text(encoding="utf-8")
        try:
            request = request_of(text, host)
        except InputError:
            continue
        guest = request.instance.guests[0]
        pnodes = [(vnode.pnodes or (0,))[0] if vnode.pnode is None else vnode.pnode for vnode in guest.vnodes]
        cases.append((file.name, text, emitted(request, *pnodes)))
    return cases


def test_the_domains_of_the_corpus_keep_what_is_not_numa() -> None:
    cases = of_corpus()
    for name, text, sent in cases:
        before, after = (ElementTree.fromstring(each) for each in (text, sent))
        for root in (before, after):
            for tag in ("numatune", "cputune", "cpu", "vcpu"):
                for child in root.findall(tag):
                    root.remove(child)
        assert flat(before) == flat(after), name
    assert len(cases) > 40


def test_a_real_libvirt_takes_the_domains_of_the_corpus_as_before(platform: Platform) -> None:
    taken = 0
    for name, text, sent in of_corpus():
        if defined(text, platform).returncode:
            continue
        assert numa_of(given_back(sent, platform)) == numa_of(ElementTree.fromstring(sent)), name
        taken += 1
    assert taken > 20  # each libvirt is older than some of them, or has another machine type


def test_a_mutated_domain_that_is_read_comes_back_as_xml_with_the_same_placement() -> None:
    chance = random.Random(11)
    pieces = ["<!-- < -->", "<x y='>'/>", "<cputune/>", "\r\n", "\t", "é", "<![CDATA[ ]]>", "", '"', "'", " "]
    again = 0
    for _ in range(1500):
        start = chance.randrange(len(TWO_CELLS))
        text = TWO_CELLS[:start] + chance.choice(pieces) + TWO_CELLS[start + chance.choice((0, 0, 1, 8)) :]
        try:
            request = request_of(text)
            sent = emitted(request, 0, *[2] * (len(request.instance.guests[0].vnodes) - 1))
        except (InputError, EmissionError):
            continue
        back = request_of(sent)
        pnodes = [vnode.pnode or 0 for vnode in back.instance.guests[0].vnodes]
        assert pnodes == [0, 2][: len(pnodes)]
        assert emitted(back, *pnodes) == sent
        again += 1
    assert again > 400


def flat(root: ElementTree.Element) -> list[object]:
    return [(node.tag, node.attrib, (node.text or "").strip()) for node in root.iter()]


SMT = """\
<domain type='kvm'>
  <name>db</name>
  <memory unit='GiB'>6</memory>
  <vcpu>6</vcpu>
  <os><type arch='x86_64'>hvm</type></os>
  <cpu mode='host-model'>
    <topology sockets='1' dies='1' cores='3' threads='2'/>
  </cpu>
</domain>
"""


def test_a_domain_that_placer_cut_has_no_socket_in_two_cells(platform: Platform) -> None:
    reading = read_libvirt_domain(SMT, "db.xml", HOST)
    request = settled(assemble(ParsedHost(host=HOST), [reading], vnodes=(2, 2)))
    text = emit_guests(request, Placement(pnode_of={"db": (0, 1)}), (), "libvirt")["db"]
    assert "<topology sockets='3' dies='1' cores='1' threads='2'/>" in text
    assert [cell.attrib["cpus"] for cell in ElementTree.fromstring(text).iter("cell")] == ["0-3", "4-5"]
    back = given_back(text, platform).find("cpu/topology")
    assert back is not None
    assert {name: back.get(name) for name in ("sockets", "cores", "threads")} == {
        "sockets": "3",
        "cores": "1",
        "threads": "2",
    }


def test_a_guest_without_a_file_is_written_with_its_topology(platform: Platform) -> None:
    guest = a_guest(GIB, GIB, vcpus=(2, 2), topology=Topology(sockets=2, threads=2))
    request = Request(instance=an_instance(HOST, guest))
    text = emit_guests(request, Placement(pnode_of={"db": (0, 1)}), (), "libvirt")["db"]
    root = given_back(text, platform)
    topology = root.find("cpu/topology")
    assert topology is not None
    assert (topology.get("sockets"), topology.get("cores"), topology.get("threads")) == ("2", "1", "2")
    assert len(root.findall("cpu/numa/cell")) == 2
