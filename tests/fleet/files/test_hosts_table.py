"""Tables of hosts: what a row means, and the line of each fault."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from placer.errors import InputError
from placer.fleet.files.hosts_table import read_hosts_table
from placer.formats.text.files import Text

GIB = 2**20


def test_equal_rows_are_one_entry_with_the_names_of_all() -> None:
    first, second = read_hosts_table(Text("CPU1,RAM1,CPU2,RAM2\n4,8,2,16\n0,1.5,4,8\n4,8,2,16\n"))
    assert (first.each, second.each) == (("host-0", "host-2"), ("host-1",))
    assert [(pnode.pcpus, pnode.memory_kib) for pnode in first.host.pnodes] == [
        ((0, 1, 2, 3), 8 * GIB),
        ((4, 5), 16 * GIB),
    ]
    assert [(len(pnode.pcpus), pnode.memory_kib) for pnode in second.host.pnodes] == [(0, 3 * GIB // 2), (4, 8 * GIB)]


def test_a_column_host_names_hosts_and_every_other_column_is_a_group() -> None:
    (entry, other) = read_hosts_table(Text("host,rack,CPU1,RAM1\na,r1,4,8GiB\nb,r2,4,8GiB\n"))
    assert (entry.each, entry.groups, other.groups) == (("a",), {"rack": "r1"}, {"rack": "r2"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("CPU1,RAM1\n", "h.csv: has no rows"),
        ("CPU1,RAM2\n4,8\n", "h.csv:1: no column RAM1"),
        ("CPU1,RAM1,CPU3,RAM3\n", "h.csv:1: no column CPU2"),
        ("a,b\n", "h.csv:1: no column CPU1, expected CPU1, RAM1, CPU2"),
        ("CPU1,RAM1,CPU1\n", 'h.csv:1: two columns "CPU1"'),
        ("CPU1,RAM1\n4,8\n\n4\n", "h.csv:4: 1 fields, expected 2"),
        ("CPU1,RAM1\n-4,8\n", 'h.csv:2: CPU1: expected a number from 0 to 65536, got "-4"'),
        ("CPU1,RAM1\n4,8\n4,8GiB\n", 'h.csv:3: RAM1 "8GiB" beside sizes of the other kind'),
        ("CPU1,RAM1\n4,8GiB\n4,0\n4,8\n", 'h.csv:4: RAM1 "8" beside sizes of the other kind'),
        ("CPU1,RAM1\n4,much\n", 'h.csv:2: RAM1: expected a size such as "8GiB"'),
        ("host,CPU1,RAM1\na,4,8\nb,4,8\na,4,9\n", 'h.csv:4: two hosts have the name "a", line 2 has it too'),
        ('CPU1,RAM1\n"4,8\n', "h.csv:2: no CSV"),
    ],
)
def test_a_fault_of_a_table_of_hosts_has_its_line(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_hosts_table(Text(text, "h.csv"))


@pytest.mark.skipif("PLACER_CORPUS" not in os.environ, reason="PLACER_CORPUS names no corpus")
def test_the_hosts_of_huawei_cloud_are_read() -> None:
    hosts = read_hosts_table(Path(os.environ["PLACER_CORPUS"]) / "fleet" / "PM_res.csv")
    assert sum(len(entry.each) for entry in hosts) == 1710
    assert sum(p.memory_kib for entry in hosts for p in entry.host.pnodes for _ in entry.each) == 262_504 * GIB
