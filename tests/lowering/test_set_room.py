"""Room to spare for sets as a resource."""

from __future__ import annotations

from msgspec.structs import replace

from placer.instance import Cpupool, Instance
from placer.lowering.set_room import set_room, within_affinity
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


def test_a_part_without_vcpus_stays_where_a_vcpu_of_its_set_may_run() -> None:
    """Pcpus 0 to 3, 4 to 7 and 8 to 11 are of pnodes 0, 1 and 2; the only vcpu may run on 0 and on 4."""
    host = replace(a_host(GIB, GIB, GIB), low_zone_kib=0)
    bound = a_guest(1, 1, vcpus=(1, 0), type="pv", form="set", one_to_one=True, hard_affinity=((0, 4),))
    assert within_affinity(Instance(host=host, guests=(bound,))).tolist() == [[True, True, True], [True, True, False]]
    for free in (
        Instance(host=replace(host, low_zone_kib=None), guests=(bound,)),
        Instance(host=host, guests=(bound,), sets_may_stray=True),
        Instance(host=host, guests=(replace(bound, hard_affinity=None),)),
    ):
        assert within_affinity(free).all()


def test_a_part_without_vcpus_stays_in_the_cpupool_of_its_set() -> None:
    host = replace(
        a_host(GIB, GIB, GIB),
        low_zone_kib=0,
        cpupools=(Cpupool(name="Pool-0", pcpus=tuple(range(8))), Cpupool(name="rt", pcpus=tuple(range(8, 12)))),
    )
    one = a_guest(1, 1, vcpus=(1, 0), type="pv", form="set", one_to_one=True)
    assert within_affinity(Instance(host=host, guests=(one,))).tolist() == [[True, True, True], [True, True, False]]


def test_dedicated_vcpus_run_where_their_parts_are_alone() -> None:
    host = replace(a_host(GIB, GIB, GIB), low_zone_kib=0)
    guest = a_guest(1, 1, vcpus=(1, 0), type="pv", form="set", one_to_one=True, cpu_policy="dedicated")
    assert within_affinity(Instance(host=host, guests=(guest,))).tolist() == [[True] * 3, [False] * 3]
