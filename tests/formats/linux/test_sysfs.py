from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from placer.errors import InputError
from placer.formats.linux.sysfs import read_sysfs
from placer.instance import Host
from tests.support.host_samples import sysfs

GIB = 1024**2


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return sysfs(tmp_path / "copy")


def host_of(path: Path) -> Host:
    return read_sysfs(str(path)).host


def put(tree: Path, name: str, data: str | bytes | None) -> None:
    file = tree / "devices/system" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    if data is None:
        file.unlink()
    else:
        file.write_bytes(data if isinstance(data, bytes) else data.encode())


def refusal(tree: Path) -> str:
    with pytest.raises(InputError) as caught:
        host_of(tree)
    return str(caught.value)


def test_a_tree_is_read_whole(tree: Path) -> None:
    host = read_sysfs(str(tree), name="db1").host
    assert [(p.id, p.memory_kib, p.pcpus) for p in host.pnodes] == [(0, 4 * GIB, (0, 1, 2, 3)), (8, 8 * GIB, ())]
    assert host.pnodes[0].cores == ((0, 2), (1, 3))
    assert (host.slit, host.name) == (((10, 21), (31, 10)), "db1")


def test_memory_is_the_total_and_what_is_free_now_is_said_as_an_option(tree: Path) -> None:
    notes = read_sysfs(str(tree)).notes
    assert any("memory is the total" in note for note in notes)
    assert "what Linux reports as free now, without its caches, is --free 0=1024MiB,8=8192MiB" in notes
    given = read_sysfs(str(tree), free="0=1024MiB,8=8192MiB")
    assert [p.memory_kib for p in given.host.pnodes] == [GIB, 8 * GIB]
    assert not any("--free" in note for note in given.notes)


def test_what_is_free_is_said_with_caches_too_where_the_kernel_states_them(tree: Path) -> None:
    caches = "Node 0 Active(file): 1048576 kB\nNode 0 Inactive(file): 524288 kB\nNode 0 SReclaimable: 1024 kB\n"
    put(tree, "node/node0/meminfo", f"Node 0 MemTotal: 4194304 kB\nNode 0 MemFree: 1048576 kB\n{caches}")
    assert (
        "what Linux reports as free now, without its caches, is --free 0=1024MiB,8=8192MiB; "
        "with the caches that it gives up on demand --free 0=2561MiB,8=8192MiB"
    ) in read_sysfs(str(tree)).notes


def test_what_a_part_of_a_tree_lacks_is_noted(tree: Path) -> None:
    put(tree, "cpu/online", "0-5\n")
    put(tree, "node/online", "0,8-9\n")
    notes = read_sysfs(str(tree)).notes
    assert "pcpus 4-5 are online on no node and are left out" in notes
    assert f"nodes 9 are online and have no folder in {tree}: they are left out" in notes


@pytest.mark.parametrize("inside", ["devices/system", "devices/system/node"])
def test_a_folder_inside_the_tree_will_do(tree: Path, inside: str) -> None:
    assert host_of(tree / inside) == host_of(tree)


def test_a_folder_that_holds_the_tree_as_sys_will_do(tmp_path: Path) -> None:
    assert host_of(sysfs(tmp_path / "sys").parent) == host_of(tmp_path / "sys")


def test_old_kernels_have_bitmaps_only(tree: Path) -> None:
    put(tree, "node/node0/cpulist", None)
    put(tree, "node/node0/cpumap", "00000000,0000000f\n")
    for i in range(4):
        put(tree, f"cpu/cpu{i}/topology/core_cpus_list", None)
        put(tree, f"cpu/cpu{i}/topology/thread_siblings", "3\n" if i < 2 else "c\n")
    assert host_of(tree).pnodes[0].cores == ((0, 1), (2, 3))


def test_nul_bytes_of_a_careless_copy_are_skipped(tree: Path) -> None:
    put(tree, "node/node0/cpulist", b"\x000-3\n\x00")
    put(tree, "cpu/cpu0/topology/core_cpus_list", b"\x000,2\n\x00")
    assert host_of(tree).pnodes[0].cores == ((0, 2), (1, 3))


def test_offline_pcpus_are_left_out(tree: Path) -> None:
    put(tree, "cpu/online", "0-2\n")
    assert host_of(tree).pnodes[0].pcpus == (0, 1, 2)
    assert host_of(tree).pnodes[0].cores == ((0, 2), (1,))


def test_a_pcpu_on_two_nodes_is_on_the_lower_one_with_a_note(tree: Path) -> None:
    put(tree, "node/node8/cpulist", "2-3\n")
    reading = read_sysfs(str(tree))
    assert [p.pcpus for p in reading.host.pnodes] == [(0, 1, 2, 3), ()]
    assert any("listed on more than one node" in note for note in reading.notes)


