from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placer.errors import InputError
from placer.formats.hosts import parse_host_text, read_host, recognise
from tests.support.host_samples import HWLOC, HWLOC_1, LIBVIRT, NUMACTL, sysfs

MIB = 1024
HOST = '{"pnodes": [{"id": 0, "memory_kib": "8GiB", "pcpus": "0-3"}, {"id": 8, "memory_kib": "8GiB"}]}'
INSTANCE = f'{{"host": {HOST}, "guests": [{{"name": "db", "vnodes": [{{"memory_kib": "1GiB", "vcpus": "0"}}]}}]}}'
XL_INFO = """\
host                   : db1
nr_nodes               : 2
cpu_topology           :
cpu:    core    socket     node
  0:       0        0        0
numa_info              :
node:    memsize    memfree    distances
   0:     10240       8192      10,21
   8:     10240       8192      31,10
"""


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (HOST, "json"),
        ("\ufeff\n " + INSTANCE, "json"),
        (XL_INFO, "xl info"),
        (HWLOC, "hwloc"),
        (HWLOC_1, "hwloc"),
        ("\ufeff" + LIBVIRT, "libvirt"),
        ("<!-- saved today --><capabilities/>", "libvirt"),
        (NUMACTL, "numactl"),
        (NUMACTL.partition("\n")[2], "numactl"),
    ],
)
def test_a_form_is_recognised_by_its_content(text: str, form: str) -> None:
    assert recognise(text, "host") == form


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "MemTotal: 1024 kB",
            r"^host: no form of a host that placer reads, expected host or instance JSON, xl info -n, numactl",
        ),
        ("\x7fELF\x02", r"^host: no form of a host that placer reads"),
        (
            'name = "db"\nmemory = 1024\n',
            r"^host: looks like an xl.cfg, not like a host, expected host or instance JSON",
        ),
        ("cores: 4\nmemory: 512\n", r"^host: looks like a configuration of Proxmox VE, not like a host"),
        ("<domain type='xen'/>", r"^host: a guest of libvirt, expected a host: virsh capabilities prints it"),
        ("<html><body>", r"^host: XML of something else, expected"),
        ("<", r"^host:1: no well-formed XML"),
        ("[1]", r"^host: no form of a host that placer reads"),
    ],
)
def test_what_is_no_host_is_refused_with_what_is_read(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_host_text(text, "host")


@pytest.mark.parametrize("text", [HOST, INSTANCE, XL_INFO, HWLOC, LIBVIRT, NUMACTL])
def test_free_memory_that_is_given_replaces_that_of_every_form(text: str) -> None:
    host = parse_host_text(text, "host", free="0=77MiB").host
    assert host.pnodes[0].memory_kib == 77 * MIB
    assert host.pnodes[1].memory_kib != 77 * MIB


@pytest.mark.parametrize("text", [HOST, INSTANCE, XL_INFO, HWLOC, LIBVIRT, NUMACTL])
def test_free_memory_of_a_pnode_that_is_not_there_is_refused_in_every_form(text: str) -> None:
    with pytest.raises(InputError, match=r"^--free: no pnode 77 on this host, expected one of 0"):
        parse_host_text(text, "host", free="77=1GiB")


def test_the_host_of_an_instance_is_a_host() -> None:
    parsed = parse_host_text(INSTANCE, "instance.json")
    assert parsed.host == parse_host_text(HOST, "host.json").host
    assert parsed.notes[0] == "of the instance instance.json the host alone is read, not its guests: db"


def test_a_fault_in_json_keeps_its_path() -> None:
    with pytest.raises(InputError, match=r"^host.json: \$.pnodes\[0\].pcpus: "):
        parse_host_text(HOST.replace("0-3", "3-0"), "host.json")


def test_json_without_distances_says_what_is_assumed() -> None:
    (note,) = parse_host_text(HOST, "host.json").notes
    assert note == "host.json states no distances: 10 within a pnode and 20 between pnodes are assumed"


def test_a_folder_is_a_sysfs_tree(tmp_path: Path) -> None:
    assert read_host(str(sysfs(tmp_path))).host.slit == ((10, 21), (31, 10))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"host.xml: no such file$"):
        read_host(str(tmp_path / "host.xml"))


