"""The arrays of xen_domctl_vnuma, compared with what a real Xen printed of real guests."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from placer.errors import EmissionError
from placer.formats.base import GuestSource
from placer.formats.configured_guest import ConfiguredGuest, write_vnodes
from placer.formats.libxl.hypercall import emit_hypercall
from placer.formats.libxl.read_json import read_libxl_json
from placer.formats.xl.info import read_xl_info
from placer.instance import Guest, Host, parse_cpuset
from tests.support.building import GIB, MIB, a_guest, a_host
from tests.support.commands import INSTANCES

RUNNING = INSTANCES / "xl" / "running"
HOST = a_host(64 * GIB, 64 * GIB, 64 * GIB, slit=((10, 16, 22), (17, 10, 27), (22, 28, 10)))
LOW = 2**32 - 256 * 2**20
"""Where the hole begins: 3840 MiB."""


def write(guest: Guest, *pnodes: int | None, host: Host = HOST, source: GuestSource | None = None) -> Any:
    vnodes = write_vnodes(guest, host, pnodes)
    memory = guest.memory_kib
    written = ConfiguredGuest(
        guest=guest, host=host, vnodes=vnodes, memory_kib=memory, maxmem_kib=memory, source=source
    )
    return json.loads(emit_hypercall(written))


def ranges(view: Any) -> list[tuple[int, int, int]]:
    assert {each["flags"] for each in view["vmemrange"]} == {0}
    assert view["nr_vmemranges"] == len(view["vmemrange"])
    return [(each["nid"], each["start"], each["end"]) for each in view["vmemrange"]]


def an_xl(text: str) -> GuestSource:
    return GuestSource(kind="xl", place="db.cfg", text=text)


def test_maps_and_distances_are_written_row_after_row() -> None:
    view = write(a_guest(GIB, 2 * GIB, vcpus=(1, 2)), 2, 0)

    assert (view["nr_vnodes"], view["nr_vcpus"]) == (2, 3)
    assert view["vcpu_to_vnode"] == [0, 1, 1]
    assert view["vnode_to_pnode"] == [2, 0]
    assert view["vdistance"] == [10, 22, 22, 10]


def test_memory_beyond_the_hole_lies_above_4_gib() -> None:
    # 8 MiB of vnode 0 are video RAM; vnode 1 begins at 2040 MiB, meets the hole after 1800 MiB and has 248 left
    view = write(a_guest(2 * GIB, 2 * GIB, GIB), 0, 1, 2)

    assert ranges(view) == [
        (0, 0, 2040 * 2**20),
        (1, 2040 * 2**20, LOW),
        (1, 2**32, 2**32 + 248 * 2**20),
        (2, 2**32 + 248 * 2**20, 2**32 + 1272 * 2**20),
    ]


@pytest.mark.parametrize("source", ['vga = "none"', "videoram = 0"])
def test_a_vnode_that_ends_at_the_hole_has_one_range_and_the_next_begins_above(source: str) -> None:
    view = write(a_guest(3840 * MIB, 4 * MIB), 0, 1, source=an_xl(source))

    assert ranges(view) == [(0, 0, LOW), (1, 2**32, 2**32 + 4 * 2**20)]


@pytest.mark.parametrize(("asked", "hole"), [(256, 256), (1024, 1024)])
def test_a_guest_may_ask_for_a_larger_hole(asked: int, hole: int) -> None:
    libxl = GuestSource(
        kind="libxl", place="db.json", text=json.dumps({"video_memkb": 0, "type.hvm": {"mmio_hole_memkb": asked * MIB}})
    )
    expected = [(0, 0, 2**32 - hole * 2**20), (0, 2**32, 2**32 + hole * 2**20)]

    assert ranges(write(a_guest(4 * GIB), 0, source=an_xl(f'vga = "none"\nmmio_hole = {asked}'))) == expected
    assert ranges(write(a_guest(4 * GIB), 0, source=libxl)) == expected


def test_memory_of_a_pv_guest_has_no_hole() -> None:
    view = write(a_guest(4 * GIB, GIB, type="pv"), 0, 1)

    assert ranges(view) == [(0, 0, 2**32), (1, 2**32, 5 * 2**30)]


def test_a_vnode_without_memory_has_no_range() -> None:
    view = write(a_guest(GIB, 0, GIB, type="pv"), 0, 1, 0)

    assert ranges(view) == [(0, 0, 2**30), (2, 2**30, 2**31)]


def test_what_a_real_xen_keeps_of_running_guests_is_what_is_written() -> None:
    host = read_xl_info((RUNNING / "xl-info.txt").read_text(), "xl-info.txt").host
    listed = (RUNNING / "xl-list.json").read_text()
    domids = {each["config"]["c_info"]["name"]: each["domid"] for each in json.loads(listed) if each["domid"]}
    dump = re.split(r"Domain (\d+) \(total: \d+\):", (RUNNING / "dmesg.txt").read_text())[1:]
    seen = dict(zip(map(int, dump[::2]), dump[1::2], strict=True))
    compared = 0
    for reading in read_libxl_json(listed, "xl-list.json", host):
        if reading.vnodes is None:
            continue
        guest = Guest(name=reading.name, vnodes=reading.vnodes)
        view = write(guest, *(vnode.pnode for vnode in reading.vnodes), host=host, source=reading.source)
        text = seen[domids[reading.name]]

        assert view["vnode_to_pnode"] == [int(p) for p in re.findall(r"pnode +(\d+)", text)]
        rows = re.findall(r"pnode +\d+, vcpus ([0-9 -]+)", text)
        vnode_of = {vcpu: v for v, row in enumerate(rows) for vcpu in parse_cpuset(",".join(row.split()))}
        assert view["vcpu_to_vnode"] == [vnode_of[vcpu] for vcpu in range(guest.vcpu_count)]
        found = re.findall(r"([0-9a-f]{16}) - ([0-9a-f]{16})", text)
        assert [(start, end) for _, start, end in ranges(view)] == [(int(a, 16), int(b, 16)) for a, b in found]
        compared += 1
    assert compared == 3


@pytest.mark.parametrize(
    ("guest", "pnodes", "reason"),
    [
        (a_guest(GIB, type="pvh"), (0,), "libxl fails to start pvh"),
        (a_guest(GIB), (None,), "vnode 0 has no pnode"),
        (a_guest(7 * MIB), (0,), "vnode 0 too small to contain video ram"),
        (a_guest(GIB, type="pv"), (None,), "vnode 0 has no pnode"),
        (a_guest(GIB + 1, type="pv"), (0,), "vnode 0 has 1048577 KiB, expected whole pages"),
        (a_guest(*[GIB] * 33, type="pv"), (0,) * 33, "33 vnodes, Xen takes at most 32"),
    ],
)
def test_what_xen_would_refuse_is_refused(guest: Guest, pnodes: tuple[int | None, ...], reason: str) -> None:
    with pytest.raises(EmissionError, match=f'^guest "db": {reason}'):
        write(guest, *pnodes)
