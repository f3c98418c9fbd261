"""Which vcpus were seen away from their memory, worked by hand."""

from __future__ import annotations

from placer.audit.seen import Away, as_seen, away_from, off_mask_faults
from placer.formats.xl.vcpu_list import SeenVcpu
from placer.instance import Domain, Host, Pnode
from tests.support.building import GIB, a_host

HOST = a_host(GIB, GIB, GIB, pcpus=2)
"""Pcpus 0-1 on pnode 0, 2-3 on pnode 1, 4-5 on pnode 2."""
ON_0, ON_1 = frozenset({0}), frozenset({1})


def runs(pcpu: int) -> SeenVcpu:
    return SeenVcpu(pcpu=pcpu, running=True)


def slept(pcpu: int | None) -> SeenVcpu:
    return SeenVcpu(pcpu=pcpu, running=False)


DB = Domain(name="db", domid=1, affinity=((0, 1), (0, 1), (0, 1), (4,), None, (0, 1), (0, 1)))
SEEN = (runs(1), runs(2), slept(2), runs(4), runs(5), runs(3), slept(None))


def test_a_vcpu_is_away_on_a_pnode_without_its_memory_and_off_its_mask_only_while_it_runs() -> None:
    away = away_from([ON_0] * 7, SEEN, DB, HOST)
    # 0 is home, 6 was seen nowhere; 2 slept; 3 runs within its mask, 4 has none
    assert away == Away(vcpus=(1, 2, 3, 4, 5), running=(1, 3, 4, 5), off_mask=(1, 5))


def test_each_vcpu_has_the_pnode_of_its_own_memory() -> None:
    assert away_from([ON_0, ON_1, ON_0, ON_0, ON_0, ON_1, ON_0], SEEN, DB, HOST).vcpus == (2, 3, 4)


def test_no_vcpu_is_away_from_memory_where_none_could_run() -> None:
    host = Host(pnodes=(Pnode(id=0, memory_kib=GIB, pcpus=(0, 1)), Pnode(id=1, memory_kib=GIB)))
    assert away_from([ON_1], [runs(0)], Domain(name="a", domid=1, affinity=(None,)), host) == Away()


def test_vcpus_off_their_mask_are_named_together() -> None:
    away = away_from([ON_0] * 7, SEEN, DB, HOST)
    assert off_mask_faults(away, [ON_0] * 7, SEEN, DB) == [
        "vcpus 1,5 were seen running on pcpus 2-3, away from their memory on pnode 0 and from pcpus 0-1, which they "
        "would rather run on"
    ]


def test_a_domain_as_it_was_seen_is_bound_where_its_vcpus_were() -> None:
    assert as_seen(DB, SEEN).affinity == ((1,), (2,), (2,), (4,), (5,), (3,))
