"""Notes on an answer: merged parts, migration, and masks that are kept but not priced."""

from __future__ import annotations

from typing import Any

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


def test_every_guest_that_gets_vnuma_is_told_that_it_can_no_longer_migrate() -> None:
    guests = [a_guest(GIB, name="row"), a_guest(GIB, name="cut", form="parts"), a_guest(GIB, name="one", form="whole")]

    assert said(*guests, row=(0,), cut=(0,), one=(0,)) == ["first", MIGRATION + "row, cut"]


def test_guests_that_xen_starts_without_vnuma_only_are_told_that_instead() -> None:
    assert said(a_guest(GIB, type="pv"), a_guest(GIB, name="web", type="pv", form="whole"), db=(0,), web=(0,)) == [
        "first",
        "Xen starts vnuma for hvm guests only; the xl and libxl formats refuse: db",
    ]


def test_a_guest_with_a_vnode_left_out_is_not_started_and_not_told() -> None:
    assert said(a_guest(GIB, GIB), db=(0, None)) == ["first"]


def test_a_proof_that_a_cut_guest_does_not_fit_is_for_that_cut() -> None:
    request = Request(instance=an_instance(HOST, a_guest(GIB, GIB, form="parts")))

    assert answer_notes(request, None) == [
        "proved for guests cut into vnodes of equal size (up to whole MiB and vcpus), not for other cuts"
    ]


def test_soft_affinity_that_draws_vcpus_from_their_memory_is_named() -> None:
    away = a_guest(GIB, name="away", soft_affinity=((0, 1),))
    home = a_guest(GIB, name="home", soft_affinity=((1, 4),))

    lines = said(away, home, away=(1,), home=(1,))
    assert [line.rpartition(": ")[2] for line in lines if "draws" in line] == ["away"]


def test_more_than_six_guests_are_counted() -> None:
    names = [f"g{i}" for i in range(8)]
    placed: dict[str, Any] = dict.fromkeys(names, (0,))

    assert said(*(a_guest(GIB, name=name) for name in names), **placed)[1] == (
        MIGRATION + "g0, g1, g2, g3, g4, g5 and 2 more"
    )


def test_parts_on_one_pnode_are_said_to_become_one() -> None:
    lines = said(a_guest(GIB, GIB, GIB, GIB, form="parts"), db=(1, 0, 1, 1))

    assert 'guest "db": vnodes 0,2-3 stand on pnode 1 and are written as one' in lines
    assert not any("pnode 0" in line for line in lines)


def test_vnodes_that_a_file_states_are_never_said_to_become_one() -> None:
    assert not any("as one" in line for line in said(a_guest(GIB, GIB), db=(1, 1)))


def test_parts_without_a_pnode_are_not_said_to_become_one() -> None:
    assert not any("as one" in line for line in said(a_guest(GIB, GIB, form="parts"), db=(None, None)))


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


def test_a_set_that_may_stray_is_named_with_the_most_that_may() -> None:
    """A part of 512 MiB may take 2,048 + 96 + 32 KiB more; 1 GiB less 10 MiB and a low zone of 600 MiB is 414 MiB."""
    host = replace(a_host(GIB, GIB), low_zone_kib=600 * 1024)
    a_set = a_guest(GIB // 2, GIB // 2, form="set", type="pv", one_to_one=True)
    request = Request(instance=replace(an_instance(host, a_set), sets_may_stray=True))
    spread, stray = answer_notes(request, Placement(pnode_of={"db": (0, 1)}))
    assert spread == 'guest "db": memory spread over pnodes 0 and 1, without vnuma'
    assert stray.startswith("may stray: up to 100.12 MiB of the parts on pnode 0 may land outside")
