from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placer.errors import InputError
from placer.formats.linux.numactl import read_numactl
from placer.instance import Host
from tests.support.host_samples import NUMACTL

MIB = 1024


def host_of(text: str) -> Host:
    return read_numactl(text, "numa.txt").host


def changed(old: str, new: str) -> str:
    assert old in NUMACTL
    return NUMACTL.replace(old, new)


def test_the_text_is_read_whole_and_memory_is_what_is_free() -> None:
    host = host_of(NUMACTL)
    assert [(p.id, p.memory_kib, p.pcpus) for p in host.pnodes] == [
        (0, 3000 * MIB, (0, 1, 2, 3)),
        (8, 8000 * MIB, ()),
    ]
    assert host.slit == ((10, 21), (31, 10))
    notes = read_numactl(NUMACTL, "numa.txt").notes
    assert notes == ("numactl does not list SMT siblings: every pcpu counts as a core",)


def test_without_free_lines_memory_is_the_size_with_a_note() -> None:
    reading = read_numactl(re.sub(r"node \d free: .*\n", "", NUMACTL), "numa.txt")
    assert [p.memory_kib for p in reading.host.pnodes] == [4096 * MIB, 8192 * MIB]
    assert any("memory is the total" in note for note in reading.notes)


def test_memory_that_is_not_available_is_asked_for() -> None:
    text = changed("8192 MB", "<not available>").replace("8000 MB", "<not available>")
    with pytest.raises(InputError, match=r"^numa.txt: does not say how much memory pnode 8 has; .*--free 8=SIZE"):
        host_of(text)


def test_without_distances_there_are_none_with_a_note() -> None:
    text = NUMACTL[: NUMACTL.index("node distances")] + "No distance information available.\n"
    reading = read_numactl(text, "numa.txt")
    assert reading.host.slit is None
    assert any("states no distances" in note for note in reading.notes)


def test_pcpus_that_fake_nodes_share_are_on_the_lowest_with_a_note() -> None:
    reading = read_numactl(changed("node 8 cpus:", "node 8 cpus: 0 1 2 3"), "numa.txt")
    assert [p.pcpus for p in reading.host.pnodes] == [(0, 1, 2, 3), ()]
    assert any("listed on more than one node" in note for note in reading.notes)


def test_an_unreachable_node_is_255() -> None:
    assert host_of(changed("10  21", "10 255")).distances == ((10, 255), (31, 10))


