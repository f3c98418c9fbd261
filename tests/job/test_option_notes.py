"""Notes on what options make of guests; examples by hand."""

from __future__ import annotations

from typing import Any

import pytest

from placer.formats.base import GuestSource, ParsedGuest
from placer.instance import Vnode
from placer.job.option_notes import balloon_note, can_be_set, unheeded_vnuma
from tests.support.building import GIB


def a_reading(kind: Any = "xl", **more: Any) -> ParsedGuest:
    source = GuestSource(kind=kind, place="db.cfg", text="")
    usual = {"type": "hvm", "vcpu_count": 2, "memory_kib": GIB, "maxmem_kib": GIB}
    return ParsedGuest(name="db", source=source, **{**usual, **more})


STATED = (Vnode(memory_kib=GIB, vcpus=(0, 1)),)


@pytest.mark.parametrize(
    ("reading", "why"),
    [
        (a_reading(), ""),
        (a_reading("libvirt"), ""),
        (a_reading(type="pvh"), 'Xen starts type pvh without; type="hvm" has it'),
        (a_reading(type="pv"), 'Xen starts type pv without; type="hvm" has it'),
        (a_reading(type="pvh", vnodes=STATED), ""),  # it has vnuma of its own
        (a_reading("libvirt", spread=True), 'mode "strict" lets it have cells'),
    ],
)
def test_a_guest_that_gets_no_vnuma_though_asked_for_says_why(reading: ParsedGuest, why: str) -> None:
    said = unheeded_vnuma(reading)
    assert len(said) == bool(why)
    assert all(note.endswith(why) for note in said)


def test_a_ballooning_guest_with_vnuma_is_told_who_refuses_it_and_every_way_out() -> None:
    grows = a_reading(maxmem_kib=2 * GIB)
    refused = (
        "placed with its maxmem (memory 1 GiB, maxmem 2 GiB); with vnuma xl and libxl refuse memory below maxmem: "
    )
    ways = "--memory maxmem or --memory memory makes them one"
    assert balloon_note(grows) == f"{refused}{ways}, --migratable keeps both"
    assert balloon_note(grows, always_vnuma=True) == f"{refused}{ways}, no --vnuma always keeps both"
    assert balloon_note(a_reading(maxmem_kib=2 * GIB, vnodes=STATED)) == refused + ways
    assert "refuse" not in balloon_note(grows, with_vnuma=False)
    on_a_set = balloon_note(grows, with_vnuma=False, spread=True)
    assert on_a_set.endswith(
        "no vnuma, which xl refuses it: --memory maxmem or --memory memory makes them one, and allows it"
    )
    assert "refuse" not in balloon_note(a_reading(type="pv", maxmem_kib=2 * GIB), with_vnuma=False, spread=True)
    device = a_reading(maxmem_kib=2 * GIB, assigned=("3b:00.0",))  # with which --migratable refuses it
    assert balloon_note(device) == refused + ways


def test_a_guest_with_devices_or_vnodes_of_its_own_cannot_be_made_a_set() -> None:
    assert can_be_set(a_reading())
    stated = (a_reading(assigned=("3b:00.0",)), a_reading(devices=("0000:3b:00.0",)), a_reading(vnodes=STATED), None)
    assert not any(can_be_set(reading) for reading in stated)
