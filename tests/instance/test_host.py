"""What a host may state of itself, and what follows from it, by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from placer.instance.cpupool import Cpupool
from placer.instance.domain import Domain
from placer.instance.host import Host
from placer.instance.pnode import Pnode

SPARSE = (
    Pnode(id=4, memory_kib=1, pcpus=(6, 7), cores=((6, 7),)),
    Pnode(id=0, memory_kib=1, pcpus=(0, 2, 3), cores=((2,), (0, 3))),
    Pnode(id=9, memory_kib=1),
)


def test_positions_are_those_of_the_list_whatever_the_ids() -> None:
    host = Host(pnodes=SPARSE)
    assert host.position_of == {4: 0, 0: 1, 9: 2}
    assert host.position_of_pcpu == {6: 0, 7: 0, 0: 1, 2: 1, 3: 1}
    assert [host.pnodes_of_pcpus(pcpus) for pcpus in ((), (7, 6), (3, 7))] == [set(), {4}, {0, 4}]


def test_without_cores_every_pcpu_is_one() -> None:
    plain = Pnode(id=0, memory_kib=1, pcpus=(0, 1, 2))
    assert (plain.core_groups, plain.core_count) == (((0,), (1,), (2,)), 3)
    assert (SPARSE[1].core_groups, SPARSE[1].core_count) == (((2,), (0, 3)), 2)
    assert [Host(pnodes=pnodes).threads_per_core for pnodes in (SPARSE, (plain,), SPARSE[2:])] == [2, 1, 1]


def test_a_guest_that_names_no_pool_runs_in_pool_0_where_there_is_one() -> None:
    pools = (Cpupool(name="Pool-0", pcpus=(0, 2)), Cpupool(name="rt", pcpus=(6,)))
    host = Host(pnodes=SPARSE, cpupools=pools)
    assert [host.pcpus_of_effective_pool(stated) for stated in (None, "rt")] == [{0, 2}, {6}]
    assert Host(pnodes=SPARSE).pcpus_of_effective_pool("rt") == {0, 2, 3, 6, 7}
    with pytest.raises(ValueError, match=r'^guest "db" pool: no cpupool "x" on this host, expected one of Pool-0, rt$'):
        host.check_pool('guest "db"', "x")


def test_overcommit_is_the_decimal_that_is_written() -> None:
    assert Host(pnodes=SPARSE, overcommit=1.1).vcpus_per_pcpu == Fraction(11, 10)
    assert Host(pnodes=SPARSE).vcpus_per_pcpu is None


def test_the_vcpus_of_all_domains_run() -> None:
    domains = (Domain(name="a", affinity=(None, (0,))), Domain(name="b"), Domain(name="c", affinity=((7,),)))
    assert Host(pnodes=SPARSE, domains=domains).running_vcpu_count == 3


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"pnodes": ()}, "0 pnodes, expected 1 to 1024"),
        ({"pnodes": (*SPARSE, SPARSE[2])}, "two pnodes have the id 9"),
        (
            {"pnodes": (*SPARSE, Pnode(id=5, memory_kib=1, pcpus=(7,)))},
            "pcpu 7 is on pnodes 4 and 5, expected on one",
        ),
        ({"domains": (Domain(name="a"), Domain(name="a"))}, 'two domains have the name "a"'),
        (
            {"domains": (Domain(name="a", affinity=(None, (0, 1, 4))),)},
            'domain "a" affinity of vcpu 1: no pcpu 1,4 on this host',
        ),
        ({"dedicated_pcpus": (0, 8)}, "dedicated_pcpus: no pcpu 8 on this host"),
        ({"dedicated_pcpus": (0, 2, 0)}, "dedicated_pcpus: 0 are listed twice"),
        ({"offline_pcpus": (8, 0)}, "offline_pcpus: 0 are pcpus of a pnode too"),
        ({"offline_pcpus": (8, 9, 8)}, "offline_pcpus: 8 are listed twice"),
    ],
)
def test_a_host_that_contradicts_itself_is_refused(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=f"^{said}$"):
        Host(**{"pnodes": SPARSE, **fields})


def test_cores_must_hold_each_pcpu_of_their_pnode_once() -> None:
    with pytest.raises(ValueError, match=r"^pcpus 1 are listed twice in pnode 3$"):
        Pnode(id=3, memory_kib=1, pcpus=(0, 1, 1))
    for cores in (((0,),), ((0, 1), (1,)), ((0, 1), ()), ((0, 1, 2),)):
        with pytest.raises(ValueError, match=r"^the cores of pnode 3 hold pcpus .*, expected each of its pcpus 0-1 in"):
            Pnode(id=3, memory_kib=1, pcpus=(0, 1), cores=cores)
