"""When an audit calls a host good."""

from __future__ import annotations

from placer.audit.expected import ExpectedLayout
from placer.audit.findings import AuditReport, GuestFinding
from placer.formats.xl.numa_dump import NumaDump
from placer.instance import Domain
from tests.support.building import GIB, a_host


def a_finding(*faults: str) -> GuestFinding:
    nowhere = ExpectedLayout(pnode_of=None, memory_kib=None, pnodes=frozenset(), pnodes_of=())
    domain = Domain(name="db", domid=1, affinity=(None,))
    return GuestFinding(domain=domain, expected=nowhere, found_kib={}, free_kib=0, short_kib=9, vcpu_faults=faults)


def good(*guests: GuestFinding, missing: tuple[str, ...] = ()) -> bool:
    dump = NumaDump(free_kib={}, domains={})
    return AuditReport(host=a_host(GIB), guests=guests, missing=missing, dump=dump).good()


def test_a_host_is_good_unless_a_guest_has_a_fault_or_is_missing() -> None:
    assert good()
    assert good(a_finding(), a_finding())  # memory that a guest gave back is no fault
    assert not good(a_finding(), a_finding("memory lies elsewhere"))
    assert not good(a_finding(), missing=("web",))
