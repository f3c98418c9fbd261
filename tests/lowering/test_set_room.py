"""Room to spare for sets as a resource."""

from __future__ import annotations

from msgspec.structs import replace

from placer.instance import Instance
from placer.lowering.set_room import set_room
from tests.support.building import GIB, MIB, a_guest, a_host

HOST = replace(a_host(2 * GIB, 2 * GIB), low_zone_kib=64 * MIB)
SET = a_guest(400 * MIB, 400 * MIB, type="pvh", form="set", one_to_one=True, overhead_kib=8 * MIB)


def test_parts_weigh_with_overhead_and_spare_and_vnodes_weigh_nothing() -> None:
    (resource,) = set_room(Instance(host=HOST, guests=(SET, a_guest(GIB, name="vm"))), with_unplaced_site=True)
    part = 400 * MIB + 4 * MIB + 2048 + 196 + 56
    assert resource.weight.tolist() == [part, part, 0]
    assert resource.capacity.tolist() == [2 * GIB - 10240 - 64 * MIB, 2 * GIB - 10240, 2 * part]


def test_a_set_that_asks_for_whole_gib_costs_every_pnode_one() -> None:
    large = a_guest(600 * MIB, 600 * MIB, type="pvh", form="set", one_to_one=True)
    (resource,) = set_room(Instance(host=HOST, guests=(large,)), with_unplaced_site=False)
    assert resource.capacity.tolist() == [GIB - 10240 - 64 * MIB, GIB - 10240]


def test_without_sets_or_low_zone_there_is_no_such_resource() -> None:
    for instance in (
        Instance(host=HOST, guests=(a_guest(GIB),)),
        Instance(host=a_host(2 * GIB, 2 * GIB), guests=(SET,)),
        Instance(host=HOST, guests=(SET,), sets_may_stray=True),
    ):
        assert set_room(instance, with_unplaced_site=False) == []