def test_a_name_that_is_too_long_is_refused() -> None:
    with pytest.raises(InputError, match=r"a: cannot be read: File name too long$"):
        read_host("a" * 5000)


@pytest.mark.parametrize("line", [b"<topology>\n", b"node 0 cpus: 0\n", b"\x00" * 20, b"host : db1\n"])
def test_a_hundred_megabytes_are_refused_at_once(tmp_path: Path, line: bytes) -> None:
    file = tmp_path / "host"
    with file.open("wb") as stream:
        stream.write(line)
        stream.truncate(100 * 1024**2)
    started = time.monotonic()
    with pytest.raises(InputError, match=r"host: larger than 8 MiB"):
        read_host(str(file))
    assert time.monotonic() - started < 3


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40) | st.sampled_from(["{", "<", "<topology", "node 0 cpus: ", "host:", "numa_info :"]))
def test_any_text_is_a_host_or_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"^host"):
        parse_host_text(text, "host")


BACKWARDS = {
    "json": '{"pnodes": [{"id": 0, "memory_kib": 1}, {"id": 8, "memory_kib": 1}], "slit": [[10, 21], [21, 31]]}',
    "xl info": XL_INFO.replace("31,10", "21,31"),
    "hwloc": HWLOC.replace(">31 10 <", ">21 31 <"),
    "libvirt": LIBVIRT.replace("value='31'", "value='21'").replace("id='1' value='10'", "id='1' value='31'"),
    "numactl": NUMACTL.replace("31  10", "21  31"),
}


@pytest.mark.parametrize("form", BACKWARDS)
def test_a_local_distance_above_a_remote_one_gets_a_remark(form: str) -> None:
    notes = parse_host_text(BACKWARDS[form], "host").notes
    remark = re.compile(r"pnode [18] reaches the memory of pnode 0 \(distance 21\) sooner than its own \(31\)")
    assert any(remark.search(note) for note in notes)


def test_so_it_does_in_sysfs(tmp_path: Path) -> None:
    tree = sysfs(tmp_path)
    next(tree.rglob("node8/distance")).write_text("21 31\n")
    assert any("sooner than its own (31)" in note for note in read_host(str(tree)).notes)


@pytest.mark.parametrize("form", ["json", "xl info"])
def test_a_pnode_that_cannot_reach_itself_is_given_the_distances_it_lacks(form: str) -> None:
    text = BACKWARDS[form].replace("[21, 31]", "[-1, -1]").replace("21,31", "-1,-1")
    reading = parse_host_text(text, "host")
    assert reading.host.slit == ((10, 21), (21, 10))
    assert any("pnodes 8 cannot reach their own memory" in note for note in reading.notes)


FREE_PAGES = "\nNode 0:\n4KiB: 77\n2048KiB: 12\n\n"


@pytest.mark.parametrize("text", [HWLOC, LIBVIRT, NUMACTL], ids=["hwloc", "libvirt", "numactl"])
def test_free_pages_stand_below_a_text_of_any_form(text: str) -> None:
    before, after = (parse_host_text(text + more, "host").host for more in ("", FREE_PAGES))
    assert [pnode.pages_of(2048) for pnode in after.pnodes] == [12, 0]
    assert [pnode.pcpus for pnode in before.pnodes] == [pnode.pcpus for pnode in after.pnodes]


def test_a_fault_below_a_text_has_its_line_in_the_file() -> None:
    line = NUMACTL.count("\n") + 3
    with pytest.raises(InputError, match=rf"^host:{line}: expected lines of virsh freepages --all"):
        parse_host_text(NUMACTL + "Node 0:\n4KiB: 9\nerror: no connection\n", "host")
    with pytest.raises(InputError, match=r"^host: free pages of node 7, expected pnodes of this host: "):
        parse_host_text(NUMACTL + "Node 7:\n4KiB: 9\n", "host")
