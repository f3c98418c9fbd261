"""Notes on guests on sets of pnodes: where they lie, what may stray, what Linux fills; examples by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from placer.instance import Flexible, Guest, Placement
from placer.job.notes import answer_notes
from placer.job.request import Request
from placer.job.set_notes import assumes_parts
from tests.support import commands
from tests.support.building import GIB, a_guest, a_host, an_instance
from tests.support.host_samples import TWO_NODES

HOST = a_host(8 * GIB, 8 * GIB)


def test_a_set_that_may_stray_is_named_with_the_most_that_may() -> None:
    """A part of 512 MiB may take 2,048 + 96 + 32 KiB more; 1 GiB less 10 MiB and a low zone of 600 MiB is 414 MiB."""
    host = replace(a_host(GIB, GIB, GIB), low_zone_kib=600 * 1024)
    a_set = a_guest(GIB // 2, GIB // 2, form="set", type="pv", one_to_one=True)
    request = Request(instance=replace(an_instance(host, a_set), sets_may_stray=True))
    spread, stray = answer_notes(request, Placement(pnode_of={"db": (0, 1)}))
    assert spread == 'guest "db": memory spread over pnodes 0 and 1, without vnuma'
    assert stray.startswith("may stray: up to 100.12 MiB of the memory planned for pnode 0 may land on other pnodes")


def test_a_part_where_no_vcpu_of_its_set_may_run_may_stray_whole() -> None:
    host = replace(a_host(4 * GIB, 4 * GIB), low_zone_kib=0)
    a_set = a_guest(2 * GIB, GIB, vcpus=(1, 0), form="set", type="pv", one_to_one=True, hard_affinity=((0,),))
    request = Request(instance=replace(an_instance(host, a_set), sets_may_stray=True))
    notes = answer_notes(request, Placement(pnode_of={"db": (0, 1)}))
    (stray,) = [note for note in notes if note.startswith("may stray")]
    assert stray.startswith("may stray: up to 1 GiB of the memory planned for pnode 1 may land on other pnodes")


def test_guests_without_vnuma_are_to_be_started_first_where_others_could_take_what_they_count_on() -> None:
    """
    Beside the low zone of 2 GiB, 10 MiB and a whole GiB of each pnode, pnode 0 has 4.99 GiB that those can count on.

    The set may take there its part of 1 GiB, half a GiB beside it and 2.3 MiB.
    """
    host = replace(a_host(8 * GIB, 8 * GIB), low_zone_kib=2 * GIB)
    spread = Guest(name="web", type="pvh", flexible=Flexible(memory_kib=2 * GIB, vcpu_count=2), form="set").split_into(
        2
    )
    pnode_of: dict[str, tuple[int | None, ...]] = {"web": (0, 1), "db": (0,), "one": (0,)}

    def lines(low: bool, *guests: Guest) -> list[str]:
        instance = an_instance(host if low else HOST, *guests)
        where = Placement(pnode_of={guest.name: pnode_of[guest.name] for guest in guests})
        return [line for line in answer_notes(Request(instance=instance), where) if line.startswith("start ")]

    enough, little = a_guest(7 * GIB // 2, name="db"), a_guest(3 * GIB, name="db")
    said = "start these before guests with vnuma, which could take the memory that they count on: "
    assert lines(True, spread, enough) == [f"{said}web"]
    assert lines(True, spread, little) == lines(False, spread, enough) == lines(True, enough) == []
    whole = a_guest(GIB, name="one", form="whole")
    assert lines(True, spread, whole, enough) == [f"{said}web, one"]
    assert lines(True, spread, whole) == []


def test_guests_whose_memory_may_stray_are_to_be_started_last_where_one_with_vnuma_could_lack_it() -> None:
    """Of the first pnode of 1 GiB they cannot count on 600 MiB: half a GiB is more than is left."""
    host = replace(a_host(GIB, GIB), low_zone_kib=600 * 1024)
    stray, vnuma = a_guest(GIB // 2, name="a", form="whole", type="pv"), a_guest(GIB // 2, name="b")
    pnode_of: dict[str, tuple[int | None, ...]] = {"a": (0,), "b": (1,)}

    def lines(*guests: Guest) -> list[str]:
        request = Request(instance=replace(an_instance(host, *guests), sets_may_stray=True))
        where = Placement(pnode_of={guest.name: pnode_of[guest.name] for guest in guests})
        return [line for line in answer_notes(request, where) if line.startswith("start ")]

    said = "start these after guests with vnuma, whose memory theirs could take where it strays, so that Xen refuses"
    assert lines(stray, vnuma) == [f"{said} them: a"]
    assert lines(stray) == []


def test_pnodes_on_which_memory_may_stray_share_a_line() -> None:
    host = replace(a_host(GIB, GIB, GIB), low_zone_kib=600 * 1024)
    sets = [a_guest(GIB // 2, GIB // 2, name=name, form="set", type="pv", one_to_one=True) for name in ("a", "b")]
    request = Request(instance=replace(an_instance(host, *sets), sets_may_stray=True))
    lines = answer_notes(request, Placement(pnode_of={"a": (0, 1), "b": (0, 1)}))

    (stray,) = [line for line in lines if "stray" in line]
    assert stray.count("of the memory planned for pnode") == 2
    assert stray.endswith("holds only if none does: a, b")


def test_a_set_of_all_pnodes_has_no_outside_to_stray_to() -> None:
    """Of three pnodes set "a" has two, so its memory may land on the third; "b" has all of them."""
    host = replace(a_host(GIB, GIB, GIB), low_zone_kib=600 * 1024)
    part = GIB * 3 // 8
    a, b = (a_guest(*[part] * k, name=name, form="set", type="pv", one_to_one=True) for name, k in (("a", 2), ("b", 3)))
    request = Request(instance=replace(an_instance(host, a, b), sets_may_stray=True))
    where = Placement(pnode_of={"a": (0, 1), "b": (0, 1, 2)})

    outside, within = [line for line in answer_notes(request, where) if line.startswith("may stray")]
    assert "may land on other pnodes, and the proof holds only if none does" in outside
    assert outside.endswith(": a")
    assert "may land on other pnodes or find no memory, as these sets have all pnodes" in within
    assert within.endswith(": b")
    assert assumes_parts(request, where)
    assert not assumes_parts(Request(instance=an_instance(host, a, b)), where)


def domain(name: str, gib: int, numatune: str) -> str:
    memory = f"<name>{name}</name><memory unit='GiB'>{gib}</memory><vcpu>2</vcpu>"
    return f"<domain type='kvm'>{memory}<numatune>{numatune}</numatune><os><type>hvm</type></os></domain>"


@pytest.mark.parametrize("mode", ["strict", "restrictive", "interleave"])
@pytest.mark.parametrize("beside", [False, True])
def test_a_nodeset_that_linux_fills_is_an_estimate_with_a_way_out(mode: str, beside: bool, tmp_path: Path) -> None:
    """The host has two pnodes of 8,000 MB free; 10 GiB lie on both, where a guest of 1 GiB may be bound too."""
    (tmp_path / "host.txt").write_text(TWO_NODES)
    (tmp_path / "a.xml").write_text(domain("a", 10, f"<memory mode='{mode}' nodeset='0-1'/>"))
    (tmp_path / "b.xml").write_text(domain("b", 1, "<memory mode='strict' nodeset='1'/>"))
    files = [tmp_path / "a.xml", *([tmp_path / "b.xml"] if beside else [])]
    command = ["solve", "--host", tmp_path / "host.txt", *files, "--migratable"]
    notes = json.loads(commands.placer(*command, "--format", "json").out)["notes"]
    filled = [note for note in notes if "its parts and its cost are an estimate" in note]
    head = commands.placer(*command).out.splitlines()[0]

    assert len(filled) == (mode != "interleave")
    assert ("if memory lands as planned" in head) == (mode != "interleave")
    for note in filled:
        assert 'mode "interleave" divides evenly' in note
        assert note.endswith("start it after the others on its pnodes, whose memory it may take: b") == beside
    assert any(note == 'guest "a": memory spread over pnodes 0 and 1, without cells' for note in notes)
