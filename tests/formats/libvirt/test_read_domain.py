"""Expected values are worked by hand after libvirt's documentation of the domain format, or stand in the corpus."""

from __future__ import annotations

import json
import os
import random
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace

from placer.errors import InputError
from placer.formats.base import ParsedGuest, ParsedHost
from placer.formats.libvirt.read_domain import read_libvirt_domain
from placer.instance import Device, Host, Pnode, Topology
from placer.job.request import assemble

MIB = 1024
HOST = Host(
    pnodes=tuple(Pnode(id=p, memory_kib=64 * MIB**2, pcpus=tuple(range(16 * p, 16 * p + 16))) for p in range(16))
)
CELLS = """<cpu><numa>
<cell id='1' cpus='2-5,^3' memory='512' unit='MiB'><distances><sibling id='0' value='31'/></distances></cell>
<cell id='0' cpus='0,3' memory='262145'/>
</numa></cpu>"""


def domain(inside: str, *, vcpus: str = "<vcpu>6</vcpu>", memory: str = "<memory unit='MiB'>768</memory>") -> str:
    return f"<domain type='kvm'><name>db</name>{memory}{vcpus}\n{inside}</domain>"


def read(text: str) -> ParsedGuest:
    return read_libvirt_domain(text, "db.xml", HOST)


def refusal(text: str) -> str:
    with pytest.raises(InputError) as caught:
        read(text)
    return str(caught.value)


def test_cells_out_of_order_have_their_vcpus_memory_and_distances() -> None:
    guest = read(domain(CELLS))

    assert [(vnode.vcpus, vnode.memory_kib) for vnode in guest.vnodes or ()] == [
        ((0, 1, 3), 262145),  # vcpu 1 stands on no cell
        ((2, 4, 5), 512 * MIB),
    ]
    assert guest.vdistances == ((10, 31), (31, 10))
    assert (guest.name, guest.type, guest.memory_kib) == ("db", "hvm", 262145 + 512 * MIB)
    assert "vcpus 1 are on no cell, libvirt adds them to cell 0" in guest.notes


def test_distances_may_differ_by_direction() -> None:
    other = "<cell id='0' cpus='0,3' memory='262145'><distances><sibling id='1' value='21'/></distances></cell>"
    assert read(domain(CELLS.replace("<cell id='0' cpus='0,3' memory='262145'/>", other))).vdistances == (
        (10, 21),
        (31, 10),
    )


def test_without_cells_there_are_no_vnodes() -> None:
    guest = read(domain("", memory="<memory unit='b'>1048577</memory>"))
    assert (guest.vnodes, guest.memory_kib, guest.vcpu_count, guest.pnodes) == (None, 1025, 6, None)


def test_strict_memnodes_fix_their_cells_and_the_nodeset_holds_for_the_others() -> None:
    tune = (
        "<numatune><memory mode='strict' nodeset='1-4,^2'/><memnode cellid='1' mode='strict' nodeset='3'/></numatune>"
    )
    guest = read(domain(tune + CELLS))
    assert [vnode.pnode for vnode in guest.vnodes or ()] == [None, 3]
    assert guest.pnodes == (1, 3, 4)
    assert assemble(ParsedHost(host=HOST), [guest]).instance.guests[0].pnodes == (1, 3, 4)


def test_cells_bound_to_different_pnodes_name_them() -> None:
    tune = "<numatune><memory nodeset='0-1'/><memnode cellid='0' nodeset='0,2'/></numatune>"
    guest = read(domain(tune + CELLS, vcpus="<vcpu cpuset='1-20'>6</vcpu>"))
    assert guest.pnodes is None
    assert [vnode.vcpus for vnode in guest.vnodes or ()] == [(0, 1, 3), (2, 4, 5)]
    assert guest.hard_affinity == (tuple(range(1, 21)),) * 6
    assert [vnode.pnodes for vnode in guest.vnodes or ()] == [(0, 2), (0, 1)]
    fixed = "<numatune><memory nodeset='2-3'/><memnode cellid='0' nodeset='0'/></numatune>"
    guest = read(domain(fixed + CELLS))
    assert [vnode.pnode for vnode in guest.vnodes or ()] == [0, None]
    assert [vnode.pnodes for vnode in guest.vnodes or ()] == [None, (2, 3)]
    assert guest.hard_affinity is None


