"""Guests whose parts meet on one pnode are written without vnuma; examples by hand."""

from __future__ import annotations

import json
from dataclasses import replace as replace_data
from pathlib import Path

import pytest

from placer.instance import Flexible, Guest, Placement
from placer.job.emit import emit_guests
from placer.job.met import merged_notes, with_met_whole
from placer.job.request import Request, from_instance
from tests.support import commands
from tests.support.building import GIB, a_guest, a_host, an_instance

HOST = a_host(4 * GIB, 4 * GIB)
PARTS = a_guest(GIB, GIB, vcpus=(2, 1), form="parts")


def request(*guests: Guest) -> Request:
    return Request(instance=an_instance(HOST, *guests))


def test_parts_that_meet_become_one_vnode_without_vnuma() -> None:
    met, where = with_met_whole(request(PARTS), Placement(pnode_of={"db": (1, 1)}))
    (guest,) = met.instance.guests
    assert (guest.form, [(v.memory_kib, v.vcpus) for v in guest.vnodes]) == ("whole", [(2 * GIB, (0, 1, 2))])
    assert where.pnode_of == {"db": (1,)}


@pytest.mark.parametrize("pnodes", [(0, 1), (0, None), (None, None)])
def test_parts_that_do_not_meet_stay(pnodes: tuple[int | None, ...]) -> None:
    before = request(PARTS), Placement(pnode_of={"db": pnodes})
    assert with_met_whole(*before) == before


def test_vnodes_that_a_file_states_and_guests_with_vnuma_always_stay() -> None:
    where = Placement(pnode_of={"db": (1, 1)})
    own = request(a_guest(GIB, GIB))
    assert with_met_whole(own, where) == (own, where)
    always = replace_data(request(PARTS), always_vnuma=frozenset({"db"}))
    assert with_met_whole(always, where) == (always, where)
    assert merged_notes(always, where, always) == [
        'guest "db": its 2 vnodes meet on one pnode and are written as one vnode for each pnode'
    ]


def test_a_guest_whose_pnode_has_no_room_for_all_of_its_overhead_stays() -> None:
    """Spread over both pnodes 200 MiB are 100 MiB on each; beside 3.85 GiB of 4 GiB there are 153 MiB."""
    big = a_guest(2 * GIB, 2 * GIB - 157286, form="parts", overhead_kib=200 * 1024)
    small = a_guest(2 * GIB, 2 * GIB - 157286, form="parts", overhead_kib=150 * 1024)
    where = Placement(pnode_of={"db": (0, 0)})
    assert with_met_whole(request(big), where)[0].instance.guests[0].form == "parts"
    assert with_met_whole(request(small), where)[0].instance.guests[0].form == "whole"


def test_an_instance_says_itself_that_a_guest_has_vnuma_always() -> None:
    guests = [
        Guest(name=name, flexible=Flexible(memory_kib=GIB, vcpu_count=2, always_vnuma=always))
        for name, always in (("a", True), ("b", False))
    ]
    assert from_instance(an_instance(HOST, *guests), place="x.json").always_vnuma == {"a"}


@pytest.mark.parametrize(
    ("form", "vnuma"), [("xl", "vnuma"), ("libxl", "vnuma_nodes"), ("libvirt", "<cell"), ("qemu", "-numa")]
)
def test_no_format_writes_vnuma_for_parts_that_meet(form: str, vnuma: str) -> None:
    for pnodes, written in (((1, 1), False), ((1, 0), True)):
        (text,) = emit_guests(request(PARTS), Placement(pnode_of={"db": pnodes}), (), form).values()
        assert (vnuma in text) == written


@pytest.mark.parametrize("always", [False, True])
def test_more_vcpus_than_pcpus_on_one_pnode_cost_no_migration(always: bool, tmp_path: Path) -> None:
    """Six vcpus need two pnodes of four pcpus each, but nearest to its memory is one pnode alone."""
    topology = "".join(f"{cpu}: {cpu} 0 {cpu // 4}\n" for cpu in range(8))
    (tmp_path / "host.txt").write_text(
        f"nr_cpus : 8\nnr_nodes : 2\ncpu_topology :\ncpu: core socket node\n{topology}"
        "numa_info :\nnode: memsize memfree distances\n0: 8192 8000 10,20\n1: 8192 8000 20,10\n"
    )
    (tmp_path / "db.cfg").write_text('name = "db"\ntype = "hvm"\nmemory = 1024\nvcpus = 6\n')
    command = ["solve", "--host", tmp_path / "host.txt", tmp_path / "db.cfg", "--objective", "distance"]
    command += ["--vnuma", "always"] if always else []
    written, answer = commands.placer(*command, "--format", "xl"), commands.placer(*command, "--format", "json")
    assert ("vnuma" in written.out) == always
    assert ("cpus_soft" in written.out) != always
    notes = json.loads(answer.out)["notes"]
    assert any("in the place of --vnuma always" in note for note in notes) == always
    assert any("its 2 parts meet on one pnode, so it is written whole, without vnuma" in n for n in notes) != always
