"""What guests take and hosts offer, worked by hand."""

from __future__ import annotations

from msgspec.structs import replace

from placer.fleet.problem.loads import Load, Split, capacity_of, limited_host, load_of, settled, settled_on
from placer.instance import Domain, Flexible, Guest, Host, HugePages, Pnode, Vnode
from tests.support.fleets import GIB, fleet_of, guest_of, host_of


def test_a_guest_takes_its_vnodes_largest_first() -> None:
    guest = guest_of([(1, 2), (3, 4)], one_to_one=True)
    parts = ((3, 4 * GIB), (1, 2 * GIB))
    assert load_of(guest, limited=True) == Load((Split(parts, True),), weight=6 * GIB + 4 * 1024)
    assert load_of(guest, limited=False).splits == (Split(((0, 4 * GIB), (0, 2 * GIB)), True),)


def test_vcpus_that_are_offline_load_nothing_and_overhead_of_a_whole_guest_counts() -> None:
    guest = Guest(
        name="g", vnodes=[Vnode(memory_kib=GIB, vcpus=[0, 1, 2])], online_vcpus=[0], form="whole", overhead_kib=10
    )
    assert load_of(guest, limited=True).splits == (Split(((1, GIB + 12),), False),)


def test_a_flexible_guest_may_be_cut_in_each_of_its_ways() -> None:
    guest = Guest(name="g", flexible=Flexible(memory_kib=4 * GIB, vcpu_count=4, most=2))
    whole, halves = load_of(guest, limited=True).splits
    assert (whole, halves) == (Split(((4, 4 * GIB),), False), Split(((2, 2 * GIB),) * 2, False))
    a_set = Guest(name="g", flexible=Flexible(memory_kib=4 * GIB, vcpu_count=4, least=2, most=2), form="set")
    assert load_of(a_set, limited=True).splits == (Split(((2, 2 * GIB),) * 2, True),)


def test_vcpus_and_memory_that_may_lie_apart_are_parts_of_their_own() -> None:
    guest = Guest(name="g", flexible=Flexible(memory_kib=GIB, vcpu_count=2, most=1), memory_apart=True)
    assert Split(((2, 0), (0, GIB)), False) in load_of(guest, limited=True).splits


def test_an_open_range_of_vnodes_gets_an_end() -> None:
    def most(least: int, given: int | None) -> int | None:
        flexible = Flexible(memory_kib=GIB, vcpu_count=8, least=least, most=given)
        ended = settled(Guest(name="g", flexible=flexible)).flexible
        assert ended is not None
        return ended.most

    assert (most(1, None), most(6, None), most(1, 2)) == (4, 6, 2)
    plain = guest_of([(1, 1)])
    assert settled(plain) is plain


def test_a_host_offers_what_its_limit_and_reserve_leave() -> None:
    pnode = Pnode(
        id=0,
        memory_kib=8 * GIB,
        reserve_kib=GIB,
        pcpus=range(4),
        huge_pages=[HugePages(page_size=GIB, total=3, free=2)],
    )
    bare = Host(pnodes=[pnode])
    assert capacity_of(bare) == ((0, 9 * GIB),)
    running = Domain(name="d", affinity=[None] * 3)
    assert capacity_of(Host(pnodes=[pnode], overcommit=1.5, domains=[running])) == ((3, 9 * GIB),)
    assert capacity_of(Host(pnodes=[pnode], overcommit=2, dedicated_pcpus=[0]))[0][0] == 2 * 3 + 1
    assert capacity_of(Host(pnodes=[pnode], overcommit=0.5))[0][0] == 4  # dedicated vcpus may own every pcpu


def test_the_limit_of_a_host_takes_the_place_of_that_of_the_fleet() -> None:
    fleet = fleet_of([[(4, 8)]], [], cpu_ratio=2)
    assert limited_host(fleet, 0).overcommit == 2
    own = type(fleet.hosts[0])(host=Host(name="x", pnodes=host_of([(4, 8)]).pnodes, overcommit=3))
    assert limited_host(type(fleet)(hosts=[own], cpu_ratio=2), 0).overcommit == 3


def test_a_set_has_at_most_as_many_parts_as_the_host_has_pnodes() -> None:
    guest = Guest(name="g", type="pvh", form="set", flexible=Flexible(memory_kib=8 * GIB, vcpu_count=8))
    two, eight = (host_of([(4, 8)] * count) for count in (2, 8))
    assert [each.flexible.most for each in (settled_on(guest, two), settled_on(guest, eight)) if each.flexible] == [
        2,
        4,
    ]
    least = replace(guest, flexible=Flexible(memory_kib=8 * GIB, vcpu_count=8, least=3))
    assert [each.flexible.most for each in (settled_on(least, two),) if each.flexible] == [4 - 1]
