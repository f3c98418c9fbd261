"""The input of a command: guests combined with a host, and the assumptions made while reading."""

from __future__ import annotations

from typing import Any

from placer.formats.base import GuestSource, ParsedGuest, ParsedHost
from placer.instance import Flexible, Vnode
from placer.job.request import assemble, free_pnodes, from_instance
from tests.support.building import GIB, a_guest, a_host, an_instance

HOST = ParsedHost(host=a_host(8 * GIB, 8 * GIB), notes=("the host says so",))


def a_reading(name: str = "db", **more: Any) -> ParsedGuest:
    given: dict[str, Any] = {"type": "hvm", "vcpu_count": 2, "memory_kib": GIB, "maxmem_kib": GIB}
    source = GuestSource(kind="xl", place=f"{name}.cfg", text="")
    return ParsedGuest(name=name, source=source, **(given | more))


def test_guests_keep_what_their_files_say() -> None:
    reading = a_reading(hard_affinity=((0,), None), soft_affinity=((1,), (2,)), overhead_kib=5, type="pvh")

    (guest,) = assemble(HOST, [reading]).instance.guests

    assert (guest.name, guest.type, guest.overhead_kib) == ("db", "pvh", 5)
    assert (guest.hard_affinity, guest.soft_affinity) == (((0,), None), ((1,), (2,)))


def test_vnodes_that_a_file_states_are_kept_and_others_are_left_open() -> None:
    stated = (Vnode(memory_kib=GIB // 2, vcpus=(1,)), Vnode(memory_kib=GIB // 2, vcpus=(0,)))
    request = assemble(HOST, [a_reading(vnodes=stated, vdistances=((10, 30), (30, 10))), a_reading("web")])

    db, web = request.instance.guests
    assert (db.form, db.vnodes, db.vdistances) == ("vnuma", stated, ((10, 30), (30, 10)))
    assert (web.vnodes, web.flexible) == ((), Flexible(memory_kib=GIB, vcpu_count=2))


def test_notes_of_host_and_guests_are_collected_in_order() -> None:
    request = assemble(HOST, [a_reading(notes=("no type=",)), a_reading("web")])

    assert request.notes == ("the host says so", 'guest "db": no type=')


def test_fixed_pnodes_are_headlines_until_they_are_freed() -> None:
    vnodes = (Vnode(memory_kib=GIB, vcpus=(0,), pnode=1), Vnode(memory_kib=GIB, vcpus=(1,)))
    request = assemble(HOST, [a_reading(vnodes=vnodes, memory_kib=2 * GIB, maxmem_kib=2 * GIB), a_reading("web")])

    assert request.headlines == ('guest "db" fixes vnode 0 on pnode 1; --free-pnodes places them anew',)
    freed = free_pnodes(request)
    assert freed.headlines == ()
    assert [vnode.pnode for vnode in freed.instance.guests[0].vnodes] == [None, None]
    assert (freed.readings, freed.notes) == (request.readings, request.notes)


def test_an_instance_without_distances_says_what_is_assumed() -> None:
    silent = an_instance(a_host(GIB, GIB), a_guest(GIB))
    stated = an_instance(a_host(GIB, GIB, slit=((10, 20), (20, 10))), a_guest(GIB))

    assert from_instance(silent, place="x.json").notes == (
        "x.json states no distances: 10 within a pnode and 20 between pnodes are assumed",
    )
    assert from_instance(stated, place="x.json").notes == ()


def test_an_instance_whose_slit_puts_a_pnode_nearer_to_others_is_remarked_upon() -> None:
    backwards = an_instance(a_host(GIB, GIB, slit=((20, 10), (20, 10))), a_guest(GIB))
    (note,) = from_instance(backwards, place="x.json").notes
    assert "pnode 0 reaches the memory of pnode 1 (distance 10) sooner than its own (20)" in note
