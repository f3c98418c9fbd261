"""Limits of vcpus and dedicated pcpus as arrays, worked by hand: pnode 0 has pcpus 0-3, pnode 1 has 4-7."""

from __future__ import annotations

from fractions import Fraction

from msgspec.structs import replace

from placer.instance import Cpupool, Domain, Guest
from placer.lowering.pcpus import overcommit, owned_pcpus, slot_matching
from tests.support.building import GIB, a_guest, a_host, an_instance

HOST = a_host(8 * GIB, 8 * GIB)
ALONE = Domain(name="old", affinity=((1,),))
"""A running vcpu that is bound to pcpu 1."""


def mixed(*vcpus: int) -> Guest:
    """Its vcpu 0 is dedicated."""
    return a_guest(*(GIB,) * len(vcpus), vcpus=vcpus, cpu_policy="mixed", dedicated_vcpus=(0,))


def test_a_host_without_a_limit_takes_any_number_of_vcpus() -> None:
    assert overcommit(an_instance(HOST, mixed(2, 1)), with_unplaced_site=True) == []


def test_a_dedicated_vcpu_weighs_as_much_as_the_limit_where_any_pcpu_may_be_its_own() -> None:
    host = replace(HOST, overcommit=1.5, domains=(ALONE,))
    (resource,) = overcommit(an_instance(host, mixed(3, 1)), with_unplaced_site=True)
    # in halves: 3 x 4 pcpus, less 2 for the vcpu that runs; a shared vcpu weighs 2, the dedicated one 3
    assert (resource.name, resource.unit) == ("overcommit", 2)
    assert resource.weight.tolist() == [2 * 2 + 3, 2]
    assert resource.capacity.tolist() == [12 - 2, 12, 9]


def test_dedicated_pcpus_that_the_host_states_are_left_out_and_dedicated_vcpus_weigh_nothing() -> None:
    host = replace(HOST, overcommit=1.5, dedicated_pcpus=(0,))
    (resource,) = overcommit(an_instance(host, mixed(3, 1)), with_unplaced_site=False)
    # 1.5 x 3 is 4.5
    assert host.vcpus_per_pcpu == Fraction(3, 2)
    assert resource.weight.tolist() == [2, 1]
    assert resource.capacity.tolist() == [4, 6]


def test_without_dedicated_vcpus_or_pcpus_there_is_nothing_to_match() -> None:
    assert slot_matching(an_instance(HOST, a_guest(GIB))) is None
    assert owned_pcpus(None) == []


def test_slots_are_pcpus_of_the_mask_to_which_no_running_vcpu_isbound_alone() -> None:
    guest = replace(mixed(2, 1), hard_affinity=((0, 1), None, (4, 5)))
    slots = slot_matching(an_instance(replace(HOST, domains=(ALONE,)), guest), with_unplaced_site=True)
    assert slots is not None
    first, second = slots.demands
    assert (first.own, first.common, first.sharing) == ((frozenset({0}),), frozenset({frozenset(range(8))}), "any")
    assert (second.own, second.common) == ((), frozenset({frozenset({4, 5})}))
    assert slots.slot_groups == (tuple((p,) for p in range(4)), tuple((p,) for p in range(4, 8)), None)
    assert slots.occupied == {1}


def test_a_guest_in_a_cpupool_owns_and_shares_pcpus_of_the_pool_alone() -> None:
    host = replace(HOST, cpupools=(Cpupool(name="rt", pcpus=(2, 3, 4)),))
    slots = slot_matching(an_instance(host, replace(mixed(2), pool="rt")))
    assert slots is not None
    (demand,) = slots.demands
    assert (demand.own, demand.common) == ((frozenset({2, 3, 4}),), frozenset({frozenset({2, 3, 4})}))


def test_dedicated_vcpus_are_counted_against_the_pcpus_of_each_union_of_masks() -> None:
    guest = a_guest(GIB, vcpus=(2,), cpu_policy="dedicated", hard_affinity=((0, 1), (4,)))
    slots = slot_matching(an_instance(HOST, guest))
    counted = [(each.weight.tolist(), each.capacity.tolist()) for each in owned_pcpus(slots)]
    # both masks together, pcpus 0 and 1, pcpu 4
    assert counted == [([2], [2, 1]), ([1], [2, 0]), ([1], [0, 1])]


def test_an_isolated_vcpu_takes_a_whole_core_of_all_pcpus() -> None:
    cores = tuple(replace(pnode, cores=(pnode.pcpus[:2], pnode.pcpus[2:])) for pnode in HOST.pnodes)
    guest = a_guest(GIB, vcpus=(3,), cpu_policy="dedicated", thread_policy="isolate")
    (resource,) = owned_pcpus(slot_matching(an_instance(replace(HOST, pnodes=cores), guest)))
    assert (resource.weight.tolist(), resource.capacity.tolist()) == ([6], [4, 4])
