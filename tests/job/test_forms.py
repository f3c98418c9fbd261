"""The form of guests of files that no pnode holds whole, with devices and without."""

from __future__ import annotations

from typing import Any

import pytest

from placer.errors import InputError
from placer.formats.base import GuestSource, ParsedGuest, ParsedHost
from placer.instance import Vnode
from placer.job.forms import form_of, may_be_apart, sets_with_devices
from placer.job.request import assemble
from placer.job.settled import settled
from tests.support.building import GIB, a_host


def a_reading(kind: Any = "xl", **more: Any) -> ParsedGuest:
    source = GuestSource(kind=kind, place="db.cfg", text="")
    given: dict[str, Any] = {"type": "hvm", "vcpu_count": 2, "memory_kib": 12 * GIB, "maxmem_kib": 12 * GIB}
    return ParsedGuest(name="db", source=source, **(given | more))


@pytest.mark.parametrize(
    ("kind", "more", "migratable", "form"),
    [
        ("xl", {}, False, "vnuma"),
        ("xl", {}, True, "set"),
        ("xl", {"type": "pvh"}, False, "set"),
        ("xl", {"type": "pv", "assigned": ("3b:00.0",)}, True, "set"),
        ("xl", {"assigned": ("3b:00.0",)}, False, "vnuma"),
        ("libvirt", {}, False, "vnuma"),
        ("libvirt", {"spread": True}, False, "set"),
    ],
)
def test_guests_that_can_have_no_vnuma_or_shall_not_are_sets(kind: str, more: Any, migratable: bool, form: str) -> None:
    assert form_of(a_reading(kind, **more), migratable=migratable) == form


@pytest.mark.parametrize(
    ("more", "options", "form"),
    [
        ({}, {}, "set"),
        ({"memory_kib": 12 * GIB, "maxmem_kib": 12 * GIB}, {}, "vnuma"),
        ({"assigned": ("3b:00.0",)}, {}, "vnuma"),
        ({}, {"always_vnuma": True}, "vnuma"),
        ({}, {"vnodes": (2, 3)}, "vnuma"),
        ({}, {"memory": "memory"}, "vnuma"),
        ({"kind": "libvirt"}, {}, "vnuma"),
    ],
)
def test_an_hvm_guest_that_balloons_is_a_set_where_nothing_asks_for_vnuma(more: Any, options: Any, form: str) -> None:
    reading = a_reading(**({"memory_kib": 10 * GIB, "maxmem_kib": 12 * GIB} | more))
    request = settled(assemble(ParsedHost(host=a_host(8 * GIB, 8 * GIB)), [reading], **options))
    (guest,) = request.instance.guests
    assert {"set": "set", "parts": "vnuma", "vnuma": "vnuma"}[guest.form] == form
    assert not any("without --migratable" in note for note in request.notes)
    if form == "set":
        assert guest.memory_kib == 10 * GIB


@pytest.mark.parametrize("more", [{"assigned": ("3b:00.0",)}, {"devices": ("0000:3b:00.0",)}])
@pytest.mark.parametrize("kind", ["xl", "libvirt"])
def test_a_guest_with_devices_is_refused_as_migratable_by_the_option_that_was_given(kind: str, more: Any) -> None:
    with pytest.raises(
        InputError, match=r'^db\.cfg: guest "db" has devices .* place it without that option, or'
    ) as caught:
        form_of(a_reading(kind, **more), migratable=True)
    assert "--migratable" in str(caught.value)


def test_a_set_of_a_pv_guest_with_devices_says_why_and_what_gives_vnodes() -> None:
    host = ParsedHost(host=a_host(8 * GIB, 8 * GIB))
    for more, count in (({"assigned": ("3b:00.0",)}, 1), ({}, 0)):
        request = settled(assemble(host, [a_reading(type="pv", **more)]))
        assert len(sets_with_devices(request.instance, request.readings)) == count
    request = settled(assemble(host, [a_reading(type="pv", assigned=("3b:00.0",))]))
    (note,) = sets_with_devices(request.instance, request.readings)
    assert "because Xen starts no vnuma for pv" in note
    assert 'type = "hvm" gives vnodes' in note


def test_only_guests_of_linux_may_have_memory_and_vcpus_apart() -> None:
    stated = (Vnode(memory_kib=12 * GIB, vcpus=(0, 1)),)
    assert [may_be_apart(a_reading(kind)) for kind in ("xl", "libxl", "libvirt", "flavor")] == [0, 0, 1, 1]
    assert [may_be_apart(a_reading(kind, vnodes=stated)) for kind in ("xl", "libvirt", "flavor")] == [0, 1, 0]
