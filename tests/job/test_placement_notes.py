"""Notes on a placement: merged parts, migration, soft affinity, and distances that are written as others."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from placer.instance import Flexible, Guest, Placement
from placer.job.notes import answer_notes
from placer.job.request import Request
from tests.support.building import GIB, a_guest, a_host, an_instance

HOST = a_host(8 * GIB, 8 * GIB)
MIGRATION = "started with vnuma, so that Xen can neither save nor migrate them: "


def said(*guests: Guest, **pnode_of: tuple[int | None, ...]) -> list[str]:
    return answer_notes(Request(instance=an_instance(HOST, *guests), notes=("first",)), Placement(pnode_of=pnode_of))


def test_every_guest_that_gets_vnuma_is_told_that_it_can_no_longer_migrate() -> None:
    guests = [a_guest(GIB, name="row"), a_guest(GIB, name="cut", form="parts"), a_guest(GIB, name="one", form="whole")]

    assert said(*guests, row=(0,), cut=(0,), one=(0,)) == ["first", MIGRATION + "row, cut"]


def test_a_guest_with_a_vnode_left_out_is_not_started_and_not_told() -> None:
    assert said(a_guest(GIB, GIB), db=(0, None)) == ["first"]


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

    assert 'guest "db": its 4 vnodes meet on 2 pnodes and are written as one there' in lines
    assert 'guest "db": its 2 vnodes meet on one pnode and are written as one there' in said(
        a_guest(GIB, GIB, form="parts"), db=(1, 1)
    )


def test_parts_on_pnodes_of_their_own_are_not_said_to_become_one() -> None:
    assert not any("as one" in line for line in said(a_guest(GIB, GIB, form="parts"), db=(1, 0)))


def test_vnodes_that_a_file_states_are_never_said_to_become_one() -> None:
    assert not any("as one" in line for line in said(a_guest(GIB, GIB), db=(1, 1)))


def test_parts_without_a_pnode_are_not_said_to_become_one() -> None:
    assert not any("as one" in line for line in said(a_guest(GIB, GIB, form="parts"), db=(None, None)))


def test_a_set_that_may_stray_is_named_with_the_most_that_may() -> None:
    """A part of 512 MiB may take 2,048 + 96 + 32 KiB more; 1 GiB less 10 MiB and a low zone of 600 MiB is 414 MiB."""
    host = replace(a_host(GIB, GIB), low_zone_kib=600 * 1024)
    a_set = a_guest(GIB // 2, GIB // 2, form="set", type="pv", one_to_one=True)
    request = Request(instance=replace(an_instance(host, a_set), sets_may_stray=True))
    spread, stray = answer_notes(request, Placement(pnode_of={"db": (0, 1)}))
    assert spread == 'guest "db": memory spread over pnodes 0 and 1, without vnuma'
    assert stray.startswith("may stray: up to 100.12 MiB of the parts on pnode 0 may land outside")


def test_sets_are_to_be_started_before_guests_with_vnuma_where_the_host_has_a_low_zone() -> None:
    host = replace(a_host(8 * GIB, 8 * GIB), low_zone_kib=2 * GIB)
    spread = Guest(name="web", type="pvh", flexible=Flexible(memory_kib=2 * GIB, vcpu_count=2), form="set").split_into(
        2
    )
    pnode_of: dict[str, tuple[int | None, ...]] = {"web": (0, 1), "db": (0,), "one": (0,)}

    def lines(low: bool, *guests: Guest) -> list[str]:
        instance = an_instance(host if low else HOST, *guests)
        where = Placement(pnode_of={guest.name: pnode_of[guest.name] for guest in guests})
        return [line for line in answer_notes(Request(instance=instance), where) if line.startswith("start ")]

    vnuma, whole = a_guest(GIB, name="db"), a_guest(GIB, name="one", form="whole")
    assert lines(True, spread, vnuma) == [
        "start guests on sets of pnodes before those with vnuma, which alone can use the low zone: web"
    ]
    assert lines(True, spread, whole) == lines(True, vnuma) == lines(False, spread, vnuma) == []


def test_pnodes_on_which_memory_may_stray_share_a_line() -> None:
    host = replace(a_host(GIB, GIB), low_zone_kib=600 * 1024)
    sets = [a_guest(GIB // 2, GIB // 2, name=name, form="set", type="pv", one_to_one=True) for name in ("a", "b")]
    request = Request(instance=replace(an_instance(host, *sets), sets_may_stray=True))
    lines = answer_notes(request, Placement(pnode_of={"a": (0, 1), "b": (0, 1)}))

    (stray,) = [line for line in lines if "stray" in line]
    assert stray.count("of the parts on pnode") == 2
    assert stray.endswith("holds only if none does: a, b")


def test_a_file_that_asks_for_other_distances_than_those_of_the_pnodes_is_told() -> None:
    """Pnodes are 20 apart; on one pnode the distance is written as 11, the least that Xen takes between vnodes."""
    asks, agrees = (a_guest(GIB, GIB, name=name, vdistances=((10, d), (d, 10))) for name, d in (("x", 31), ("y", 20)))

    assert not any("distances" in line for line in said(agrees, y=(0, 1)))
    assert any(line.startswith('guest "x": the distances between its vnodes') for line in said(asks, x=(0, 1)))
    assert any(line.startswith('guest "y": the distances between its vnodes') for line in said(agrees, y=(1, 1)))
