"""Every hard rule of one guest and of a pnode's memory, with figures worked by hand."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from placer.check import Violation, check
from placer.instance import Guest, Host, Instance, Placement, Pnode, Vnode
from tests.support.building import GIB, Slit, a_guest, a_host
from tests.support.judging import CROSSED, Pnodes, judge, only, rules


def test_a_vnode_left_out_breaks_a_rule_unless_that_is_allowed() -> None:
    violation = only(judge(*CROSSED, None, 0))
    assert violation == Violation(rule="unplaced", message='guest "db" vnode 0 of 2 GiB has no pnode', guests=("db",))
    assert judge(*CROSSED, None, 0, allow_unplaced=True).violations == ()


def test_a_fixed_vnode_stands_on_its_pnode() -> None:
    guest = Guest(name="db", vnodes=(Vnode(memory_kib=GIB, pnode=1, vcpus=(0,)),))
    host = a_host(GIB, GIB)
    assert judge(host, guest, 1).violations == ()
    assert judge(host, guest, None, allow_unplaced=True).violations == ()
    violation = only(judge(host, guest, 0))
    assert violation.rule == "fixed_pnode"
    assert violation.message == 'guest "db" vnode 0 stands on pnode 0, its pnode is fixed at 1'


def test_a_guest_stays_on_the_pnodes_it_may_use() -> None:
    guest = replace(a_guest(GIB), pnodes=(1, 2))
    host = a_host(GIB, GIB, GIB)
    assert judge(host, guest, 2).violations == ()
    violation = only(judge(host, guest, 0))
    assert violation.rule == "pnodes"
    assert violation.message == 'guest "db" vnode 0 stands on pnode 0, the guest may use only 1-2'


def test_one_kib_too_much_is_noticed() -> None:
    host = a_host(GIB)
    assert judge(host, a_guest(GIB), 0).violations == ()
    violation = only(judge(host, a_guest(GIB - 8, 9), 0, 0))
    assert violation.rule == "memory"
    assert violation.message == (
        "pnode 0 has room for 1048576 KiB (1048576 KiB free), its vnodes need 1048577 KiB: "
        'guest "db" vnode 0 (1048568 KiB), guest "db" vnode 1 (9 KiB)'
    )


def test_the_reserve_and_the_overhead_leave_less_room() -> None:
    host = Host(pnodes=(Pnode(id=3, memory_kib=8 * GIB, reserve_kib=GIB, pcpus=(0,)),))
    guest = replace(a_guest(6 * GIB), overhead_kib=GIB)
    assert judge(host, guest, 3).violations == ()
    violation = only(judge(host, replace(guest, vnodes=(Vnode(memory_kib=7 * GIB, vcpus=(0,)),)), 3))
    assert violation.message == (
        "pnode 3 has room for 6 GiB (8 GiB free, less 1 GiB reserve and 1 GiB overhead), "
        'its vnodes need 7 GiB: guest "db" vnode 0 (7 GiB)'
    )


def test_guests_that_overfill_a_pnode_together_are_all_named() -> None:
    guests = tuple(a_guest(GIB, name=f"g{i}") for i in range(7))
    instance = Instance(host=a_host(5 * GIB, 5 * GIB), guests=guests)
    pnode_of: dict[str, Pnodes] = {guest.name: (0,) for guest in guests}
    violation = only(check(instance, Placement(pnode_of=pnode_of | {"g3": (1,)})))
    assert violation.guests == ("g0", "g1", "g2", "g4", "g5", "g6")
    assert violation.message.endswith('guest "g5" vnode 0 (1 GiB), 1 more')
    assert only(judge(a_host(4), a_guest(1, 1, 1, 1, 1), 0, 0, 0, 0, 0)).message.endswith("vnode 4 (1 KiB)")


@pytest.mark.parametrize(
    ("affinity", "rooms"),
    [
        # 9 KiB in equal parts on all three pnodes with memory: 3 KiB each, rounded up to 4
        ({}, (96, 96, 96)),
        ({"hard_affinity": (None,), "soft_affinity": (None,)}, (96, 96, 96)),
        # on pnodes 0 and 1: 4.5 each, rounded up to 8
        ({"hard_affinity": ((0, 4),)}, (92, 92, 100)),
        ({"soft_affinity": ((1, 5),)}, (92, 92, 100)),
        # the hard masks narrowed by the soft one: pnode 1 alone, 9 rounded up to 12
        ({"hard_affinity": ((0, 4),), "soft_affinity": ((4, 8),)}, (100, 88, 100)),
        # no pcpu in both: the hard one
        ({"hard_affinity": ((0, 1),), "soft_affinity": ((8,),)}, (88, 100, 100)),
        # pnode 3 has no memory: all that have some
        ({"hard_affinity": ((12,),)}, (96, 96, 96)),
    ],
)
def test_overhead_lands_in_equal_parts_on_the_node_affinity(
    affinity: dict[str, object], rooms: tuple[int, ...]
) -> None:
    # the guest with the overhead stands nowhere; another fills each pnode to the last KiB, then one more
    host = a_host(100, 100, 100, 0)
    loaded = replace(a_guest(5), overhead_kib=9, **affinity)
    for p, room in enumerate(rooms):
        for size, broken in ((room, []), (room + 1, ["memory"])):
            instance = Instance(host=host, guests=(loaded, a_guest(size, name="filler")))
            placement = Placement(pnode_of={"db": (None,), "filler": (p,)})
            assert rules(check(instance, placement, allow_unplaced=True)) == broken


def test_a_vcpu_without_a_mask_spreads_the_overhead_over_all_pnodes_with_pcpus() -> None:
    plain = a_host(100, 100, 100)
    host = replace(plain, pnodes=(*plain.pnodes[:2], Pnode(id=2, memory_kib=100)))
    guest = replace(a_guest(92, vcpus=(2,)), overhead_kib=16, hard_affinity=((0,), None))
    # pnodes 0 and 1 take 8 each, the one without pcpus nothing
    assert judge(host, guest, 0).violations == ()
    filler = replace(a_guest(100, vcpus=(0,), name="filler"), memory_only_pnodes=True)
    instance = Instance(host=host, guests=(guest, filler))
    assert check(instance, Placement(pnode_of={"db": (0,), "filler": (2,)})).violations == ()


def test_a_whole_guest_takes_its_overhead_along() -> None:
    # 10 KiB are three pages
    guest = replace(a_guest(88), form="whole", overhead_kib=10)
    host = a_host(100, 99)
    assert judge(host, guest, 0).violations == ()
    assert rules(judge(host, guest, 1)) == ["memory"]
    filler = a_guest(100, name="filler")
    instance = Instance(host=host, guests=(guest, filler))
    placement = Placement(pnode_of={"db": (None,), "filler": (0,)})
    assert check(instance, placement, allow_unplaced=True).violations == ()


def test_a_pnode_that_overhead_alone_overfills_breaks_no_rule_while_it_holds_no_memory() -> None:
    guest = replace(a_guest(1, 0), overhead_kib=40, hard_affinity=((0, 4), None), soft_affinity=((0, 4), (0, 4)))
    host = a_host(10, 100)
    assert judge(host, guest, 1, 1).violations == ()
    assert judge(host, guest, 1, 0).violations == ()
    message = only(judge(host, guest, 0, 1)).message
    assert message.startswith("pnode 0 has room for 0 KiB (10 KiB free, less 20 KiB overhead), its vnodes need 1 KiB:")


def test_a_vnode_with_memory_needs_a_pnode_with_memory() -> None:
    host = a_host(GIB, 0)
    violation = only(judge(host, a_guest(GIB), 1))
    assert violation.rule == "memoryless"
    assert violation.message == 'guest "db" vnode 0 needs 1 GiB, pnode 1 has no memory'
    assert judge(host, a_guest(0), 1).violations == ()


def test_each_vcpu_can_run_on_some_pcpu_of_its_pnode() -> None:
    guest = replace(a_guest(GIB, vcpus=(3,)), hard_affinity=((0, 1), (2, 6), None))
    host = a_host(GIB, GIB)
    assert judge(host, guest, 0).violations == ()
    violation = only(judge(host, guest, 1))
    assert violation.rule == "hard_affinity"
    assert violation.message == 'guest "db" vnode 0: vcpus 0 may run only on pcpus 0-1, pnode 1 has 4-7'


def test_vcpus_never_stand_on_a_pnode_without_pcpus() -> None:
    host = Host(pnodes=(Pnode(id=0, memory_kib=GIB, pcpus=(0,)), Pnode(id=1, memory_kib=GIB)))
    for guest in (a_guest(GIB), replace(a_guest(GIB), hard_affinity=((0,),), memory_only_pnodes=True)):
        violation = only(judge(host, guest, 1))
        assert violation.rule == "hard_affinity"
        assert violation.message == 'guest "db" vnode 0 has vcpus 0, pnode 1 has no pcpus'


def test_memory_alone_stands_on_a_pnode_without_pcpus_only_where_the_guest_says_so() -> None:
    host = Host(pnodes=(Pnode(id=0, memory_kib=GIB, pcpus=(0,)), Pnode(id=1, memory_kib=GIB)))
    guest = a_guest(GIB, GIB, vcpus=(1, 0))
    assert judge(host, replace(guest, memory_only_pnodes=True), 0, 1).violations == ()
    violation = only(judge(host, guest, 0, 1))
    assert violation.rule == "memory_only"
    assert 'guest "db" vnode 1 stands on pnode 1 without pcpus' in violation.message


@pytest.mark.parametrize("slit", [((10, 255), (20, 10)), ((10, -1), (20, 10))])
def test_vnodes_of_one_guest_keep_off_pnodes_that_do_not_reach_each_other(slit: Slit) -> None:
    host = a_host(4 * GIB, 4 * GIB, slit=slit)
    message = "vnode {} stands on pnode 0, which does not reach pnode 1 of vnode {}"
    for pnodes, ends in (((0, 1), (0, 1)), ((1, 0), (1, 0))):
        violation = only(judge(host, a_guest(GIB, GIB), *pnodes))
        assert violation.rule == "unreachable"
        assert message.format(*ends) in violation.message
    assert judge(host, a_guest(GIB, GIB), 1, 1).violations == ()


def test_vnodes_of_two_guests_may_stand_where_one_may_not_reach_the_other() -> None:
    host = a_host(GIB, GIB, slit=((10, 255), (255, 10)))
    instance = Instance(host=host, guests=(a_guest(GIB), a_guest(GIB, name="web")))
    assert check(instance, Placement(pnode_of={"db": (0,), "web": (1,)})).violations == ()


def test_a_vnode_may_stand_on_a_pnode_that_is_said_not_to_reach_its_own_memory() -> None:
    # such a SLIT lacks an entry: every pnode reaches its own memory
    host = a_host(4 * GIB, 4 * GIB, slit=((255, 20), (20, 10)))
    assert judge(host, a_guest(GIB, GIB), 0, 0).violations == ()
