from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placer.errors import InputError
from placer.formats.libvirt.capabilities import read_libvirt_capabilities
from placer.instance import Host
from tests.support.host_samples import LIBVIRT

GIB = 1024**2
MEMORY = "<memory unit='KiB'>8388608</memory>"


def host_of(text: str, free: str | None = None) -> Host:
    return read_libvirt_capabilities(text, "caps.xml", free).host


def changed(old: str, new: str) -> str:
    assert old in LIBVIRT
    return LIBVIRT.replace(old, new)


def test_capabilities_are_read_whole() -> None:
    host = host_of(LIBVIRT)
    assert [(p.id, p.memory_kib, p.pcpus) for p in host.pnodes] == [(0, 4 * GIB, (0, 1, 2, 3)), (1, 8 * GIB, ())]
    assert host.pnodes[0].cores == ((0, 2), (1, 3))
    assert host.slit == ((10, 21), (31, 10))


def test_totals_are_noted() -> None:
    assert any("memory is the total" in note for note in read_libvirt_capabilities(LIBVIRT, "caps.xml").notes)


@pytest.mark.parametrize(
    ("memory", "kib"),
    [
        ("<memory>2048</memory>", 2048),
        ("<memory unit='k'>2048</memory>", 2048),
        ("<memory unit='b'>2048</memory>", 2),
        ("<memory unit='bytes'>2048</memory>", 2),
        ("<memory unit='KB'>2048</memory>", 2000),
        ("<memory unit='MiB'>3</memory>", 3072),
        ("<memory unit='GB'>1</memory>", 976562),
        ("<memory unit='GiB'> 1 </memory>", GIB),
        ("<memory unit='t'>1</memory>", 1024 * GIB),
    ],
)
def test_memory_is_in_the_units_of_libvirt(memory: str, kib: int) -> None:
    assert host_of(changed(MEMORY, memory)).pnodes[1].memory_kib == kib


def test_memory_that_a_cell_does_not_state_is_asked_for() -> None:
    text = changed(MEMORY, "")
    with pytest.raises(InputError, match=r"^caps.xml: does not say how much memory pnode 1 has; .* --free 1=SIZE$"):
        host_of(text)
    assert host_of(text, "1=2GiB").pnodes[1].memory_kib == 2 * GIB


def test_cells_may_lack_siblings_with_a_note() -> None:
    text = re.sub(r" socket_id=.*siblings='[0-9,]*'", "", LIBVIRT)
    assert "siblings" not in text
    reading = read_libvirt_capabilities(text, "caps.xml")
    assert reading.host.pnodes[0].cores == ()
    assert any("list no siblings" in note for note in reading.notes)


def test_pages_beyond_the_memory_of_a_cell_are_left_out_with_a_note() -> None:
    """5 pages of 1 GiB in 8 GiB are a pool beside 3 GiB; 9 contradict the memory."""
    for count, kib, noted in ((5, 3 * GIB, False), (9, 8 * GIB, True)):
        pages = f"<pages unit='KiB' size='4'>1</pages><pages unit='KiB' size='1048576'>{count}</pages>"
        reading = read_libvirt_capabilities(changed(MEMORY, MEMORY + pages), "caps.xml")
        (pnode,) = [p for p in reading.host.pnodes if p.id == 1]
        assert (pnode.memory_kib, len(pnode.huge_pages)) == (kib, not noted)
        assert any("cell 1 has more in <pages> than its <memory>" in note for note in reading.notes) == noted


def test_siblings_may_name_pcpus_that_the_cell_does_not_hold() -> None:
    text = changed("siblings='0,2'", "siblings='0,2,40-47'")
    assert host_of(text).pnodes[0].cores == ((0, 2), (1, 3))


def test_a_distance_that_one_cell_states_holds_both_ways() -> None:
    assert host_of(changed("<sibling id='0' value='31'/>", "")).slit == ((10, 21), (21, 10))


def test_cells_may_lack_distances_with_a_note() -> None:
    text = re.sub(r"<sibling[^>]*>", "", LIBVIRT)
    reading = read_libvirt_capabilities(text, "caps.xml")
    assert reading.host.slit is None
    assert any("states no distances" in note for note in reading.notes)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("<cell id='1'>", "<cell>", r"^caps.xml:19: <cell>: expected id from 0 to 65535"),
        ("<cell id='1'>", "<cell id='0'>", r"^caps.xml: node 0 is listed twice"),
        ("'KiB'>8388608", "'pages'>8388608", r'^caps.xml:20: <memory>: expected a unit such as "KiB", got "pages"'),
        (">8388608<", ">much<", r'^caps.xml:20: <memory>: expected memory from 0 .*, got "much"'),
        ("'KiB'>8388608", "'EiB'>9", r"^caps.xml:20: <memory>: expected memory of at most 8 PiB"),
        ("value='31'", "value='-31'", r"^caps.xml:22: <sibling>: expected value from 0"),
        ("value='31'", "value='0'", r"^caps.xml: the distance from node 1 to 0 is 0"),
        ("<cells num='2'>", "<cells num='3'>", r"^caps.xml:4: <cells>: says 3 of <cell> and holds 2, expected all"),
        ("<cpus num='4'>", "<cpus num='40'>", r"^caps.xml:12: <cpus>: says 40 of <cpu> and holds 4, expected all"),
        ("siblings='1,3'", "siblings='3-1'", r'^caps.xml:14: range "3-1" runs backwards'),
        ("<cpu id='3'", "<cpu id='three'", r'^caps.xml:16: <cpu>: expected id from 0 to 65535, got "three"'),
        ("<topology>", "<nothing/><topology2>", r"^caps.xml:\d+: no well-formed XML"),
    ],
)
def test_faults_are_named_with_their_line(old: str, new: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        host_of(changed(old, new))


@pytest.mark.parametrize("text", ["<capabilities/>", "<capabilities><host/></capabilities>", "<topology/>"])
def test_capabilities_without_cells_are_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"^caps.xml:1: expected <capabilities> with <host><topology><cells><cell>"):
        host_of(text)


def test_siblings_without_end_are_refused() -> None:
    cpus = "".join(f"<cpu id='{i}' siblings='0-{65000 + i}'/>" for i in range(200))
    text = re.sub(r"<cpus num='0'/>", f"<cpus>{cpus}</cpus>", LIBVIRT)
    with pytest.raises(InputError, match=r"^caps.xml: its cpu lists name more than 2000000 cpus"):
        host_of(text)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(LIBVIRT)), st.integers(0, 30), st.text(max_size=8))
def test_damaged_text_is_read_or_refused_and_nothing_else(start: int, length: int, put: str) -> None:
    try:
        host = host_of(LIBVIRT[:start] + put + LIBVIRT[start + length :])
    except InputError as error:
        assert re.match(r"caps.xml(:\d+)?: .", str(error))
    else:
        assert host.pnodes
