"""What is said beside the tables of an audit, each with the way out."""

from __future__ import annotations

from placer.audit.expected import ExpectedLayout
from placer.audit.findings import AuditReport, GuestFinding
from placer.audit.seen import Away
from placer.formats.xl.numa_dump import DumpedDomain, NumaDump
from placer.instance import Domain
from placer.report.audit_notes import audit_notes, remedies
from tests.support.building import GIB, MIB, a_host

HOST = a_host(GIB, GIB, pcpus=2)
NOWHERE = ExpectedLayout(pnode_of=None, memory_kib=None, pnodes=frozenset({0, 1}), pnodes_of=())


def a_finding(
    name: str,
    *,
    memory_faults: tuple[str, ...] = (),
    vcpu_faults: tuple[str, ...] = (),
    short_kib: int = 0,
    away: Away | None = None,
    listed: bool = True,
    affinity_known: bool = True,
) -> GuestFinding:
    return GuestFinding(
        domain=Domain(name=name, domid=1, affinity=(None, None)),
        expected=NOWHERE,
        found_kib={},
        free_kib=0,
        short_kib=short_kib,
        memory_faults=memory_faults,
        vcpu_faults=vcpu_faults,
        away=away or Away(),
        listed=listed,
        affinity_known=affinity_known,
    )


def findings(*guests: GuestFinding, dumped: tuple[int, ...] = (), notes: tuple[str, ...] = ()) -> AuditReport:
    domains = {domid: DumpedDomain(domid=domid, memory_kib={}, pnode_of=None) for domid in dumped}
    return AuditReport(host=HOST, guests=guests, missing=(), dump=NumaDump(free_kib={}, domains=domains), notes=notes)


def notes(*guests: GuestFinding, dumped: tuple[int, ...] = ()) -> list[str]:
    return audit_notes(findings(*guests, dumped=dumped), verbose=False)


def test_guests_that_are_well_need_no_remedy_and_no_note() -> None:
    assert remedies(findings(a_finding("a"))) == []
    assert notes(a_finding("a")) == []


def test_a_remedy_is_said_once_for_all_guests_of_its_kind() -> None:
    (memory,) = remedies(findings(a_finding("a", memory_faults=("x",)), a_finding("b", memory_faults=("x", "y"))))
    assert "started anew or moved: placer solve --format xl" in memory and "placer rebalance" in memory
    (vcpus,) = remedies(findings(a_finding("a", vcpu_faults=("x",)), a_finding("b", vcpu_faults=("x",))))
    assert "xl vcpu-pin GUEST VCPU all PCPUS" in vcpus
    assert "--pin" in vcpus
    (foreign,) = remedies(findings(a_finding("a", vcpu_faults=("x",), listed=False)))
    assert "xl vcpu-pin" in foreign
    assert "VCPUs-params:mask" in foreign


def test_notes_name_the_first_few_guests_and_count_the_rest() -> None:
    (short,) = notes(*(a_finding(f"g{i}", short_kib=MIB) for i in range(9)))
    assert short == (
        "hold less memory than they were started with (xl mem-set gives it back): "
        "g0 (1 MiB), g1 (1 MiB), g2 (1 MiB), g3 (1 MiB), g4 (1 MiB), g5 (1 MiB) and 3 more"
    )


def test_vcpus_that_ran_away_where_they_may_are_a_note_unless_a_fault_says_more() -> None:
    free = Away(vcpus=(0, 1), running=(0,), off_mask=())
    (note,) = notes(a_finding("a", away=free), a_finding("b", away=free, vcpu_faults=("x",)), a_finding("c"))
    assert note.startswith("seen running away from their memory, where their affinity lets them; xl vcpu-pin GUEST")
    assert note.endswith(": a (1 of 2 vcpus)")
    assert notes(a_finding("a", away=Away(vcpus=(0,)))) == []


def test_guests_whose_vcpus_may_run_nobody_knows_where_are_named() -> None:
    (note,) = notes(a_finding("a", affinity_known=False), a_finding("b"))
    assert note.startswith("only the memory of these is judged, ")
    assert note.endswith("--vcpu-list reads it from xl vcpu-list: a")


def test_domains_that_no_list_has_are_named_with_the_option_that_reads_them() -> None:
    (note,) = notes(dumped=(0, 7))
    assert note == (
        "where the vcpus of these may run is not known, and they are not judged; --vcpu-list reads it from "
        "xl vcpu-list: Domain-0, domain 7"
    )


def test_guests_that_xl_does_not_list_are_named_with_what_they_are_compared_with() -> None:
    (note,) = notes(a_finding("a"), a_finding("mail", listed=False))
    assert note.startswith("not in xl list -l (stub domains, guests of other toolstacks), so only their affinity is")
    assert note.endswith("--placement says where guests were meant to be: mail")


def test_notes_of_the_files_come_first() -> None:
    assert audit_notes(findings(notes=("look twice",)), verbose=False) == ["look twice"]
