from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placer.errors import InputError
from placer.formats.xl.info import read_xl_info
from placer.instance import Host

HEAD = """\
host                   : db1
release                : 6.1.0
nr_cpus                : 8
nr_nodes               : {nodes}
free_memory            : 5567
"""
CPUS = """\
cpu_topology           :
cpu:    core    socket     node
  0:       0        0        0
  1:       0        0        0
  2:       1        0        0
  3:       1        0        0
  4:       0        1        1
  5:       0        1        1
  6:       1        1        1
  7:       1        1        1
"""
DEVICES = """\
device topology        :
device           node
No device topology data available
"""
NUMA = """\
numa_info              :
node:    memsize    memfree    distances
   0:     10240       8098      10,21
   1:      8192       8166      14,10
"""
TAIL = """\
xen_major              : 4
xen_commandline        : console=com1 dom0_mem=512M,max:512M
"""
TEXT = HEAD.format(nodes=2) + CPUS + DEVICES + NUMA + TAIL


def numa(*rows: str) -> str:
    listing = "numa_info              :\nnode:    memsize    memfree    distances\n"
    return HEAD.format(nodes=len(rows)) + CPUS + DEVICES + listing + "".join(f"{row}\n" for row in rows) + TAIL


def host_of(text: str) -> Host:
    return read_xl_info(text, "host.txt").host


def refusal(text: str) -> str:
    with pytest.raises(InputError) as caught:
        read_xl_info(text, "host.txt")
    return str(caught.value)


def corpus(name: str) -> str:
    folder = os.environ.get("PLACER_CORPUS")
    if not folder:
        pytest.skip("PLACER_CORPUS is not set: it names the folder of real topologies")
    return (Path(folder) / "hosts" / "xl-info" / name).read_text()


def test_memory_is_memfree_and_never_memsize() -> None:
    assert [pnode.memory_kib for pnode in host_of(TEXT).pnodes] == [8098 * 1024, 8166 * 1024]


def test_pcpus_that_share_node_socket_and_core_are_smt_siblings() -> None:
    pnodes = host_of(TEXT).pnodes
    assert [pnode.pcpus for pnode in pnodes] == [(0, 1, 2, 3), (4, 5, 6, 7)]
    assert [pnode.cores for pnode in pnodes] == [((0, 1), (2, 3)), ((4, 5), (6, 7))]


def test_one_thread_per_core_makes_every_pcpu_a_core_whatever_the_rows_say() -> None:
    assert [pnode.core_groups for pnode in host_of(TEXT + "threads_per_core       : 1\n").pnodes] == [
        ((0,), (1,), (2,), (3,)),
        ((4,), (5,), (6,), (7,)),
    ]
    assert host_of(TEXT + "threads_per_core       : 2\n") == host_of(TEXT)


def test_xen_4_1_states_no_memory_and_free_does() -> None:
    text = HEAD.format(nodes=2) + CPUS + "numa_info              : none\n" + TAIL
    assert refusal(text) == (
        "host.txt: numa_info is none, as xl of Xen 4.1 prints it; give what is free on each pnode with "
        "--free 0=SIZE,1=SIZE"
    )
    with pytest.raises(InputError, match=r"with --free 1=SIZE$"):
        read_xl_info(text, "host.txt", "0=3GiB")
    without_pcpus = HEAD.format(nodes=2) + "numa_info              : none\n"
    with pytest.raises(InputError, match=r"^host.txt: no rows of numa_info"):
        read_xl_info(without_pcpus, "host.txt", "0=3GiB")
    reading = read_xl_info(text, "host.txt", "0=3GiB,1=0")
    assert [(pnode.memory_kib, pnode.pcpus) for pnode in reading.host.pnodes] == [
        (3 * 1024**2, (0, 1, 2, 3)),
        (0, (4, 5, 6, 7)),
    ]
    assert reading.host.distances == ((10, 20), (20, 10))
    assert any("10 on a pnode and 20 between two" in note for note in reading.notes)


def test_asymmetric_distances_and_the_host_name_are_kept() -> None:
    host = host_of(TEXT)
    assert (host.slit, host.name) == (((10, 21), (14, 10)), "db1")


def test_the_name_none_in_brackets_is_no_name() -> None:
    assert host_of(TEXT.replace("db1", "(none)")).name == ""


def test_the_report_is_told_that_running_vcpus_are_not_counted() -> None:
    assert any("running guests" in note for note in read_xl_info(TEXT, "host.txt").notes)


def test_pci_devices_stand_on_their_pnodes() -> None:
    rows = "0000:00:00.0      0\n0000:3b:00.1      1\n"
    text = TEXT.replace("No device topology data available\n", rows)
    devices = read_xl_info(text, "host.txt").host.devices
    assert [(device.id, device.pnode) for device in devices] == [("0000:00:00.0", 0), ("0000:3b:00.1", 1)]


def test_offline_nodes_have_columns_but_no_rows() -> None:
    host = host_of(numa("   0:  9  8  10,20,30,40", "   1:  9  8  21,10,31,41", "   3:  9  8  22,32,42,10"))
    assert [pnode.id for pnode in host.pnodes] == [0, 1, 3]
    assert host.slit == ((10, 20, 40), (21, 10, 41), (22, 32, 10))


def test_one_column_for_each_listed_node_is_taken_in_order_with_a_note() -> None:
    reading = read_xl_info(numa("   0:  9  8  10,40", "   8:  9  8  41,10"), "host.txt")
    assert reading.host.slit == ((10, 40), (41, 10))
    assert any("order of the rows" in note for note in reading.notes)


