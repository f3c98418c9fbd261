"""How many vnodes the guests of a Request may have is settled between reading and solving; examples by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from placer.formats.base import GuestSource, ParsedGuest, ParsedHost
from placer.instance import Flexible, Guest, Vnode
from placer.job.problem_guests import VnodesChoice
from placer.job.request import assemble, from_instance
from placer.job.settled import settled
from tests.support.building import GIB, a_host, an_instance

HOST = ParsedHost(host=a_host(8 * GIB, 8 * GIB), notes=("the host says so",))


def a_reading(name: str = "db", gib: int = 1, **more: Any) -> ParsedGuest:
    source = GuestSource(kind="xl", place=f"{name}.cfg", text="")
    return ParsedGuest(
        name=name, source=source, type="hvm", vcpu_count=2, memory_kib=gib * GIB, maxmem_kib=gib * GIB, **more
    )


def test_a_guest_that_one_pnode_holds_is_one_vnode_and_says_why() -> None:
    request = settled(assemble(HOST, [a_reading(notes=("no type=",)), a_reading("web")]))

    assert [guest.vnodes for guest in request.instance.guests] == [(Vnode(memory_kib=GIB, vcpus=(0, 1)),)] * 2
    assert [guest.form for guest in request.instance.guests] == ["whole", "whole"]
    assert request.notes == (
        "the host says so",
        'guest "db": no type=',
        'guest "db" states no vnodes: 1 vnode, because one pnode holds its 1 GiB',
        'guest "web" states no vnodes: 1 vnode, because one pnode holds its 1 GiB',
    )


def test_each_guest_is_cut_for_the_host_as_it_is_free_now_with_this_guest_alone() -> None:
    """Two guests of 8 GiB fit one pnode each, a third one too although none is left for it."""
    request = settled(assemble(HOST, [a_reading(name, 8) for name in ("a", "b", "c")]))

    assert [len(guest.vnodes) for guest in request.instance.guests] == [1, 1, 1]


@pytest.mark.parametrize(
    ("gib", "wanted", "settled_to"),
    [
        (1, None, 1),
        (1, (1, 2), (1, 2)),
        (1, (2, 2), 2),
        (9, None, 2),  # one pnode does not hold it, and of more than 2 vnodes 2 pnodes and 2 vcpus make no use
        (9, "fewest", 2),
        (17, None, 2),  # fits in no number, and two vnodes lack least
        (17, (2, 3), 2),
    ],
)
def test_a_number_that_is_clear_is_settled_for_good(
    gib: int, wanted: VnodesChoice, settled_to: int | tuple[int, int]
) -> None:
    host = ParsedHost(host=a_host(8 * GIB, 8 * GIB))
    request = settled(assemble(host, [a_reading(gib=gib)], vnodes=wanted))

    (guest,) = request.instance.guests
    if isinstance(settled_to, int):
        assert (guest.flexible, len(guest.vnodes)) == (None, settled_to)
        assert [note.split(":")[0] for note in request.notes] == ['guest "db" states no vnodes']
    else:
        assert guest.flexible is not None
        assert (guest.flexible.least, guest.flexible.most) == settled_to
        assert request.notes == ()


def test_guests_of_an_instance_keep_the_choice_within_what_is_of_use() -> None:
    """Two pnodes with memory: two vnodes; and one vnode that would fit stays a choice."""
    guest = Guest(name="db", flexible=Flexible(memory_kib=GIB, vcpu_count=4))
    request = settled(from_instance(an_instance(a_host(8 * GIB, 8 * GIB), guest), place="x.json"))

    flexible = request.instance.guests[0].flexible
    assert flexible is not None
    assert (flexible.least, flexible.most) == (1, 2)


def test_a_set_that_fits_in_no_number_of_parts_is_cut_into_the_nearest_and_told_of_vnodes() -> None:
    """14 GiB on 4 + 12: two parts of 7 lack 3 GiB, one lacks 2 but its 6 vcpus have 4 pcpus; eight vnodes fit."""
    host = ParsedHost(host=a_host(4 * GIB, 12 * GIB))
    for migratable in (True, False):
        request = settled(assemble(host, [replace(a_reading(gib=14), vcpu_count=6)], migratable=migratable))
        (guest,) = request.instance.guests
        assert (guest.form, len(guest.vnodes)) == ("set", 2) if migratable else guest.form != "set"
        hint = 'guest "db" would fit this host in vnodes, which it gets without --migratable'
        assert (hint in request.notes) == migratable
