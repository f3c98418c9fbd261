"""Room to spare beside parts of sets, from the rows of benchmarks/xen_sets.md."""

from __future__ import annotations

import pytest

from placer.instance import GuestType
from placer.instance.set_spare import asks_for_whole_gib, spare_kib
from tests.support.building import MIB, a_guest


@pytest.mark.parametrize(
    ("kind", "mib", "vcpus", "k", "spare"),
    [
        ("pv", 701, 3, 2, 2048 + 96 + 16 * 3),
        ("pv", 5000, 3, 2, 2048 + 96 + 16 * 3),
        ("pvh", 701, 3, 2, 2048 + 128 + 68 + 28 * 3),
        ("pvh", 1024, 2, 2, 2048 + 128 + 68 + 28 * 2 + 524_288),
        ("hvm", 1024, 2, 2, 2048 + 128 + 28 * 2),
        ("hvm", 3000, 4, 4, 2048 + 128 + 28 * 4 + 786_432),
    ],
)
def test_a_part_leaves_room_for_extents_records_and_whole_gib(
    kind: GuestType, mib: int, vcpus: int, k: int, spare: int
) -> None:
    widths = (vcpus - k + 1, *(1,) * (k - 1)) if vcpus >= k else (vcpus, *(0,) * (k - 1))
    guest = a_guest(*[mib * MIB // k] * k, vcpus=widths, type=kind, form="set", one_to_one=True)
    assert spare_kib(guest) == spare


def test_whole_gib_are_asked_for_from_a_size_on() -> None:
    sizes = {
        kind: [mib for mib in (1022, 1024, 2046, 2048) if asks_for_whole_gib(a_guest(mib * MIB, type=kind))]
        for kind in ("pv", "pvh", "hvm")
    }
    assert sizes == {"pv": [], "pvh": [1024, 2046, 2048], "hvm": [2048]}
