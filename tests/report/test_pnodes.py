"""The table of pnodes: figures worked by hand."""

from __future__ import annotations

from msgspec.structs import replace

from placer.instance import Domain, Placement
from placer.report.pnodes import pnode_table
from tests.support.building import GIB, MIB, a_guest, a_host, an_instance

HOST = replace(
    a_host(8 * GIB, 4 * GIB),
    domains=(Domain(name="Domain-0", affinity=(None, None)), Domain(name="web", affinity=((4,), (4, 5)))),
)
"""Two vcpus on either pnode, 1/2 each, and two on pnode 1: 1 and 3."""


def rows(*guests: object, **pnode_of: tuple[int | None, ...]) -> list[list[str]]:
    instance = an_instance(HOST, *guests)  # type: ignore[arg-type]
    return [line.split() for line in pnode_table(instance, Placement(pnode_of=pnode_of)).splitlines()[2:]]


def test_overhead_and_running_vcpus_stand_beside_what_is_placed() -> None:
    whole = a_guest(3 * GIB, vcpus=(2,), form="whole", overhead_kib=20 * MIB)
    # fmt: off
    assert rows(whole, db=(0,)) == [
        ["0", "8", "GiB", "3", "GiB", "20", "MiB", "4.98", "GiB", "0", "KiB", "1", "2", "1", "4", "4", "0.75"],
        ["1", "4", "GiB", "0", "KiB", "0", "KiB", "4", "GiB", "0", "KiB", "0", "0", "3", "4", "4", "0.75"],
    ]
    # fmt: on


def test_overhead_of_a_guest_with_vnuma_is_spread_whatever_its_pnodes() -> None:
    first, second = rows(a_guest(GIB, overhead_kib=20 * MIB), db=(0,))
    assert first[5:7] == second[5:7] == ["10", "MiB"]


def test_merged_vnodes_count_once_and_vnodes_without_a_pnode_not_at_all() -> None:
    first, second = rows(a_guest(GIB, GIB, name="cut", form="parts"), a_guest(GIB), cut=(0, 0), db=(None,))
    assert first[11] == "1"
    assert second[11] == "0"
