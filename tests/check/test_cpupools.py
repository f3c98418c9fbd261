"""The rule about cpupools, worked by hand: pnode 0 has pcpus 0-3, pnode 1 has 4-7."""

from __future__ import annotations

from msgspec.structs import replace

from placer.check.cpupools import cpupool
from placer.instance import Cpupool, Guest
from tests.support.building import GIB, a_guest, a_host

POOLS = (Cpupool(name="Pool-0", pcpus=(0, 1)), Cpupool(name="rt", pcpus=(2, 3, 4, 5)))
HOST = replace(a_host(8 * GIB, 8 * GIB), cpupools=POOLS)


def said(guest: Guest, *sites: int | None) -> list[str]:
    return list(cpupool(guest, HOST, sites))


def test_a_vcpu_runs_on_a_pcpu_of_its_pnode_that_is_in_its_pool() -> None:
    assert said(a_guest(GIB, pool="rt"), 0) == said(a_guest(GIB, pool="rt"), 1) == said(a_guest(GIB), 0) == []
    assert said(a_guest(GIB), 1) == [
        "vnode 0: vcpus 0 run in cpupool Pool-0 (pcpus 0-1), pnode 1 has no pcpu of it for them"
    ]


def test_only_the_vcpus_whose_mask_misses_the_pool_are_named() -> None:
    guest = a_guest(GIB, vcpus=(3,), pool="rt", hard_affinity=((0, 1), (1, 2), None))
    assert said(guest, 0) == ["vnode 0: vcpus 0 run in cpupool rt (pcpus 2-5), pnode 0 has only 2-3 of it for them"]


def test_a_vcpu_with_no_pcpu_of_the_pnode_at_all_breaks_another_rule_and_a_vnode_without_a_pnode_none() -> None:
    assert said(a_guest(GIB, pool="rt", hard_affinity=((0,),)), 1) == []
    assert said(a_guest(GIB, pool="rt", hard_affinity=((0,),)), None) == []


def test_a_host_that_does_not_list_the_pool_sets_no_limit() -> None:
    assert list(cpupool(a_guest(GIB, pool="elsewhere"), replace(HOST, cpupools=()), (1,))) == []
