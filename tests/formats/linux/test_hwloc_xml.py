from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placer.errors import InputError
from placer.formats.base import ParsedHost
from placer.formats.linux.hwloc_xml import read_hwloc_xml
from placer.instance import Host
from tests.support.host_samples import HWLOC, HWLOC_1

GIB = 1024**2
NODE_8 = '<object type="NUMANode" os_index="8" cpuset="0x000000f0" gp_index="21" local_memory="8589934592"/>'
MCDRAM = '<object type="NUMANode" os_index="{id}" cpuset="0x000000f0" subtype="{kind}" local_memory="1073741824"/>'


def reading_of(text: str) -> ParsedHost:
    return read_hwloc_xml(text, "host.xml")


def host_of(text: str) -> Host:
    return reading_of(text).host


def changed(old: str, new: str, text: str = HWLOC) -> str:
    assert old in text
    return text.replace(old, new)


def pcpus_of(text: str) -> dict[int, tuple[int, ...]]:
    return {pnode.id: pnode.pcpus for pnode in host_of(text).pnodes}


@pytest.mark.parametrize("version", ["2.0", "3.0"])
def test_a_topology_of_today_is_read_whole(version: str) -> None:
    host = host_of(changed('version="2.0"', f'version="{version}"'))
    assert [(p.id, p.memory_kib, p.pcpus) for p in host.pnodes] == [
        (0, 4 * GIB, (0, 1, 2, 3)),
        (8, 8 * GIB, (4, 5, 6, 7)),
    ]
    assert [p.cores for p in host.pnodes] == [((0, 1), (2, 3)), ((4, 5), (6, 7))]
    assert (host.slit, host.name) == (((10, 21), (31, 10)), "db1")


def test_totals_are_noted() -> None:
    assert any("memory is the total" in note for note in reading_of(HWLOC).notes)


def test_version_1_scales_distances_and_keeps_the_order_of_the_file() -> None:
    host = host_of(HWLOC_1)
    assert [(p.id, p.memory_kib, p.pcpus) for p in host.pnodes] == [(2, GIB, ()), (4, 4 * GIB, (0, 1, 2))]
    assert host.pnodes[1].cores == ((0, 1), (2,))
    assert host.slit == ((10, 17), (21, 10))  # the file has node 4 first


def test_version_1_without_numa_is_one_pnode_with_the_memory_of_the_machine() -> None:
    text = """<topology><object type="Machine" cpuset="0x3" local_memory="2048">
    <object type="PU" os_index="0"/><object type="PU" os_index="1"/></object></topology>"""
    (pnode,) = host_of(text).pnodes
    assert (pnode.id, pnode.memory_kib, pnode.pcpus) == (0, 2, (0, 1))


def test_a_node_shown_with_the_pcpus_of_another_is_memory_only_with_a_note() -> None:
    text = changed(NODE_8, NODE_8 + MCDRAM.format(id=9, kind=""))
    reading = reading_of(text)
    assert [p.pcpus for p in reading.host.pnodes] == [(0, 1, 2, 3), (4, 5, 6, 7), ()]
    assert any(note.startswith("pnode 9: shown with pcpus that are another pnode's") for note in reading.notes)


@pytest.mark.parametrize(("kind", "owner"), [("MCDRAM", 8), ("HBM", 8), ("GPUMemory", 8), ("DRAM", 1), ("", 1)])
def test_of_nodes_with_the_same_pcpus_ordinary_memory_has_them_before_the_lowest_id(kind: str, owner: int) -> None:
    pcpus = pcpus_of(changed(NODE_8, MCDRAM.format(id=1, kind=kind) + NODE_8))
    assert [id for id, own in pcpus.items() if own == (4, 5, 6, 7)] == [owner]


def test_a_narrower_node_has_its_pcpus_before_the_one_around_it() -> None:
    wide = '<object type="NUMANode" os_index="1" cpuset="0x000000ff" local_memory="1073741824"/>'
    assert pcpus_of(changed(NODE_8, wide)) == {0: (0, 1, 2, 3), 1: (4, 5, 6, 7)}


def test_a_node_without_a_cpuset_has_that_of_its_parent() -> None:
    assert pcpus_of(changed(NODE_8, NODE_8.replace('cpuset="0x000000f0" ', "")))[8] == (4, 5, 6, 7)


def test_an_infinite_cpuset_holds_the_pus_there_are() -> None:
    assert pcpus_of(changed(NODE_8, NODE_8.replace("0x000000f0", "0xf...f,0xfffffff0")))[8] == (4, 5, 6, 7)


def test_pus_on_no_node_are_left_out_with_a_note() -> None:
    reading = reading_of(changed(NODE_8, ""))
    assert [p.pcpus for p in reading.host.pnodes] == [(0, 1, 2, 3)]
    assert any(note.startswith("pcpus 4-7 are on no node and are left out") for note in reading.notes)


def test_a_node_without_local_memory_has_none() -> None:
    assert host_of(changed(' local_memory="8589934592"', "")).pnodes[1].memory_kib == 0


def test_indexes_of_distances_may_be_unsorted_and_in_pieces() -> None:
    text = changed('<indexes length="4">0 8 </indexes>', "<indexes>8 </indexes><indexes>0 </indexes>")
    assert host_of(text).slit == ((10, 31), (21, 10))


def test_gp_indexes_name_objects_by_their_gp_index() -> None:
    text = changed('indexing="os"', 'indexing="gp"').replace(">0 8 <", ">21 20 <")
    assert host_of(text).slit == ((10, 31), (21, 10))


