"""Parts that are missing, failed, or are replaced by an option."""

from __future__ import annotations

import pytest

import placer
from tests.support.snapshots import COMMANDS, RUNNING, parts_of_xl, snapshot


def notes_of(text: str, vcpu_list: placer.Text | None = None) -> list[str]:
    return list(placer.read_snapshot(placer.Text(text, place="xen1.txt"), vcpu_list=vcpu_list).host.notes)


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("xl-cpupool-list", "the cpupools are not known, and every guest may run on any pcpu"),
        ("xl-list", "the configurations of the running guests are not known, and none of them can be planned"),
        ("xl-vcpu-list", "the pcpus that vcpus are bound to now are not known"),
        ("xl-domains", "guests that are being created or taken down are not told apart"),
    ],
)
def test_a_part_that_is_missing_or_failed_is_a_note_with_what_depends_on_it(name: str, missing: str) -> None:
    parts = parts_of_xl()
    failed = notes_of(snapshot(parts, codes={name: 3}, said={name: "libxl: no"}))
    command = COMMANDS[name]
    assert any(note.endswith(f": {command} failed with exit code 3: libxl: no: {missing}") for note in failed)
    del parts[name]
    assert f"xen1.txt: lacks the part {name}: {missing}" in notes_of(snapshot(parts))


def test_where_memory_lies_is_missed_only_where_it_was_asked_for() -> None:
    parts = parts_of_xl()
    assert not any("where memory lies" in note for note in notes_of(snapshot(parts)))
    failed = notes_of(snapshot(parts | {"xl-dmesg": ""}, codes={"xl-dmesg": 1}))
    assert any("where memory lies is not known" in note for note in failed)


def test_an_option_takes_the_place_of_a_part_and_is_read_instead() -> None:
    table = (RUNNING / "vcpu-list.txt").read_text(encoding="utf-8").replace("all / 4-7", "all / 0-3")
    text, other = snapshot(parts_of_xl()), placer.Text(table, place="later")
    assert "--vcpu-list takes the place of xl vcpu-list in xen1.txt" in notes_of(text, vcpu_list=other)
    found = placer.read_snapshot(placer.Text(text), vcpu_list=other)
    assert {domain.name: domain.affinity[0] for domain in found.running.host.domains}["app"] == (0, 1, 2, 3)