def test_a_preferred_mode_is_no_rule_and_is_noted() -> None:
    guest = read(domain("<numatune><memory mode='preferred' nodeset='1'/></numatune>"))
    assert guest.pnodes is None
    assert 'numatune mode "preferred" for the guest\'s memory is not weighed; mode "strict" binds it' in (guest.notes)


@pytest.mark.parametrize(("nodeset", "pnodes", "spread"), [("1", (1,), False), ("0-1", (0, 1), True)])
def test_an_interleaved_guest_lies_on_all_of_its_nodeset(nodeset: str, pnodes: tuple[int, ...], spread: bool) -> None:
    guest = read(domain(f"<numatune><memory mode='interleave' nodeset='{nodeset}'/></numatune>"))
    assert (guest.pnodes, guest.spread) == (pnodes, spread)


def test_a_vcpupin_goes_before_the_cpuset_of_all() -> None:
    pins = "<cputune><vcpupin vcpu='1' cpuset='0-3,^2'/><vcpupin vcpu='9' cpuset='0'/></cputune>"
    guest = read(domain(pins, vcpus="<vcpu cpuset='4-5' current='1'>3</vcpu>"))
    assert guest.hard_affinity == ((4, 5), (0, 1, 3), (4, 5))
    assert "libvirt ignores the vcpupin of vcpu 9, the domain has no such vcpu" in guest.notes
    assert guest.online_vcpus == (0,)
    assert any("it starts with 1 of its 3 vcpus online, and only they count as load" in note for note in guest.notes)


def test_the_cpuset_means_nothing_where_numad_places_vcpus() -> None:
    assert read(domain("", vcpus="<vcpu placement='auto' cpuset='4-5'>3</vcpu>")).hard_affinity is None


