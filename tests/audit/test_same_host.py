"""Whether a NUMA dump is of the host that is audited."""

from __future__ import annotations

from dataclasses import replace as replace_dump

import pytest
from msgspec.structs import replace

from placer.audit.same_host import check_same_host, check_same_time, same_host_notes
from placer.errors import InputError
from placer.formats.xl.numa_dump import DumpedDomain, NumaDump
from placer.instance import Placement
from tests.support.building import GIB, a_host

HOST = a_host(GIB, GIB, pcpus=2)
"""Pcpus 0-1 on pnode 0, 2-3 on pnode 1."""
PCPUS = {0: 0, 1: 0, 2: 1, 3: 1}


def dumped(
    *pnodes: int, size_kib: int = 2 * GIB, pnode_of_pcpu: dict[int, int] | None = None, lost: bool = False
) -> NumaDump:
    domain = DumpedDomain(domid=0, memory_kib=dict.fromkeys(pnodes, 4), pnode_of=None)
    return NumaDump(
        free_kib={},
        domains={0: domain},
        size_kib={} if lost else dict.fromkeys(pnodes, size_kib),
        pnode_of_pcpu=PCPUS if pnode_of_pcpu is None else pnode_of_pcpu,
    )


def test_the_dump_of_the_host_itself_passes() -> None:
    check_same_host(HOST, dumped(0, 1), Placement(pnode_of={"a": (0, None, 1)}))
    check_same_host(HOST, dumped(0, 1, size_kib=GIB))
    check_same_host(HOST, NumaDump(free_kib={}, domains={}))
    assert same_host_notes(HOST, dumped(0, 1)) == []


FAULTS = {
    "more pnodes": (dumped(0, 1, 2), r"^the NUMA dump names pnode 2, this host has 0-1$"),
    "fewer pnodes": (
        dumped(0),
        r"^the NUMA dump has pnodes 0, this host has 0-1; were --host and --numa-dump taken on",
    ),
    "a pcpu elsewhere": (
        dumped(0, 1, pnode_of_pcpu={0: 0, 1: 1}),
        r"^the NUMA dump has pcpu 1 on pnode 1, this host on pnode 0; were --host",
    ),
    "smaller pnodes": (
        dumped(0, 1, size_kib=GIB - 4),
        r"^the NUMA dump has \S+ \w+ in all on pnode 0, this host has 1 GiB free there; were --host",
    ),
}


@pytest.mark.parametrize(("dump", "message"), FAULTS.values(), ids=FAULTS)
def test_the_dump_of_another_host_is_refused(dump: NumaDump, message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_same_host(HOST, dump)


def test_pcpus_of_one_side_alone_are_named() -> None:
    assert same_host_notes(HOST, dumped(0, 1, pnode_of_pcpu={0: 0, 2: 1, 9: 1})) == [
        "pcpus 1,3 of --host are not in the NUMA dump: offline at one of the times, or were --host and --numa-dump "
        "taken on the same host?",
        "pcpus 9 of the NUMA dump are not in --host: offline at one of the times, or were --host and --numa-dump taken "
        "on the same host?",
    ]


def test_a_log_that_lost_the_first_lines_of_the_dump_says_nothing_of_pcpus() -> None:
    assert same_host_notes(HOST, dumped(0, 1, pnode_of_pcpu={3: 1}, lost=True)) == []


def test_a_host_with_other_ids_is_another() -> None:
    sparse = replace(HOST, pnodes=(HOST.pnodes[0], replace(HOST.pnodes[1], id=8)))
    with pytest.raises(InputError, match=r"the NUMA dump names pnode 1, this host has 0,8"):
        check_same_host(sparse, dumped(0, 1))


def test_a_dump_of_another_time_is_refused_where_memory_would_count_twice() -> None:
    """1 GiB is free on each pnode of 2 GiB, so domains hold at most as much."""
    fits, more = ({7: DumpedDomain(domid=7, memory_kib={0: kib, 1: 0}, pnode_of=None)} for kib in (GIB, GIB + 4))
    there = dumped(0, 1)
    check_same_time(HOST, replace_dump(there, domains=fits))
    with pytest.raises(InputError, match=r"^domains hold .* on pnode 0 in the NUMA dump, .* taken at the same time\?$"):
        check_same_time(HOST, replace_dump(there, domains=more))
    check_same_time(HOST, replace_dump(there, domains=more), stated_free=[0])
    check_same_time(HOST, replace_dump(there, domains=more, size_kib={}))