def test_windows_line_ends_are_read() -> None:
    assert host_of(NUMACTL.replace("\n", "\r\n")) == host_of(NUMACTL)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("0 1 2 3", "0 1 x 3", r'^numa.txt:2: expected cpu ids of at most 65535, got "x"'),
        ("0 1 2 3", "0 1 2 65536", r'^numa.txt:2: expected cpu ids of at most 65535, got "65536"'),
        ("3000 MB", "3000 kB", r'^numa.txt:4: expected a size such as "65536 MB", got "3000 kB"'),
        ("3000 MB", "99999999999999 MB", r"^numa.txt:4: expected a size"),
        ("node 8 size", "node 8 weight", r'^numa.txt:6: expected "node 0 cpus:", "size:" or "free:", got "node 8 wei'),
        ("31  10", "31", r'^numa.txt:11: 1 distances for 2 nodes: "8: 31"'),
        ("31  10", "0 10", r"^numa.txt: the distance from node 8 to 0 is 0"),
    ],
)
def test_faults_are_named_with_their_line(old: str, new: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        host_of(changed(old, new))


def test_wrapped_lines_are_joined_with_a_note() -> None:
    text = changed("0 1 2 3", "0 1\n2 3").replace("node   0   8", "node 0\n8").replace("10  21", "10\n21")
    reading = read_numactl(text, "numa.txt")
    assert reading.host == host_of(NUMACTL)
    assert "lines 2,10,12 are continued on the lines below them, and were joined with these" in reading.notes


def test_a_number_that_a_wrap_cut_in_two_is_refused() -> None:
    with pytest.raises(InputError, match=r"^numa.txt:2: cpus of a wrapped line are not ascending: was a number cut"):
        host_of(changed("0 1 2 3", "8 9 1\n0 11"))
    with pytest.raises(InputError, match=r"^numa.txt:10: 3 distances for 2 nodes"):
        host_of(changed("10  21", "10 2\n1"))


def test_cpus_on_the_line_below_are_read() -> None:
    assert host_of(changed("cpus: 0 1 2 3", "cpus:\n0 1 2 3")) == host_of(NUMACTL)


@pytest.mark.parametrize("space", ["\u00a0", "\u2007", "\u3000", "\t", " \u200b"])
def test_spaces_of_any_kind_are_spaces(space: str) -> None:
    assert host_of(NUMACTL.replace(" ", space)) == host_of(NUMACTL)


def test_a_text_with_the_shell_around_it_is_read() -> None:
    assert host_of(f"```\n[root@db1 ~]# numactl -H\n{NUMACTL}\n[root@db1 ~]#\n```\n") == host_of(NUMACTL)


def test_compressed_cpus_of_newer_versions_are_read_and_counted() -> None:
    assert host_of(changed("cpus: 0 1 2 3", "cpus: 0-1, 2-3 (4)")) == host_of(NUMACTL)
    with pytest.raises(InputError, match=r"^numa.txt:2: 3 cpus, expected the 4 that the line says"):
        host_of(changed("cpus: 0 1 2 3", "cpus: 0-2 (4)"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "2 nodes (0,8)",
            "3 nodes (0-2)",
            r"^numa.txt:1: says that 3 nodes are available, and 2 are listed below \(0,8",
        ),
        ("node 8 cpus:\n", "", r'^numa.txt: no line "node 8 cpus: ...": expected one for each node'),
        ("node 8 cpus:\n", "node 8 cpus:\nnode 8 cpus: 5\n", r'^numa.txt:6: a second line "node 8 cpus:"'),
        ("node 8 cpus:\n", "node 8 cpus: 5 6 5\n", r"^numa.txt:5: cpu 5 is listed twice on one node"),
        ("node 8 cpus:\n", "node 8 cpus: 6-5\n", r'^numa.txt:5: expected cpu ids of at most 65535, got "6-5"'),
        ("3000 MB", "3000 MB\n17", r'^numa.txt:5: numbers that continue no line: "17"'),
        ("node 8 cpus:\n", "node 8 cpus:\n[...]\n", r'^numa.txt:6: no line of numactl -H: "\[...\]"'),
        ("available", "No NUMA available on this system\navailable", r"^numa.txt:1: this machine has no NUMA nodes"),
        ("node distances", "available: 2 nodes (0,8)\nnode distances", r"^numa.txt:8: the output .* a second time"),
    ],
)
def test_every_line_is_understood_or_refused(old: str, new: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        host_of(changed(old, new))


def test_free_memory_far_below_the_size_is_said_to_leave_out_caches() -> None:
    text = changed("3000 MB", "2047 MB")
    (note,) = [note for note in read_numactl(text, "numa.txt").notes if "caches" in note]
    assert note == (
        "free memory is what numactl prints (pnode 0: 2 GiB of 4 GiB), which leaves out the caches that Linux "
        "gives up on demand; --free 0=4096MiB is all of it: take off what programs and running guests hold"
    )
    assert not any("caches" in note for note in read_numactl(text, "numa.txt", free="0=1GiB").notes)
    assert not any("caches" in note for note in read_numactl(changed("3000 MB", "2048 MB"), "numa.txt").notes)


def test_another_text_is_refused() -> None:
    with pytest.raises(InputError, match=r'^numa.txt: no lines "node 0 cpus: ...", expected the output of numactl -H'):
        host_of("available: 0 nodes ()\n")
    with pytest.raises(InputError, match=r"^numa.txt: 9000000 characters, expected the output of numactl"):
        host_of("x" * 9_000_000)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(NUMACTL)), st.integers(0, 30), st.text(max_size=8))
def test_damaged_text_is_read_or_refused_and_nothing_else(start: int, length: int, put: str) -> None:
    try:
        host = host_of(NUMACTL[:start] + put + NUMACTL[start + length :])
    except InputError as error:
        assert re.match(r"numa.txt(:\d+)?: .", str(error))
    else:
        assert host.pnodes
