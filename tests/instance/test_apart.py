"""Guests whose memory and vcpus are taken apart, by hand."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from placer.check import check
from placer.errors import InstanceError
from placer.instance import Flexible, Guest, Host, Instance, Placement, Pnode, Vnode
from placer.instance.apart import (
    as_cut,
    as_placed,
    cut_apart,
    is_uneven,
    may_be_cut,
    may_go_apart,
    spread_apart,
    taken_apart,
)
from tests.support.building import GIB, a_guest, a_host

APART = Host(
    pnodes=(
        Pnode(id=0, memory_kib=8 * GIB),
        Pnode(id=1, memory_kib=0, pcpus=(0, 1)),
        Pnode(id=2, memory_kib=8 * GIB, pcpus=(2, 3)),
    ),
    slit=((10, 16, 32), (16, 10, 32), (32, 32, 10)),
)


def test_a_host_is_uneven_where_a_pnode_lacks_memory_or_pcpus() -> None:
    assert is_uneven(APART)
    assert not is_uneven(a_host(GIB, GIB))
    assert not is_uneven(Host(pnodes=(Pnode(id=0, memory_kib=GIB, pcpus=(0,)), Pnode(id=1, memory_kib=0))))


def test_a_guest_may_go_apart_on_an_uneven_host_or_where_its_file_binds_it_so() -> None:
    even = Host(pnodes=tuple(Pnode(id=p, memory_kib=GIB, pcpus=(p,)) for p in (0, 1, 2)))
    guest = a_guest(GIB, vcpus=(2,), memory_apart=True)
    assert may_go_apart(guest, APART)
    assert not may_go_apart(replace(guest, memory_apart=False), APART)
    assert not may_go_apart(guest, even)
    bound = replace(guest, pnodes=(1, 2), hard_affinity=((0, 1), (0,)))
    assert may_go_apart(bound, even)
    assert not may_go_apart(replace(bound, hard_affinity=((0, 1), (2,))), even)
    assert not may_go_apart(replace(bound, hard_affinity=((0, 1), None)), even)


def test_interleaved_memory_is_in_parts_and_vcpus_with_the_same_pnodes_are_together() -> None:
    host = Host(
        pnodes=(
            Pnode(id=0, memory_kib=GIB, pcpus=(0, 1)),
            Pnode(id=1, memory_kib=GIB, pcpus=(2, 3)),
            Pnode(id=5, memory_kib=0, pcpus=(4,)),
        )
    )
    flexible = Flexible(memory_kib=3 * GIB, vcpu_count=5)
    guest = Guest(name="db", flexible=flexible, form="set", pnodes=(0, 1))
    assert spread_apart(guest, host) is None  # every vcpu may run on both
    assert spread_apart(replace(guest, pnodes=(5,)), host) is None  # no memory
    masks = ((0,), (2, 3), None, (0, 1), (2,))
    bound = spread_apart(replace(guest, hard_affinity=masks), host)
    assert bound is not None
    assert [(v.memory_kib, v.vcpus, v.pnodes, v.memory_of, v.vcpus_of) for v in bound.vnodes] == [
        (3 * GIB // 2, (), (0,), None, None),
        (3 * GIB // 2, (), (1,), 0, None),
        (0, (0, 3), None, None, 0),
        (0, (1, 4), None, None, 0),
        (0, (2,), None, None, 0),
    ]
    assert bound.form == "whole"
    # pnode 5 has no memory; one pnode for all vcpus has at most two pcpus
    every = spread_apart(replace(guest, pnodes=(0, 5)), host)
    assert every is not None
    assert [(v.memory_kib // GIB, v.vcpus) for v in every.vnodes] == [(3, ()), (0, (0, 1)), (0, (2, 3)), (0, (4,))]


def test_vcpus_are_taken_out_of_each_vnode_that_has_memory() -> None:
    guest = taken_apart(a_guest(GIB, GIB, 0, vcpus=(2, 0, 1), form="parts", memory_apart=True), APART)
    assert [(vnode.memory_kib // GIB, vnode.vcpus, vnode.vcpus_of) for vnode in guest.vnodes] == [
        (1, (), None),
        (1, (), None),
        (0, (2,), None),
        (0, (0, 1), 0),
    ]
    assert (guest.form, guest.memory_apart, guest.seen_vnodes) == ("parts", False, 3)
    assert [vnode.pnodes for vnode in guest.vnodes] == [(0, 1, 2), None, None, None]
    assert taken_apart(guest, APART) == guest


def test_the_distance_is_that_between_vcpus_and_memory() -> None:
    guest = taken_apart(a_guest(GIB, vcpus=(2,), form="whole"), APART)
    verdict = check(Instance(host=APART, guests=(guest,)), Placement(pnode_of={"db": (0, 1)}))
    assert (verdict.violations, verdict.access["db"].mean_distance) == ((), 16)
    together = check(Instance(host=APART, guests=(guest,)), Placement(pnode_of={"db": (2, 2)}))
    assert (together.violations, together.access["db"].mean_distance) == ((), 10)


def test_traffic_of_its_own_goes_with_the_vcpus() -> None:
    whole = a_guest(GIB, GIB, vcpus=(1, 2), traffic=((3, 1), (0, 5)))
    host = a_host(8 * GIB, 8 * GIB)
    guest = taken_apart(whole, host)
    assert guest.traffic == ((0,) * 4, (0,) * 4, (3, 1, 0, 0), (0, 5, 0, 0))
    costs = [
        check(Instance(host=host, guests=(each,)), Placement(pnode_of={"db": pnodes})).access["db"].cost
        for each, pnodes in ((whole, (0, 1)), (guest, (0, 1, 0, 1)))
    ]
    assert costs[0] == costs[1]


def test_only_its_own_cut_is_cut_anew() -> None:
    flexible = Guest(name="db", flexible=Flexible(memory_kib=4 * GIB, vcpu_count=3, least=2, most=3))
    assert may_be_cut(flexible) == range(2, 4)
    assert may_be_cut(a_guest(GIB, GIB)) == range(2, 3)
    assert [len(cut_apart(a_guest(4 * GIB, vcpus=(2,), form="whole"), APART, k).vnodes) for k in (1, 2, 3)] == [2, 4, 5]


def test_a_placement_says_who_was_taken_apart_and_into_how_many() -> None:
    instance = Instance(host=APART, guests=(a_guest(4 * GIB, vcpus=(2,), form="whole", memory_apart=True),))
    placement = Placement(pnode_of={"db": (0, 1)}, apart=("db",))
    assert placement.faults(instance) == []
    assert check(instance, placement).access["db"].mean_distance == 16
    assert Placement(pnode_of={"db": (0, 1)}).faults(instance) == ['guest "db" has 2 pnodes for 1 vnodes']
    assert as_cut(instance.guests[0], APART, 3) is None
    placed = as_placed(instance, {"db": 4}, ("db",))
    assert [vnode.vcpus_of for vnode in placed.guests[0].vnodes] == [None, None, 0, 1]


@pytest.mark.parametrize(
    ("vnodes", "said"),
    [
        (
            (Vnode(memory_kib=0, vcpus=(0,), vcpus_of=0), Vnode(memory_kib=1)),
            "vnode 1 comes after one with vcpus_of, expected those with vcpus_of last",
        ),
        (
            (Vnode(memory_kib=1), Vnode(memory_kib=0, vcpus=(0,), vcpus_of=1)),
            "vnode 1 has the vcpus_of vnode 1, expected 0 to 0",
        ),
        ((Vnode(memory_kib=1), Vnode(memory_kib=1, vcpus=(0,), vcpus_of=0)), "expected vcpus and no memory"),
        ((Vnode(memory_kib=1, vcpus=(0,)), Vnode(memory_kib=0, vcpus_of=0)), "expected vcpus and no memory"),
        (
            (Vnode(memory_kib=1, memory_of=0), Vnode(memory_kib=1, vcpus=(0,))),
            "vnode 1 comes after one with memory_of, expected those with memory_of last",
        ),
        (
            (Vnode(memory_kib=1, vcpus=(0,)), Vnode(memory_kib=1, memory_of=1)),
            "vnode 1 has the memory_of vnode 1, expected 0 to 0",
        ),
        ((Vnode(memory_kib=1), Vnode(memory_kib=1, vcpus=(0,), memory_of=0)), "expected memory and no vcpus"),
        ((Vnode(memory_kib=1, vcpus=(0,)), Vnode(memory_kib=0, memory_of=0)), "expected memory and no vcpus"),
    ],
)
def test_vcpus_or_memory_of_nothing_are_refused(vnodes: tuple[Vnode, ...], said: str) -> None:
    with pytest.raises(InstanceError, match=said):
        Guest(name="db", vnodes=vnodes)


def test_vdistances_are_between_the_vnodes_that_the_guest_sees() -> None:
    guest = taken_apart(a_guest(GIB, GIB, vcpus=(1, 1), vdistances=((10, 15), (15, 10))), APART)
    instance = Instance(host=replace(APART, slit=None), guests=(guest,))
    verdict = check(instance, Placement(pnode_of={"db": (0, 2, 1, 1)}))
    assert [tier["vdistance"] for tier in verdict.terms if "vdistance" in tier] == [2 * 1000 * (20 - 15)]
