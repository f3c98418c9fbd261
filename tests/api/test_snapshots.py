"""One file says what the options for a host say one by one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import placer
from placer.formats.snapshot.parts import split_parts
from tests.support.snapshots import RUNNING, output, parts_of_xl, snapshot

INFO = placer.Text(parts_of_xl()["xl-info"], place="info")


def as_text(parts: dict[str, str]) -> placer.Text:
    return placer.Text(snapshot(parts), place="xen1.txt")


def without_sighting(parsed: placer.ParsedHost) -> placer.ParsedHost:
    """Leave out what only a snapshot knows: when it was taken, and which domains were built by then."""
    assert parsed.running is not None
    return replace(parsed, running=replace(parsed.running, sighting=None))


def test_a_snapshot_is_the_host_of_its_parts(tmp_path: Path) -> None:
    parts = parts_of_xl() | {"xl-dmesg": output("dmesg.txt")}
    pools = placer.Text(parts["xl-cpupool-list"], place="pools")
    one_by_one = placer.read_host(
        INFO,
        pools=pools,
        running=RUNNING / "xl-list.json",
        vcpu_list=RUNNING / "vcpu-list.txt",
        numa_dump=RUNNING / "dmesg.txt",
    )
    (tmp_path / "xen1.txt").write_text(snapshot(parts), encoding="utf-8")
    for source in (as_text(parts), tmp_path / "xen1.txt"):
        for found in (placer.read_host(source), placer.read_snapshot(source).host):
            assert without_sighting(found) == without_sighting(one_by_one)


def test_a_snapshot_has_the_guests_and_what_an_audit_takes() -> None:
    found = placer.read_snapshot(as_text(parts_of_xl() | {"xl-dmesg": output("dmesg.txt")}))
    assert [(guest.name, guest.domid) for guest in found.guests] == [
        ("app", 1), ("cache", 2), ("db", 3), ("desk", 4), ("web", 5)
    ]  # fmt: skip
    assert (found.toolstack, found.facts.host, found.unsettled) == ("xl", "xen1", {})
    assert found.dump is not None
    report = placer.audit(found.running, RUNNING / "dmesg.txt")
    assert [guest.domain.name for guest in report.guests] == [guest.name for guest in found.guests]


def test_options_stand_beside_a_snapshot() -> None:
    parsed = placer.read_host(as_text(parts_of_xl()), free="1GiB", reserve="0=512MiB")
    assert [pnode.memory_kib for pnode in parsed.host.pnodes] == [1 << 20] * 4
    assert parsed.host.pnodes[0].reserve_kib == 512 << 10
    assert parsed.running is not None
    assert parsed.running.stated_free == {0, 1, 2, 3}


def test_sizes_are_texts() -> None:
    with pytest.raises(placer.InputError, match=r"^free: expected str or None, got int"):
        placer.read_snapshot(as_text(parts_of_xl()), free=3)  # type: ignore[arg-type]


def test_the_shipped_snapshot_holds_the_outputs_beside_it() -> None:
    parts = parts_of_xl() | {"xl-dmesg": output("dmesg.txt")}
    shipped = split_parts((RUNNING / "snapshot.txt").read_text(encoding="utf-8"), "snapshot.txt")
    assert {name: part.text.content.strip("\n") for name, part in shipped.parts.items()} == {
        name: text.strip("\n") for name, text in parts.items()
    }
