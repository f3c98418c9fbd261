"""The lowering of nearness, free cores and unplaced vnodes, and their order, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from placer.instance import Domain, Guest, Instance, Objective, Vnode
from placer.lowering.costs import (
    access_distance,
    core_sharing,
    sharing_price_milli,
    tiers,
    unplaced_guests,
    unplaced_vnodes,
)
from tests.support.building import GIB, a_guest, a_host, an_instance, groups_of


def test_access_distance_is_priced_from_the_vcpus_pnode_to_the_memorys() -> None:
    instance = an_instance(a_host(GIB, GIB, slit=((10, 20), (30, 10))), a_guest(GIB, 0, vcpus=(0, 2)))
    (flow,) = access_distance(instance, groups_of(instance), with_unplaced_site=False)
    # 2 vcpus of vnode 1 read vnode 0
    assert flow.evaluate(np.array([[0, 0], [0, 1], [1, 0]])).tolist() == [20_000, 60_000, 40_000]


def test_every_guest_has_a_flow_among_its_own_vnodes() -> None:
    instance = an_instance(a_host(GIB), a_guest(1, 1, name="a"), a_guest(2, name="b"))
    flows = access_distance(instance, groups_of(instance), with_unplaced_site=False)
    assert [(flow.items.tolist(), flow.flow.tolist()) for flow in flows] == [
        ([0, 1], [[500, 500], [500, 500]]),
        ([2], [[1000]]),
    ]


@pytest.mark.parametrize(
    ("own", "vcpus", "price"),
    [
        (None, 8, 15_000),  # as many vcpus as threads
        (None, 12, 6_666),  # 15000 x (8 / 12) squared = 6666.67
        (None, 80, 150),
        (None, 1000, 0),  # 15000 x 64 / 1000000 = 0.96
        (0, 8, 0),
        (2.5, 1000, 2_500),
        (0.0005, 8, 1),
        (0.0004, 8, 0),
    ],
)
def test_the_price_of_a_pair_falls_with_overcommit_unless_it_is_given(
    own: float | None, vcpus: int, price: int
) -> None:
    instance = an_instance(a_host(GIB, GIB), a_guest(1, vcpus=(vcpus - 3,)), a_guest(1, vcpus=(3,), name="b"))
    assert sharing_price_milli(replace(instance, objective=Objective(core_sharing_price=own))) == price


def test_core_sharing_pays_twice_the_price_for_each_pair_in_a_pool() -> None:
    instance = an_instance(a_host(GIB, GIB, pcpus=2), a_guest(1, 1, vcpus=(3, 2)), price=10)
    (convex_load,) = core_sharing(instance, with_unplaced_site=True)
    # 5 on 2 cores: 3 + 1 pairs; 3 and 2 apart: 1 and 0; one left out
    assert convex_load.evaluate(np.array([[0, 0], [0, 1], [0, 2], [2, 2]])).tolist() == [80_000, 20_000, 20_000, 0]


def test_running_vcpus_load_the_cores_before_any_guest_does() -> None:
    running = Domain(name="old", affinity=((0,), (0, 1), (1,), None))
    host = replace(a_host(GIB, GIB, pcpus=2), domains=(running,))
    (convex_load,) = core_sharing(an_instance(host, a_guest(1, 1, vcpus=(2, 1)), price=10), with_unplaced_site=False)
    # pnode 0 runs 3 1/2, down to 3: 1 pair among them; pnode 1 runs 1/2, down to 0. Then 6 on 2 cores: 3 + 3 pairs;
    # 5 and 1: 3 + 1; 4 and 2: 1 + 1; 3 and 3: 1 and 1
    assert convex_load.evaluate(np.array([[0, 0], [0, 1], [1, 0], [1, 1]])).tolist() == [
        120_000,
        80_000,
        40_000,
        40_000,
    ]


def test_what_runs_is_priced_even_where_no_guest_has_vcpus() -> None:
    host = replace(a_host(GIB, pcpus=1), domains=(Domain(name="old", affinity=(None, (0,))),))
    (convex_load,) = core_sharing(an_instance(host, a_guest(1, vcpus=(0,)), price=10), with_unplaced_site=False)
    assert convex_load.evaluate(np.array([[0]])).tolist() == [20_000]


@pytest.mark.parametrize(("running", "price"), [(4, 15_000), (5, 11_851), (8, 6_666)])
def test_running_vcpus_count_for_the_overcommit_price(running: int, price: int) -> None:
    # 8 threads and 4 + running vcpus: 15000 x (8 / 9) squared = 11851.85
    host = replace(a_host(GIB, GIB), domains=(Domain(name="old", affinity=(None,) * running),))
    assert sharing_price_milli(an_instance(host, a_guest(1, vcpus=(4,)))) == price


@pytest.mark.parametrize(
    "instance",
    [
        an_instance(a_host(GIB), a_guest(1, vcpus=(9,)), price=0),
        an_instance(a_host(GIB), a_guest(1, vcpus=(0,))),
        an_instance(a_host(GIB, pcpus=0), a_guest(1, vcpus=(9,))),
    ],
    ids=["free", "no vcpus", "no cores"],
)
def test_where_nothing_can_cost_there_is_no_core_sharing(instance: Instance) -> None:
    assert core_sharing(instance, with_unplaced_site=False) == []


def test_unplaced_guests_and_vnodes_are_counted_and_weighed() -> None:
    instance = an_instance(a_host(1), a_guest(100, 7, vcpus=(2, 0), name="a"), a_guest(5, name="b"))
    rows = np.array([[0, 0, 0], [1, 1, 0], [0, 1, 1]])
    assert unplaced_guests(instance, groups_of(instance)).evaluate(rows).tolist() == [0, 1, 2]
    assert unplaced_vnodes(instance).evaluate(rows).tolist() == [0, 100 + 2048 + 7, 7 + 5 + 1024]


def test_tiers_stand_in_their_order_and_nothing_can_be_unplaced_unless_allowed() -> None:
    guest = Guest(
        name="db",
        vnodes=(Vnode(memory_kib=1, vcpus=(0,)), Vnode(memory_kib=1, vcpus=(1,))),
        soft_affinity=((0,), (1,)),
        vdistances=((10, 20), (20, 10)),
    )
    instance = an_instance(a_host(GIB, GIB), guest)
    names = [[term.name for term in terms] for terms in tiers(instance, groups_of(instance), with_unplaced_site=True)]
    assert names == [
        ["unplaced_guests"],
        ["unplaced"],
        ["access_distance", "core_sharing"],
        ["soft_affinity", "vdistance"],
        ["shape"],
    ]
    placed = [[term.name for term in terms] for terms in tiers(instance, groups_of(instance), with_unplaced_site=False)]
    assert placed == [[], [], *names[2:]]
