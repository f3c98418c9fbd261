"""Where memory is taken to lie while nobody has asked Xen: on the pnodes it was meant for."""

from __future__ import annotations

from msgspec.structs import replace

from placer.audit.assumed import assumed_dump
from placer.formats.xl.list_domains import RunningGuest
from placer.instance import Cpupool, Domain, Vnode
from tests.support.building import GIB, a_host

HOST = a_host(GIB, GIB, GIB)
"""Pnode p has pcpus 4p to 4p + 3."""


def held(domain: Domain, kib: int, *guests: RunningGuest) -> dict[int, int]:
    dump = assumed_dump(replace(HOST, domains=(domain,)), guests, {1: kib})
    return dump.domains[1].memory_kib


def test_a_domain_lies_in_equal_parts_of_whole_pages_where_its_vcpus_are_bound() -> None:
    assert held(Domain(name="db", domid=1, affinity=[(0, 1), (8,)]), 1000) == {0: 500, 1: 0, 2: 500}
    assert held(Domain(name="db", domid=1, affinity=[None]), 1000) == {0: 336, 1: 332, 2: 332}
    assert held(Domain(name="db", domid=1, affinity=[(5,)]), 1000) == {0: 0, 1: 1000, 2: 0}


def test_a_domain_lies_within_its_cpupool() -> None:
    pooled = replace(HOST, cpupools=(Cpupool(name="Pool-0", id=0, pcpus=range(8)), Cpupool(name="far", pcpus=(8,))))
    host = replace(pooled, domains=(Domain(name="db", domid=1, affinity=[None], pool="far"),))
    assert assumed_dump(host, [], {1: 1000}).domains[1].memory_kib == {0: 0, 1: 0, 2: 1000}


def test_vnodes_lie_on_their_pnodes() -> None:
    domain = Domain(name="db", domid=1, affinity=[None, None])
    vnodes = (Vnode(memory_kib=300, vcpus=(0,), pnode=2), Vnode(memory_kib=200, vcpus=(1,), pnode=0))
    guest = RunningGuest(domain=domain, memory_kib=500, video_kib=0, vnodes=vnodes, stated=None)
    assert held(domain, 500, guest) == {0: 200, 1: 0, 2: 300}


def test_what_is_free_is_what_the_host_has_free_and_unknown_memory_is_none() -> None:
    host = replace(HOST, domains=(Domain(name="db", domid=1, affinity=[None]), Domain(name="ghost")))
    dump = assumed_dump(host, [], {})
    assert dump.free_kib == {0: GIB, 1: GIB, 2: GIB}
    assert {domid: sum(each.memory_kib.values()) for domid, each in dump.domains.items()} == {1: 0}
