"""Where a guest may stand on a host, what it takes there, and how far its memory is."""

from __future__ import annotations

from msgspec.structs import replace

from placer.fleet.moves.spots import kind_of, spot_at, spots_of
from tests.support.fleets import GIB, guest_of, host_of

HOST = replace(host_of([(4, 8), (4, 8)]), overcommit=1.0)


def test_equal_vnodes_stand_in_as_many_ways_as_they_take_of_pnodes() -> None:
    spots, whole = spots_of((guest_of([(1, 2), (1, 2)]),), kind_of(HOST, "xl"))
    assert whole
    assert [spot.takes for spot in spots] == [
        ((0, 2, 4 * GIB),),
        ((1, 2, 4 * GIB),),
        ((0, 1, 2 * GIB), (1, 1, 2 * GIB)),
    ]
    # 2 vcpus x 1000 x distance 10; and for one vnode on each pnode half of it at 10 and half at 20
    assert [spot.distance for spot in spots] == [20_000, 20_000, 30_000]


def test_vnodes_of_a_guest_one_to_one_stand_on_pnodes_of_their_own() -> None:
    spots, _ = spots_of((guest_of([(1, 2), (1, 3)], one_to_one=True),), kind_of(HOST, "xl"))
    assert {spot.pnodes for spot in spots} == {(0, 1), (1, 0)}


def test_vcpus_that_are_not_limited_are_not_taken() -> None:
    spot = spot_at(guest_of([(3, 2)]), kind_of(host_of([(4, 8)]), "xl"), (0,))
    assert spot.takes == ((0, 0, 2 * GIB),)


def test_a_vnode_with_vcpus_does_not_stand_where_there_are_no_pcpus_and_memory_not_where_there_is_none() -> None:
    host = host_of([(4, 8), (0, 8), (4, 0)])
    spots, _ = spots_of((guest_of([(1, 2)]),), kind_of(host, "xl"))
    assert [spot.pnodes for spot in spots] == [(0,)]


def test_pnodes_that_cannot_reach_each_other_hold_no_guest_together() -> None:
    host = replace(host_of([(4, 8), (4, 8)]), slit=((10, 255), (255, 10)))
    spots, _ = spots_of((guest_of([(1, 2), (1, 2)], one_to_one=True),), kind_of(host, "xl"))
    assert spots == ()