def test_elements_that_are_not_counted_are_noted() -> None:
    notes = read(
        domain(
            "<memoryBacking><hugepages/></memoryBacking><currentMemory unit='MiB'>512</currentMemory>"
            "<cputune><emulatorpin cpuset='0'/></cputune>"
            "<devices><memory model='dimm'/></devices>"
        )
    ).notes
    assert [note.split()[0:4] for note in notes] == [
        ["its", "balloon", "holds", "it"],
        ["its", "memory", "device", "of"],
        ["it", "asks", "for", "huge"],
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<capabilities/>", "db.xml:1: <capabilities>: expected a guest as <domain>"),
        ("<domain type='xen'/>", "virsh domxml-to-native xen-xl"),
        (domain("<os><type>exe</type></os>"), 'db.xml:2: <type>: expected a guest of QEMU, of type hvm, got "exe"'),
        ("<domain><memory>1</memory></domain>", "expected a name of 1 to 255 characters"),
        (domain("", memory=""), "no memory, expected <memory>"),
        (domain("", memory="<memory>0</memory>"), "expected memory of more than 0"),
        (domain("", memory="<memory unit='Q'>1</memory>"), 'expected a unit such as "KiB", got "Q"'),
        (domain("", vcpus="<vcpu>0</vcpu>"), "expected at least 1 vcpu"),
        (domain("", vcpus="<vcpu>many</vcpu>"), 'expected vcpus from 0 to 4096, got "many"'),
        (domain(CELLS, vcpus="<vcpu>5</vcpu>"), "db.xml:3: <cell>: names vcpu 5, expected those of <vcpu>, 0 to 4"),
        (domain(CELLS.replace("0,3", "0,2")), "vcpus 2 are on another cell too"),
        (domain(CELLS.replace("sibling id='0'", "sibling id='2'")), "expected id from 0 to 1"),
        (domain(CELLS.replace("<cell id='0'", "<cell id='1'")), "db.xml:4: <cell>: a second cell with id 1"),
        (domain(CELLS.replace("'31'", "'9'")), "distance 9 from cell 1 to cell 0, expected 10 to 255"),
        (domain(CELLS.replace("memory='262145'", "")), 'expected memory from 0 to 9223372036854775808, got ""'),
        (domain("<numatune><memory nodeset='16'/></numatune>"), "nodeset names pnode 16, this host has pnodes 0-15"),
        (domain("<numatune><memory nodeset='0,^0'/></numatune>"), 'nodeset "0,^0" is empty'),
        (domain("<numatune><memory mode='soft'/></numatune>"), "expected mode strict, restrictive, preferred"),
        (domain("<numatune><memnode cellid='0' nodeset='1'/></numatune>"), "the domain has no cells"),
        (domain("<cputune><vcpupin vcpu='0' cpuset='5-4'/></cputune>"), 'range "5-4" of cpuset runs backwards'),
        (domain("<cputune><vcpupin vcpu='0' cpuset='^1-2'/></cputune>"), 'expected cpuset like "0-7,^3,16"'),
        (domain("<cputune><vcpupin vcpu='0' cpuset='256'/></cputune>"), "names pcpu 256, this host has pcpus 0-255"),
        (domain("<cputune>" + "<vcpupin vcpu='0' cpuset='1'/>" * 2 + "</cputune>"), "a second vcpupin for vcpu 0"),
        ("<!DOCTYPE domain [<!ENTITY a 'b'>]><domain/>", "placer reads none"),
        ("<domain><name>db</name>", "no well-formed XML"),
    ],
)
def test_what_libvirt_would_refuse_is_refused_with_its_place(text: str, message: str) -> None:
    assert message in refusal(text)


def test_mutations_give_a_guest_or_a_clear_error() -> None:
    tune = "<numatune><memory mode='strict' nodeset='1-3'/><memnode cellid='1' nodeset='3'/></numatune>"
    pins = "<cputune><vcpupin vcpu='1' cpuset='0-3,^2'/></cputune>"
    text = domain(tune + pins + CELLS, vcpus="<vcpu cpuset='0-63' current='2'>6</vcpu>")
    chance = random.Random(7)
    pieces = ["<", ">", "'", "&", "^", "-", "99999999999999999999", "\0", "é", "", "<cell/>", "<!--", "id", "0", text]
    read_whole = 0
    for _ in range(3000):
        start = chance.randrange(len(text))
        mutant = text[:start] + chance.choice(pieces) + text[start + chance.choice((0, 1, 1, 2, 9, 300)) :]
        try:
            guest = read(mutant)
            request = assemble(ParsedHost(host=HOST), [guest])
            assert request.instance.guests
            read_whole += 1
        except InputError as error:
            assert "db.xml" in str(error)
    assert 100 < read_whole < 2900


REFUSED = {
    "cpu-numa-distance-nonexistent-sibling": "expected id from 0 to 1",
    "numatune-memnode-nocpu": "the domain has no cells",
    "numatune-memory-invalid-nodeset": "is empty",
}
"""Domains of the corpus that libvirt refuses too."""
ADDED = {"numavcpus-topology-mismatch": [[0, 1, 5, 7, 8, 9, 10, 11], [2, 3, 4, 6]]}
"""Where vcpus stand on no cell the corpus leaves them out, and libvirt adds them to cell 0."""


def devices_kib(text: str, cell: int) -> int:
    """Sum the memory devices of a cell without a nodemask; the list of the corpus leaves them out."""
    found = 0
    for device in ElementTree.fromstring(text).iterfind("devices/memory"):
        bound = device.find("source/nodemask") is not None
        if (
            device.get("model") in {"dimm", "virtio-mem"}
            and device.findtext("target/node", "0") == f"{cell}"
            and not bound
        ):
            size = device.find("target/size")
            assert size is not None
            assert size.get("unit") == "KiB"
            found += int(size.text or "")
    return found