def test_of_several_matrices_the_slit_between_numa_nodes_counts() -> None:
    others = """<distances2 type="Package" nbobjs="2" kind="5" indexing="gp"><indexes>2 10</indexes>
    <u64values>1 2 3 4</u64values></distances2>
    <distances2hetero nbobjs="2" kind="21"/>
    <distances2 type="NUMANode" nbobjs="2" kind="9" name="NUMABandwidth" indexing="os"><indexes>0 8</indexes>
    <u64values>5 6 7 8</u64values></distances2>
    <distances2 type="NUMANode" nbobjs="2" kind="5" indexing="os"><indexes>0 8</indexes>
    <u64values>10 50 50 10</u64values></distances2>
    """
    text = changed("  <distances2", others + "  <distances2")
    assert host_of(text).slit == ((10, 21), (31, 10))
    assert host_of(text.replace("NUMALatency", "XGMIHops")).slit == ((10, 50), (50, 10))


def test_a_matrix_may_name_nodes_that_are_hidden() -> None:
    text = changed("0 8 </indexes>", "0 3 8</indexes>").replace('nbobjs="2"', 'nbobjs="3"')
    text = text.replace("10 21 </u64", "10 12 21 12 10 12</u64").replace("31 10 </u64", "31 12 10</u64")
    assert host_of(text).slit == ((10, 21), (31, 10))


def test_without_a_matrix_there_are_no_distances_with_a_note() -> None:
    reading = reading_of(HWLOC[: HWLOC.index("  <distances2")] + "</topology>")
    assert reading.host.slit is None
    assert any("host.xml states no distances" in note for note in reading.notes)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('version="2.0"', 'version="4.0"', r"^host.xml:3: <topology>: expected version 1, 2 or 3 .* got \"4.0\""),
        (' os_index="8"', "", r"^host.xml:18: <object>: expected os_index from 0 to 65535"),
        ('os_index="8"', 'os_index="65536"', r"^host.xml:18: .*expected os_index from 0 to 65535, got \"65536\""),
        ('os_index="8"', 'os_index="0"', r"^host.xml: node 0 is listed twice"),
        ('PU" os_index="7"', 'PU" os_index="6"', r"^host.xml:25: <object>: PU 6 is listed twice"),
        ('8" cpuset="0x000000f0"', '8" cpuset="0xzz"', r'^host.xml:18: expected a bitmap such as .*, got "0xzz"'),
        ("8589934592", "-1", r"^host.xml:18: <object>: expected local_memory in bytes"),
        ("31 10 <", "31 <", r"^host.xml:29: <distances2>: expected 4 numbers in <u64values>, got 3"),
        ("31 10 <", "31 10 9 <", r"^host.xml:29: <distances2>: expected 4 numbers in <u64values>, got 5"),
        ("31 10 <", "31 ten <", r"^host.xml:32: <u64values>: expected a number from 0"),
        ("31 10 <", "0 10 <", r"^host.xml: the distance from node 8 to 0 is 0"),
        ('nbobjs="2"', 'nbobjs="99999"', r"^host.xml:29: <distances2>: expected nbobjs from 0 to 1024"),
    ],
)
def test_faults_are_named_with_their_line(old: str, new: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        host_of(changed(old, new))


@pytest.mark.parametrize("text", ["<topology/>", '<capabilities><object type="Machine"/></capabilities>'])
def test_another_document_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"^host.xml:1: expected <topology> with an <object>"):
        host_of(text)


def test_faults_of_version_1_distances_are_named_with_their_line() -> None:
    with pytest.raises(InputError, match=r'^host.xml:9: <latency>: expected a latency such as "1.700000", got "x"'):
        host_of(changed('value="2.100000"', 'value="x"', HWLOC_1))
    with pytest.raises(InputError, match=r"^host.xml:7: <distances>: expected 4 distances between 2 nodes, got 3"):
        host_of(changed('      <latency value="2.100000"/>\n', "", HWLOC_1))


def test_many_nodes_that_share_all_pcpus_are_read_in_seconds() -> None:
    cpuset = ",".join(["0xffffffff"] * 2048)
    node = '<object type="NUMANode" os_index="{}" cpuset="{}"/>'
    pus = "".join(f'<object type="PU" os_index="{i}"/>' for i in range(20_000))
    nodes = "".join(node.format(i, cpuset) for i in range(600))
    started = time.monotonic()
    host = host_of(f'<topology version="2.0"><object type="Machine">{nodes}{pus}</object></topology>')
    assert (len(host.pnodes), len(host.pnodes[0].pcpus)) == (600, 20_000)
    assert time.monotonic() - started < 10


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([HWLOC, HWLOC_1]), st.integers(0, 2600), st.integers(0, 30), st.text(max_size=8))
def test_damaged_text_is_read_or_refused_and_nothing_else(text: str, start: int, length: int, put: str) -> None:
    try:
        host = host_of(text[:start] + put + text[start + length :])
    except InputError as error:
        assert re.match(r"host.xml(:\d+)?: .", str(error))
    else:
        assert host.pnodes


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([HWLOC, HWLOC_1]), st.integers(0, 80), st.sampled_from(["", "-1", "9" * 30, "0x", "0xf...f", "0"])
)
def test_any_attribute_may_be_nonsense(text: str, which: int, value: str) -> None:
    places = list(re.finditer(r'="([^"]*)"', text))
    found = places[which % len(places)]
    try:
        host = host_of(text[: found.start(1)] + value + text[found.end(1) :])
    except InputError as error:
        assert re.match(r"host.xml(:\d+)?: .", str(error))
    else:
        assert host.pnodes
