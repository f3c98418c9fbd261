"""Notes on a placement: merged parts, migration, soft affinity, and distances that are written as others."""

from __future__ import annotations

from typing import Any

from placer.instance import Guest, Placement, Vnode
from placer.job.notes import answer_notes
from placer.job.request import Request
from tests.support.building import GIB, a_guest, a_host, an_instance

HOST = a_host(8 * GIB, 8 * GIB)
MIGRATION = "started with vnuma, so that Xen can neither save nor migrate them: "


def said(*guests: Guest, **pnode_of: tuple[int | None, ...]) -> list[str]:
    return answer_notes(Request(instance=an_instance(HOST, *guests), notes=("first",)), Placement(pnode_of=pnode_of))


def test_every_guest_that_gets_vnuma_is_told_that_it_can_no_longer_migrate() -> None:
    guests = [
        a_guest(GIB, name="row"),
        a_guest(GIB, GIB, name="cut", form="parts"),
        a_guest(GIB, name="one", form="whole"),
    ]

    assert said(*guests, row=(0,), cut=(0, 1), one=(0,)) == ["first", MIGRATION + "row, cut"]


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

    assert 'guest "db": its 4 vnodes meet on 2 pnodes and are written as one vnode for each pnode' in lines
    assert 'guest "db": its 2 parts meet on one pnode, so it is written whole, without vnuma' in said(
        a_guest(GIB, GIB, form="parts"), db=(1, 1)
    )


def test_parts_on_pnodes_of_their_own_are_not_said_to_become_one() -> None:
    assert not any("as one" in line for line in said(a_guest(GIB, GIB, form="parts"), db=(1, 0)))


def test_vnodes_that_a_file_states_are_never_said_to_become_one() -> None:
    assert not any("as one" in line for line in said(a_guest(GIB, GIB), db=(1, 1)))


def test_parts_without_a_pnode_are_not_said_to_become_one() -> None:
    assert not any("as one" in line for line in said(a_guest(GIB, GIB, form="parts"), db=(None, None)))


def test_a_file_that_asks_for_other_distances_than_those_of_the_pnodes_is_told() -> None:
    """Pnodes are 20 apart; on one pnode the distance is written as 11, the least that Xen takes between vnodes."""
    asks, agrees = (a_guest(GIB, GIB, name=name, vdistances=((10, d), (d, 10))) for name, d in (("x", 31), ("y", 20)))

    assert not any("distances" in line for line in said(agrees, y=(0, 1)))
    assert any(line.startswith('guest "x": the distances between its vnodes') for line in said(asks, x=(0, 1)))
    assert any(line.startswith('guest "y": the distances between its vnodes') for line in said(agrees, y=(1, 1)))


def test_memory_and_vcpus_on_different_pnodes_are_both_named() -> None:
    apart = Guest(
        name="db",
        vnodes=(
            Vnode(memory_kib=GIB, pnodes=(0,)),
            Vnode(memory_kib=0, vcpus=(0,), vcpus_of=0),
            Vnode(memory_kib=0, vcpus=(1,), vcpus_of=0),
        ),
    )

    assert any(
        line.startswith('guest "db": its memory is on pnode 0, its vcpus run on pnodes 0-1: ')
        for line in said(apart, db=(0, 0, 1))
    )
    assert not any("its memory is on" in line for line in said(apart, db=(0, 0, 0)))