def test_the_domains_of_the_corpus_are_read_as_it_says() -> None:
    corpus = os.environ.get("PLACER_CORPUS")
    if not corpus:
        pytest.skip("PLACER_CORPUS does not name the corpus of real files")
    folder = Path(corpus) / "guests"
    expected = json.loads((folder / "libvirt_guests.json").read_text(encoding="utf-8"))
    for case in expected:
        text = (folder / case["file"]).read_text(encoding="utf-8")
        if case["name"] in REFUSED:
            assert REFUSED[case["name"]] in refusal(text), case["name"]
            continue
        guest = read(text)
        vnodes = [vnode for vnode in guest.vnodes or () if vnode.is_seen]
        vcpus = ADDED.get(case["name"], [vnode["vcpus"] for vnode in case["vnodes"]])
        assert [list(vnode.vcpus) for vnode in vnodes] == vcpus, case["name"]
        memory = [vnode["memory_bytes"] for vnode in case["vnodes"]]
        memory = [size + 1024 * devices_kib(text, cell) for cell, size in enumerate(memory)]
        assert [vnode.memory_kib * 1024 for vnode in vnodes] == memory, case["name"]
        assert guest.vcpu_count == case["vcpus"], case["name"]
        strict = [row for row in case["memnode"] if row["mode"] == "strict" and row["nodeset"].isdigit()]
        fixed = {v: vnode.pnode for v, vnode in enumerate(guest.vnodes or ()) if vnode.pnode is not None}
        assert fixed == {int(row["cellid"]): int(row["nodeset"]) for row in strict}, case["name"]
        assert guest.vdistances == (case["vdistances"] and tuple(map(tuple, case["vdistances"]))), case["name"]
    assert len(expected) - len(REFUSED) == 29


def test_the_topology_is_read_with_ones_for_what_it_leaves_out() -> None:
    guest = read(domain("<cpu><topology sockets='1' dies='1' cores='3' threads='2'/></cpu>"))
    assert guest.topology == Topology(cores=3, threads=2)
    assert read(domain("<cpu/>")).topology is None


@pytest.mark.parametrize(
    ("levels", "said"),
    [
        ("sockets='1' cores='4' threads='2'", r"1 socket x 4 cores x 2 threads are 8 vcpus, expected the 6 of <vcpu>"),
        ("sockets='0' cores='3' threads='2'", r"expected at least 1 of each"),
        ("sockets='1' cores='-3' threads='2'", r'got "-3"'),
        ("sockets='1' cores='three' threads='2'", r'got "three"'),
    ],
)
def test_a_topology_that_libvirt_refuses_is_refused(levels: str, said: str) -> None:
    message = refusal(domain(f"<cpu><topology {levels}/></cpu>"))
    assert message.startswith("db.xml:2: ")
    assert re.search(said, message)


def test_an_interleaved_guest_with_a_device_is_no_set_and_says_how_to_make_it_one() -> None:
    address = "<source><address domain='0' bus='0x3b' slot='0' function='0'/></source>"
    passed = f"<devices><hostdev mode='subsystem' type='pci'>{address}</hostdev></devices>"
    text = domain("<numatune><memory mode='interleave' nodeset='0-1'/></numatune>" + passed)

    unlisted = read(text)
    assert (unlisted.spread, unlisted.devices, unlisted.assigned) == (True, (), ("0000:3b:00.0",))

    host = replace(HOST, devices=(Device(id="0000:3b:00.0", pnode=1),))
    listed = read_libvirt_domain(text, "db.xml", host)
    assert (listed.spread, listed.devices) == (False, ("0000:3b:00.0",))
    (note,) = listed.notes
    assert note.startswith('numatune mode "interleave" spreads its memory over pnodes 0-1, and is kept; but ')
    assert note.endswith("without its devices it is a set of pnodes")
