"""The costs below nearness and free cores as the judge prices them, worked by hand."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from placer.check import check
from placer.instance import Device, Instance, Objective, Placement
from tests.support.building import GIB, MIB, a_guest, a_host
from tests.support.judging import Pnodes, judge, term


def test_each_vcpu_away_from_its_soft_mask_costs_a_thousand() -> None:
    guest = replace(a_guest(GIB, GIB, vcpus=(2, 2)), soft_affinity=((0, 1), None, (4,), (3, 4)))
    host = a_host(4 * GIB, 4 * GIB)
    assert term(judge(host, guest, 0, 1), "soft_affinity") == 0
    assert term(judge(host, guest, 1, 0), "soft_affinity") == 2000  # vcpus 0 and 2; 3 may use pcpu 3
    assert term(judge(host, guest, 0, None), "soft_affinity") == 2000


@pytest.mark.parametrize(
    ("pnodes", "expected"),
    [
        ((0, 1), 10 + 11),  # written 31 and 32
        ((0, 0), 10 + 10),  # 10 is written as 11
        ((0, 2), 233 + 233),  # 255 is written as 254, 254 as it is
        ((0, None), 233 + 233),  # the largest finite distance, 254
    ],
)
def test_wanted_distances_cost_their_difference_from_the_written_ones(pnodes: Pnodes, expected: int) -> None:
    host = a_host(GIB, GIB, GIB, slit=((10, 31, 255), (32, 10, 20), (254, 20, 10)))
    guest = replace(a_guest(MIB, MIB), vdistances=((99, 21), (21, 99)))
    assert term(judge(host, guest, *pnodes), "vdistance") == 1000 * expected


def test_pack_counts_the_whole_mib_left_on_the_pnodes_in_use() -> None:
    host = replace(a_host(GIB, GIB, GIB))
    host = replace(host, pnodes=(replace(host.pnodes[0], reserve_kib=9 * MIB), *host.pnodes[1:]))
    guest = replace(a_guest(100 * MIB + 1, 200 * MIB, 0), overhead_kib=50 * MIB)
    # reserve and overhead do not count: 1024 - 300 - 1 KiB -> 723 whole MiB on pnode 0, all 1024 on pnode 1
    assert term(judge(host, guest, 0, 0, 1), "shape") == 723 + 1024


def test_shape_none_costs_nothing() -> None:
    instance = Instance(host=a_host(GIB), guests=(a_guest(MIB),), objective=Objective(shape="none"))
    assert term(check(instance, Placement(pnode_of={"db": (0,)})), "shape") == 0


def test_the_mean_distance_to_the_devices_of_a_guest_is_rounded_down_guest_by_guest() -> None:
    host = a_host(GIB, GIB, GIB, slit=((10, 21, 33), (22, 10, 20), (31, 20, 10)))
    devices = tuple(Device(id=name, pnode=p) for name, p in (("nic", 0), ("disk", 1), ("gpu", 2)))
    guest = a_guest(MIB, MIB, vcpus=(1, 2), devices=("nic", "disk", "gpu"))
    instance = Instance(host=replace(host, devices=devices), guests=(guest, a_guest(MIB, name="web")))
    verdict = check(instance, Placement(pnode_of={"db": (0, 1), "web": (2,)}))
    # from pnode 0: 10 + 21 + 33; from pnode 1, twice: 22 + 10 + 20; 1000 * (64 + 104) / 3 = 56000
    assert term(verdict, "device_distance") == 56_000
    away = check(instance, Placement(pnode_of={"db": (0, None), "web": (2,)}), allow_unplaced=True)
    # an unplaced vnode is 33 from each device: 1000 * (64 + 2 * 99) / 3 = 87333.3
    assert term(away, "device_distance") == 87_333


def test_spread_is_the_largest_part_of_its_memory_that_a_pnode_gives_in_thousandths_rounded_up() -> None:
    host = a_host(3 * MIB, 2 * MIB, 0)
    instance = Instance(host=host, guests=(a_guest(MIB, MIB, 0),), objective=Objective(shape="spread"))
    # 1/3 -> 333.3 and 1/2 -> 500; both on pnode 0: 2/3 -> 666.7; a pnode without memory gives none
    assert term(check(instance, Placement(pnode_of={"db": (0, 1, 2)})), "shape") == 500
    assert term(check(instance, Placement(pnode_of={"db": (0, 0, 2)})), "shape") == 667
