"""Domains of libvirt that run and are not described."""

from __future__ import annotations

from placer.api.libvirt_left_out import left_out_domain, listed, not_described
from placer.api.snapshot_parts import Sources
from tests.support.kvm_snapshots import DB, GIB, WEB, parts_of_kvm
from tests.support.snapshots import snapshot


def sources(*, without: str = "none", **codes: int) -> Sources:
    parts = {name: text for name, text in parts_of_kvm().items() if without not in name}
    return Sources(snapshot(parts, codes={name.replace("_", "-"): code for name, code in codes.items()}), "kvm1.txt")


def test_a_domain_has_the_name_of_its_xml_and_what_its_qemu_holds() -> None:
    parts = sources().parts.parts
    xml, maps = parts[f"virsh-dumpxml/{WEB}"], parts[f"numa-maps/{WEB}"]
    known = left_out_domain(WEB, xml, maps, "it is cut off")
    assert (known.name, known.why, known.settled) == ("web", "is left out: it is cut off", True)
    assert known.memory_kib == {0: GIB // 2, 1: 3 * GIB // 2}
    unknown = left_out_domain(WEB, None, None, "it is cut off")
    assert (unknown.name, unknown.memory_kib, unknown.settled) == (WEB, None, False)


def test_domains_that_only_a_list_has_are_not_described() -> None:
    some = sources(without=f"/{WEB}")
    assert [left.name for left in not_described(some)] == [WEB]
    assert some.notes[-1] == f"kvm1.txt: run, and are not described in it: {WEB}"
    assert not_described(sources()) == []


def test_without_both_lists_any_domain_may_run() -> None:
    some = sources(virsh_list=1, virsh_list_after=1)
    assert [left.name for left in not_described(some)] == ["that no list names"]
    assert some.assumed == ["no domain was coming or going", "no other domain runs"]
    assert not_described(sources(virsh_list=1)) == []


def test_a_list_that_failed_names_nobody() -> None:
    assert listed(sources().parts, "virsh-list") == {DB, WEB}
    assert listed(sources(virsh_list=1).parts, "virsh-list") is None
