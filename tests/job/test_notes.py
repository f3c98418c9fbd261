"""Notes on an answer: assumptions, and masks that are kept but not priced."""

from __future__ import annotations

from msgspec.structs import replace

from placer.instance import Domain, Guest, Placement, Rule
from placer.job.notes import answer_notes
from placer.job.request import Request
from tests.support.building import GIB, a_guest, a_host, an_instance

HOST = a_host(8 * GIB, 8 * GIB)
MIGRATION = "started with vnuma, so that Xen can neither save nor migrate them: "


def said(*guests: Guest, **pnode_of: tuple[int | None, ...]) -> list[str]:
    return answer_notes(Request(instance=an_instance(HOST, *guests), notes=("first",)), Placement(pnode_of=pnode_of))


def test_what_was_assumed_comes_first_and_alone_where_nothing_is_placed() -> None:
    request = Request(instance=an_instance(HOST, a_guest(GIB)), notes=("first", "second"))

    assert answer_notes(request, None) == ["first", "second"]


def test_guests_that_xen_starts_without_vnuma_only_are_told_that_instead() -> None:
    assert said(a_guest(GIB, type="pv"), a_guest(GIB, name="web", type="pv", form="whole"), db=(0,), web=(0,)) == [
        "first",
        "Xen starts vnuma for hvm guests only; the xl and libxl formats refuse: db",
    ]


def test_a_proof_that_a_cut_guest_does_not_fit_is_for_that_cut() -> None:
    request = Request(instance=an_instance(HOST, a_guest(GIB, GIB, form="parts")))

    assert answer_notes(request, None) == [
        "proved for guests cut into vnodes of equal size (up to whole MiB and vcpus), not for other cuts"
    ]


def test_masks_narrower_than_a_pnode_are_named() -> None:
    narrow = a_guest(GIB, name="narrow", hard_affinity=((0, 1),))
    wide = a_guest(GIB, name="wide", hard_affinity=((0, 1, 2, 3),))

    lines = said(narrow, wide, narrow=(0,), wide=(0,))
    assert [line.rpartition(": ")[2] for line in lines if "not counted" in line] == ["narrow"]


def test_running_guests_that_nothing_keeps_off_an_exclusive_pnode_are_named() -> None:
    domains = (Domain(name="Domain-0", affinity=((0,), None)), Domain(name="web", affinity=((0,),)))
    instance = an_instance(replace(HOST, domains=domains), a_guest(GIB, form="whole"))
    ruled = replace(instance, rules=(Rule(exclusive="db"),))

    assert answer_notes(Request(instance=instance), Placement(pnode_of={"db": (1,)})) == []
    assert answer_notes(Request(instance=ruled), Placement(pnode_of={"db": (1,)})) == [
        "exclusive pnodes are free of running guests bound to them, but these are bound to no pnode: Domain-0"
    ]


def test_parts_of_a_host_that_cannot_reach_each_other_are_named() -> None:
    apart = ((10, 20, 255), (20, 10, 255), (255, 255, 10))
    host = a_host(8 * GIB, 8 * GIB, 8 * GIB, slit=apart)
    (note,) = answer_notes(Request(instance=an_instance(host, a_guest(GIB, form="whole"))), None)
    assert note == "the pnodes fall into parts that cannot reach each other, a guest stays within one: 0-1, 2"
