"""Changes of an instance, one by one."""

from __future__ import annotations

from msgspec.structs import replace

from placer.explain.changes import (
    all_of,
    fewer_claims,
    more_huge_pages,
    more_memory,
    more_pcpus,
    only_guests,
    pcpus_for,
    smaller,
    without_guests,
    without_rule,
)
from placer.instance import Cpupool, Instance, Rule, VnodeOf
from tests.support.building import GIB, MIB, a_guest, a_host, an_instance

HOST = a_host(4 * GIB, 4 * GIB)
A, B, C = (a_guest(GIB, name=name) for name in "abc")


def ruled(*rules: Rule) -> Instance:
    return replace(an_instance(HOST, A, B, C), rules=rules)


def test_changes_follow_each_other() -> None:
    changed = all_of([more_memory(1, GIB), smaller("b", [MIB]), fewer_claims(GIB)])(
        Instance(host=replace(HOST, claimed_kib=MIB), guests=(A, B))
    )
    assert [pnode.memory_kib for pnode in changed.host.pnodes] == [4 * GIB, 5 * GIB]
    assert [guest.memory_kib for guest in changed.guests] == [GIB, MIB]
    assert changed.host.claimed_kib == 0


def test_huge_pages_are_added_to_their_pool_or_in_a_new_one() -> None:
    twice = all_of([more_huge_pages(0, 2048, 3), more_huge_pages(0, 2048, 4), more_huge_pages(1, 1048576, 1)])
    pnodes = twice(an_instance(HOST, A)).host.pnodes
    assert (pnodes[0].pages_of(2048), pnodes[1].pages_of(1048576), pnodes[1].pages_of(2048)) == (7, 1, 0)


def test_new_pcpus_have_new_ids_and_are_in_their_pool() -> None:
    pools = (Cpupool(name="Pool-0", pcpus=range(4)), Cpupool(name="b", pcpus=range(4, 8)))
    host = replace(HOST, cpupools=pools, dedicated_pcpus=(0,))
    changed = more_pcpus(1, 2, pool="b", dedicated=True)(an_instance(host, A)).host
    assert changed.pnodes[1].pcpus == (4, 5, 6, 7, 8, 9)
    assert changed.pcpus_of_pool["b"] == frozenset(range(4, 10))
    assert changed.dedicated_pcpus == (0, 8, 9)


def test_new_pcpus_are_cores_of_as_many_threads_as_the_others() -> None:
    pnodes = [replace(pnode, cores=(pnode.pcpus[:2], pnode.pcpus[2:])) for pnode in HOST.pnodes]
    changed = more_pcpus(0, 2, pool=None)(an_instance(replace(HOST, pnodes=pnodes), A)).host
    assert changed.pnodes[0].cores == ((0, 1), (2, 3), (8, 9))


def test_pcpus_for_more_vcpus_are_counted_with_the_rounding_of_the_limit() -> None:
    """3 pcpus at 1.5 take 4 vcpus, 4 take 6, 5 take 7."""
    host = replace(a_host(GIB, pcpus=3), overcommit=1.5)
    assert [pcpus_for(more, host, host.pnodes[0]) for more in (1, 2, 3)] == [1, 1, 2]
    assert pcpus_for(5, HOST, HOST.pnodes[0]) == 0


def test_guests_leave_with_their_part_of_every_rule() -> None:
    apart, pair = Rule(apart=("a", "b", "c")), Rule(together=(VnodeOf(guest="a", vnode=0), "b"))
    instance = ruled(apart, pair, Rule(exclusive="a"), Rule(exclusive="c"))
    left = without_guests({"a"})(instance)
    assert [guest.name for guest in left.guests] == ["b", "c"]
    assert left.rules == (Rule(apart=("b", "c")), Rule(exclusive="c"))
    assert without_rule(apart)(instance).rules == instance.rules[1:]


def test_some_guests_alone_leave_the_others_their_overhead() -> None:
    heavy = replace(B, overhead_kib=2 * MIB)
    few = only_guests(an_instance(HOST, A, heavy), {"a"})
    assert [guest.name for guest in few.guests] == ["a"]
    assert [pnode.reserve_kib for pnode in few.host.pnodes] == [MIB, MIB]