def test_distances_have_a_column_for_each_online_node(tree: Path) -> None:
    put(tree, "node/online", "0,4,8\n")  # node 4 was not copied
    put(tree, "node/node0/distance", "10 12 21\n")
    put(tree, "node/node8/distance", "31 12 10\n")
    assert host_of(tree).slit == ((10, 21), (31, 10))


def test_without_the_list_of_online_nodes_the_columns_are_the_nodes_there(tree: Path) -> None:
    put(tree, "node/online", None)
    assert host_of(tree).slit == ((10, 21), (31, 10))


def test_without_distances_there_are_none_with_a_note(tree: Path) -> None:
    put(tree, "node/node0/distance", None)
    put(tree, "node/node8/distance", None)
    reading = read_sysfs(str(tree))
    assert reading.host.slit is None
    assert any("states no distances" in note for note in reading.notes)


def test_a_tree_without_meminfo_asks_for_the_memory(tree: Path) -> None:
    put(tree, "node/node8/meminfo", None)
    assert "does not say how much memory pnode 8 has; give what is free with --free 8=SIZE" in refusal(tree)
    assert read_sysfs(str(tree), free="8=1GiB").host.pnodes[1].memory_kib == GIB


def test_a_node_may_have_no_memory(tree: Path) -> None:
    put(tree, "node/node8/meminfo", "Node 8 MemTotal:  0 kB\n")
    assert host_of(tree).pnodes[1].memory_kib == 0


def test_a_kernel_without_numa_is_one_pnode(tmp_path: Path) -> None:
    put(tmp_path, "cpu/online", "0-1\n")
    put(tmp_path, "cpu/cpu0/topology/thread_siblings_list", "0-1\n")
    reading = read_sysfs(str(tmp_path), free="4GiB")
    assert [(p.id, p.memory_kib, p.cores) for p in reading.host.pnodes] == [(0, 4 * GIB, ((0, 1),))]
    assert any("knows no NUMA nodes" in note for note in reading.notes)


def test_what_a_xen_domain_sees_is_said_not_to_be_the_host(tree: Path) -> None:
    (tree / "hypervisor").mkdir()
    (tree / "hypervisor/type").write_text("xen\n")
    assert any("not the host: that is in xl info -n" in note for note in read_sysfs(str(tree)).notes)


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "node").mkdir()
    with pytest.raises(InputError, match=rf"^{re.escape(str(tmp_path))}: no NUMA nodes, expected a sysfs tree"):
        host_of(tmp_path)


def test_a_pipe_where_a_file_should_be_does_not_block(tree: Path) -> None:
    put(tree, "node/node8/meminfo", None)
    os.mkfifo(tree / "devices/system/node/node8/meminfo")
    assert "does not say how much memory pnode 8 has" in refusal(tree)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("node/node0/cpulist", "0-x\n", r'node0/cpulist: expected a cpu set such as .*, got "0-x"'),
        ("node/node0/cpulist", "0-99999\n", r"node0/cpulist: expected cpu ids of at most 65535"),
        ("node/node0/meminfo", "empty\n", r'node0/meminfo: expected a line "Node 0 MemTotal: 1024 kB"'),
        ("node/node0/meminfo", f"MemTotal: {'9' * 16} kB\n", r"node0/meminfo: expected a line"),
        ("node/node0/distance", "10\n", r"node0/distance: 1 distances for 2 online nodes"),
        ("node/node0/distance", "10 far\n", r'node0/distance: expected distances such as "10 21", got "far"'),
        ("node/node8/distance", "0 10\n", r"the distance from node 8 to 0 is 0"),
        ("cpu/online", "-\n", r"cpu/online: expected a cpu set"),
        ("cpu/cpu2/topology/core_cpus_list", "2-1\n", r'core_cpus_list: range "2-1" runs backwards'),
    ],
)
def test_faults_are_named_with_their_file(tree: Path, name: str, text: str, message: str) -> None:
    put(tree, name, text)
    assert re.search(message, refusal(tree))


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.integers(0, 11), st.binary(max_size=30) | st.text(alphabet="0123456789-,^ \n", max_size=12))
def test_any_file_may_hold_nonsense(tree: Path, which: int, data: bytes | str) -> None:
    sysfs(tree)
    files = sorted(file for file in tree.rglob("*") if file.is_file())
    files[which % len(files)].write_bytes(data if isinstance(data, bytes) else data.encode())
    try:
        host = host_of(tree)
    except InputError as error:
        assert str(tree) in str(error)
    else:
        assert host.pnodes