@pytest.mark.parametrize("invalid", ["-1", "4294967295", "255"])
def test_an_invalid_distance_means_unreachable(invalid: str) -> None:
    host = host_of(numa(f"   0:  9  8  10,{invalid}", "   1:  9  8  21,10"))
    assert host.distances == ((10, 255), (21, 10))


@pytest.mark.parametrize("rows", [("0: 9 8", "1: 9 8"), ("0: 9 8 -1,-1", "1: 9 8 -1,-1")])
def test_without_a_valid_distance_ten_and_twenty_are_assumed_with_a_note(rows: tuple[str, ...]) -> None:
    reading = read_xl_info(numa(*rows), "host.txt")
    assert reading.host.distances == ((10, 20), (20, 10))
    assert any("10 on a pnode and 20 between two" in note for note in reading.notes)


def test_a_node_may_have_no_memory_and_another_no_pcpus() -> None:
    pnodes = host_of(numa("0: 9 0 10,20,30", "1: 9 8 20,10,30", "2: 9 8 30,30,10")).pnodes
    assert [(pnode.memory_kib, pnode.pcpus) for pnode in pnodes] == [
        (0, (0, 1, 2, 3)),
        (8192, (4, 5, 6, 7)),
        (8192, ()),
    ]


def test_a_pcpu_of_an_unlisted_node_is_left_out_with_a_note() -> None:
    reading = read_xl_info(numa("0: 9 8 10"), "host.txt")
    assert reading.host.pnodes[0].pcpus == (0, 1, 2, 3)
    assert "pcpus 4-7 are on no listed node and are left out" in reading.notes


def test_the_lower_of_two_nodes_gets_a_pcpu_with_a_note() -> None:
    text = TEXT.replace("  4:       0        1        1\n", "  4: 0 1 1\n  4: 0 0 0\n")
    reading = read_xl_info(text, "host.txt")
    assert [pnode.pcpus for pnode in reading.host.pnodes] == [(0, 1, 2, 3, 4), (5, 6, 7)]
    assert "pcpus 4 are listed on two nodes: the lower one has them" in reading.notes


def test_windows_line_ends_are_read() -> None:
    assert host_of(TEXT.replace("\n", "\r\n")) == host_of(TEXT)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TEXT.replace("14,10", "14"), r'host.txt:22: numa_info row has 1 distances for 2 nodes: "1: +8192 +8166'),
        (TEXT.replace("14,10", "14,0"), r"host.txt:22: numa_info row has a distance of 0"),
        (TEXT.replace("14,10", "14;10"), r'host.txt:22: expected a row "node: memsize memfree distances"'),
        (TEXT.replace("8166", "-8166"), r"host.txt:22: expected a row"),
        (TEXT.replace("8166", "9" * 14), r"host.txt:22: expected a memfree in MiB of at most 8 PiB"),
        (numa("0: 9 8 10,20", "1: 9 8 20,10", "1: 9 8 20,10"), r"host.txt:23: .* lists node 1 again.*txt:22"),
        (numa("0: 9 8 10,20", "70000: 9 8 20,10"), r"host.txt:22: expected an id of at most 65535"),
        (TEXT.replace("  7:       1        1        1", "  7: 1 1"), r'host.txt:15: expected a row "cpu: core'),
        (TEXT.replace("No device", "Strange device"), r"host.txt:18: expected a row .* of device topology"),
        (TEXT[: TEXT.index("   1:      8192")], r"host.txt:21: numa_info has 1 rows and nr_nodes is 2"),
        (HEAD.format(nodes=2) + TAIL, r'^host.txt: no rows of numa_info, .*"xl info -n"'),
        (HEAD.format(nodes=2) + NUMA, r'^host.txt: no rows of cpu_topology, .*"xl info -n"'),
        ("", r'^host.txt: no rows of numa_info, .*"xl info -n"'),
        ("\x00\x7f\n" * 3_000_000, r"^host.txt: 9000000 characters, expected"),
    ],
)
def test_faults_are_named_with_their_line(text: str, message: str) -> None:
    assert re.search(message, refusal(text))


def test_the_four_node_host_of_the_corpus_is_read_as_xen_printed_it() -> None:
    host = host_of(corpus("xen-4.17-4n-8cpu-6g-asymmetric.txt"))
    assert [pnode.memory_kib // 1024 for pnode in host.pnodes] == [1457, 1522, 1527, 1059]
    assert [pnode.pcpus for pnode in host.pnodes] == [(0, 1), (2, 3), (4, 5), (6, 7)]
    assert host.slit == ((10, 12, 21, 31), (14, 10, 31, 21), (21, 31, 10, 12), (31, 22, 12, 10))
    assert host.name == ""


def test_the_eight_node_host_of_the_corpus_is_read_as_xen_printed_it() -> None:
    host = host_of(corpus("xen-4.17-8n-32cpu-64g.txt"))
    assert [pnode.memory_kib // 1024 for pnode in host.pnodes] == [8098, 8166, 8171, 8045, 8174, 8175, 8175, 7367]
    assert [pnode.core_count for pnode in host.pnodes] == [4] * 8
    assert host.distances[3] == (24, 20, 12, 10, 23, 24, 20, 21)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(TEXT)), st.integers(0, 30), st.text(max_size=8))
def test_damaged_text_is_read_or_refused_and_nothing_else(start: int, length: int, put: str) -> None:
    try:
        host = host_of(TEXT[:start] + put + TEXT[start + length :])
    except InputError as error:
        assert str(error).startswith("host.txt")
    else:
        assert host.pnodes
