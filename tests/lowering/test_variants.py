"""The numbers of vnodes of flexible guests as guests of their own, worked by hand."""

from __future__ import annotations

from msgspec.structs import replace

from placer.instance import Flexible, Guest, Instance, Placement, Rule, VnodeOf
from placer.lowering.variants import Overhead, VariantIndex
from tests.support.building import GIB, a_guest, a_host, an_instance


def flexible(least: int, most: int, *, always_vnuma: bool = False, name: str = "db", overhead_kib: int = 0) -> Guest:
    asked = Flexible(memory_kib=4 * GIB, vcpu_count=2, least=least, most=most, always_vnuma=always_vnuma)
    return Guest(name=name, flexible=asked, overhead_kib=overhead_kib)


def instance(*guests: Guest) -> Instance:
    """Two pnodes of 8 GiB and 4 pcpus."""
    return an_instance(a_host(8 * GIB, 8 * GIB), *guests)


def test_every_number_of_vnodes_of_a_guest_is_a_variant_with_items_of_its_own() -> None:
    index = VariantIndex(instance(a_guest(GIB, name="web"), flexible(1, 2), flexible(2, 3, name="app")))
    assert index.variants == [(0, 0), (1, 1), (1, 2), (2, 2), (2, 3)]
    assert index.counts == [1, 2, 3]
    assert (index.selectors, index.counts_of(2)) == ([1, 2], [2, 3])
    assert [len(guest.vnodes) for guest in index.expanded.guests] == [1, 1, 2, 2, 3]
    assert index.items() == [range(1), range(1, 2), range(2, 4), range(4, 6), range(6, 9)]


def test_the_price_of_a_pair_is_that_of_the_vcpus_that_there_are_and_not_of_those_of_all_variants() -> None:
    host = a_host(8 * GIB, pcpus=2)
    asked = an_instance(host, a_guest(GIB, vcpus=(2,), name="web"), flexible(1, 2))
    # 4 vcpus on 2 threads: 15 / 4
    assert VariantIndex(asked).expanded.objective.core_sharing_price == 3.75


def test_overhead_moves_where_a_guest_may_be_one_whole_vnode_or_several_and_is_reserved_where_it_may_not() -> None:
    whole = VariantIndex(instance(flexible(1, 2, overhead_kib=9)))
    # 9 KiB on two pnodes are 5 each, in pages 8
    assert whole.overheads() == [Overhead(guest=0, p=0, kib=8), Overhead(guest=0, p=1, kib=8)]
    assert [guest.overhead_kib for guest in whole.expanded.guests] == [9, 0]
    assert [pnode.reserve_kib for pnode in whole.expanded.host.pnodes] == [0, 0]

    several = VariantIndex(instance(flexible(1, 2, always_vnuma=True, overhead_kib=9)))
    assert several.overheads() == []
    assert [guest.overhead_kib for guest in several.expanded.guests] == [0, 0]
    assert [pnode.reserve_kib for pnode in several.expanded.host.pnodes] == [8, 8]


def test_an_earlier_placement_holds_for_the_variant_with_as_many_vnodes() -> None:
    index = VariantIndex(instance(flexible(1, 2), a_guest(GIB, name="web")))
    assert index.earlier(None) is None
    earlier = index.earlier(Placement(pnode_of={"db": (1, 0), "web": (1,)}))
    assert earlier is not None
    assert list(earlier.pnode_of.values()) == [(None,), (1, 0), (1,)]


def test_a_rule_holds_for_every_variant_of_its_members() -> None:
    asked = instance(flexible(1, 2), a_guest(GIB, GIB, name="web"), a_guest(GIB, name="app"))
    rules = (
        Rule(apart=("db", VnodeOf(guest="web", vnode=1))),
        Rule(exclusive="db"),
        Rule(together=(VnodeOf(guest="web", vnode=0), "app")),
    )
    expanded = VariantIndex(replace(asked, rules=rules)).expanded
    one, two, web, app = (guest.name for guest in expanded.guests)
    assert expanded.rules == (
        Rule(apart=(one, two, VnodeOf(guest=web, vnode=1))),
        Rule(exclusive=one),
        Rule(exclusive=two),
        Rule(together=(VnodeOf(guest=web, vnode=0), app)),
    )
