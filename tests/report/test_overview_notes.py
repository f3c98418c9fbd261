"""The notes of the report of placer show."""

from __future__ import annotations

from pathlib import Path

import pytest

import placer
from placer.report.overview_notes import ASK_XEN, ASSUMED, notes_of
from tests.support.kvm_snapshots import DB, GIB, WEB, domain, parts_of_kvm, vcpuinfo
from tests.support.snapshots import output, parts_of_xl, snapshot


def notes(parts: dict[str, str], codes: dict[str, int] | None = None) -> list[str]:
    shot = placer.read_snapshot(placer.Text(snapshot(parts, codes=codes), place="host.txt"))
    return notes_of(placer.show(shot, time_limit_s=0))


def about(said: list[str], *words: str) -> list[str]:
    return [note for note in said if any(word in note for word in words)]


@pytest.mark.parametrize("more_mib", [0, 30, 200])
def test_a_qemu_that_holds_more_than_its_guest_is_where_it_was_meant_to_be(more_mib: int) -> None:
    held = {f"numa-maps/{DB}": f"node 0 held: {4 * GIB + 1024 * more_mib} kB\n"}
    assert about(notes(parts_of_kvm() | held), "meant") == []


def test_memory_elsewhere_is_said_with_its_place_on_a_host_that_check_does_not_read() -> None:
    held = {f"numa-maps/{DB}": f"node 0 held: {3 * GIB} kB\nnode 1 held: {GIB} kB\n"}
    assert about(notes(parts_of_kvm() | held), "meant") == [
        'guest "db" is not where it was meant to be: memory lies where none was meant to be: 1 GiB on pnode 1'
    ]


def test_vcpus_that_no_configuration_binds_are_not_said_to_be_where_they_were_not_meant_to_be() -> None:
    loose = parts_of_kvm() | {f"virsh-vcpuinfo/{DB}": vcpuinfo("yyyyyyyy", 5, 1)}
    assert about(notes(loose), "meant") == [
        "their memory lies where it was meant to be, and their vcpus are not bound near it: db"
    ]


def test_a_guest_that_was_meant_for_anywhere_is_bound_away_from_its_memory_at_most() -> None:
    pinned = "<cputune><vcpupin vcpu='0' cpuset='0-7'/><vcpupin vcpu='1' cpuset='0-7'/></cputune>"
    away = parts_of_kvm() | {
        f"virsh-dumpxml/{WEB}": domain("web", WEB, 7, 2, more=pinned),
        f"virsh-vcpuinfo/{WEB}": vcpuinfo("yyyy----", 0, 1),
        f"numa-maps/{WEB}": f"node 1 held: {2 * GIB} kB\n",
    }
    unstated = away | {f"virsh-dumpxml/{WEB}": domain("web", WEB, 7, 2)}
    assert about(notes(unstated), "web") == ["bound away from their memory, which may lie anywhere: web"]


def test_xen_is_asked_for_pages_only_where_it_was_not() -> None:
    asked = parts_of_xl() | {"xl-dmesg": ""}
    assert about(notes(parts_of_xl()), "taken to lie") == [ASK_XEN]
    assert about(notes(asked, {"xl-dmesg": 1}), "taken to lie") == [ASSUMED]
    lost = parts_of_xl() | {"xl-dmesg": output("dmesg.txt").replace("Memory location of each domain:", "")}
    said = notes(lost)
    assert about(said, "taken to lie") == [ASSUMED]
    assert about(said, "--pages") == []
    maps = {name: text for name, text in parts_of_kvm().items() if not name.startswith("numa-maps")}
    assert about(notes(maps), "taken to lie", "--pages", "asks Xen") == [ASSUMED]


def test_check_says_why_on_xen() -> None:
    said = notes(parts_of_xl() | {"xl-dmesg": output("dmesg.txt")})
    assert about(said, "meant") == ["not where they were meant to be (placer check says why): web"]


def test_check_names_the_way_to_the_reasons_on_libvirt(tmp_path: Path) -> None:
    from tests.support.commands import placer as run

    file = tmp_path / "kvm.txt"
    file.write_text(snapshot(parts_of_kvm()))
    ran = run("check", "--host", file)
    assert ran.code == 2
    assert "placer show says of this host who is not where it was meant to be, and why" in ran.err
