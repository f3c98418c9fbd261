"""How local accesses are, worked by hand."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from placer.audit.findings import AuditReport
from placer.audit.locality import guest_locality, pnode_localities
from placer.formats.xl.numa_dump import DumpedDomain, NumaDump
from placer.instance import Domain
from tests.support.building import GIB, MIB, a_host

HOST = a_host(GIB, GIB, GIB, pcpus=1, slit=((10, 12, 30), (14, 10, 20), (32, 22, 10)))
DB = Domain(name="db", domid=1, affinity=((0,), (0,), (1,), (0, 1)))
MEMORY = {0: 300 * MIB, 1: 100 * MIB, 2: 0}


def test_a_guest_reads_its_memory_evenly_from_where_its_vcpus_run() -> None:
    found = guest_locality(DB, MEMORY, HOST)
    # 2 1/2 vcpus on pnode 0 find 3/4 there, at 10, and 1/4 at 12; 1 1/2 on pnode 1 find 1/4 there, and 3/4 at 14
    assert found.vcpus == 4
    assert found.local == pytest.approx((2.5 * 0.75 + 1.5 * 0.25) / 4)
    assert found.mean_distance == pytest.approx((2.5 * 10.5 + 1.5 * 13) / 4)


def test_a_pnode_sums_what_runs_there_and_counts_a_vcpu_bound_nowhere_on_each() -> None:
    free = Domain(name="Domain-0", domid=0, affinity=(None,))
    unknown = Domain(name="other", affinity=((2,), (2,)))
    dump = NumaDump(
        free_kib={},
        domains={
            0: DumpedDomain(domid=0, memory_kib={0: 4, 1: 4, 2: 8}, pnode_of=None),
            1: DumpedDomain(domid=1, memory_kib=MEMORY, pnode_of=None),
        },
    )
    host = replace(HOST, domains=(free, DB, unknown))
    found = pnode_localities(AuditReport(host=host, guests=(), missing=(), dump=dump))
    assert [found[pnode].vcpus for pnode in (0, 1, 2)] == [
        pytest.approx(n) for n in (2.5 + 1 / 3, 1.5 + 1 / 3, 2 + 1 / 3)
    ]
    # Domain-0 on pnode 2 reads half of its memory there, a quarter at 32 and a quarter at 22; the other is not known
    assert found[2].local == pytest.approx(0.5)
    assert found[2].mean_distance == pytest.approx(10 / 2 + 32 / 4 + 22 / 4)


def test_without_memory_or_vcpus_nothing_is_said() -> None:
    idle = guest_locality(Domain(name="idle"), MEMORY, HOST)
    assert (idle.vcpus, idle.local, idle.mean_distance) == (0, None, None)
    empty = guest_locality(DB, {}, HOST)
    assert (empty.vcpus, empty.local, empty.mean_distance) == (4, None, None)
