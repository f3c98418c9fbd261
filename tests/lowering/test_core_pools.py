"""Pools of cores and pairs of vcpus that share one, worked by hand."""

from __future__ import annotations

from collections import Counter

import pytest
from msgspec.structs import replace

from placer.instance import Cpupool, Domain, Host, Pnode
from placer.lowering.core_pools import core_pools, loaded_pools, pairs_table, running_load
from tests.support.building import GIB, a_host


def pools(host: Host) -> tuple[list[int], list[int]]:
    pool_of, cores = core_pools(host)
    return pool_of.tolist(), cores


def test_every_pnode_with_cores_is_a_pool_and_smt_siblings_are_one_core() -> None:
    host = Host(
        pnodes=(
            Pnode(id=3, memory_kib=GIB, pcpus=(0, 1, 2, 3), cores=((0, 1), (2, 3))),
            Pnode(id=1, memory_kib=GIB, pcpus=(4, 5, 6)),
            Pnode(id=2, memory_kib=GIB),
        )
    )
    assert pools(host) == ([0, 1, -1], [2, 3])


def test_cores_count_where_they_are_with_memory_beside_them_or_without() -> None:
    slit = ((10, 16, 32, 32), (16, 10, 32, 32), (32, 21, 10, 16), (255, 32, 16, 10))
    pnodes = [Pnode(id=p, memory_kib=GIB * (p < 2), pcpus=(2 * p, 2 * p + 1)) for p in range(4)]
    assert pools(Host(pnodes=tuple(pnodes), slit=slit)) == ([0, 1, 2, 3], [2, 2, 2, 2])


def test_a_pnode_without_cores_gets_none_of_one_beside_it() -> None:
    host = Host(pnodes=(Pnode(id=0, memory_kib=GIB), Pnode(id=1, memory_kib=0, pcpus=(0, 1, 2))))
    assert pools(host) == ([-1, 0], [3])


@pytest.mark.parametrize("cores", [1, 2, 3, 5])
def test_pairs_are_those_of_vcpus_dealt_out_one_after_the_other(cores: int) -> None:
    dealt = [Counter(vcpu % cores for vcpu in range(n)) for n in range(13)]
    expected = [sum(on * (on - 1) // 2 for on in counts.values()) for counts in dealt]
    assert pairs_table(12, [cores], [0])[0].tolist() == expected
    assert pairs_table(8, [cores], [4])[0].tolist() == expected[4:]


def test_a_pool_of_each_size_has_its_row() -> None:
    assert pairs_table(4, [1, 3], [0, 0]).tolist() == [[0, 0, 1, 3, 6], [0, 0, 0, 0, 1]]


def test_a_pool_that_is_shared_already_starts_at_the_pairs_it_has() -> None:
    # 3 on one core: 3 pairs; 2 on 3 cores: none, and the third and fourth added are the first to share
    assert pairs_table(3, [1, 3], [3, 2]).tolist() == [[3, 6, 10, 15], [0, 0, 1, 2]]


def test_a_running_vcpu_loads_each_pnode_it_may_run_on_by_its_part_and_each_sum_is_rounded_down() -> None:
    host = a_host(GIB, GIB, GIB, GIB, pcpus=2)
    affinity = (
        (0,),  # pnode 0
        (0, 1, 3),  # pnodes 0 and 1, a half each, however many pcpus
        (2, 5),  # pnodes 1 and 2
        (2, 3, 4, 5),  # pnodes 1 and 2
        None,  # a quarter each
        None,
        None,
    )
    # 1 + 1/2 + 3/4; 1/2 + 1/2 + 1/2 + 3/4; 1/2 + 1/2 + 3/4; 3/4
    domains = (Domain(name="a", affinity=affinity[:2]), Domain(name="b", affinity=affinity[2:]), Domain(name="c"))
    assert running_load(replace(host, domains=domains)) == [2, 2, 1, 0]


def test_a_vcpu_bound_nowhere_runs_only_on_pnodes_with_pcpus() -> None:
    host = Host(
        pnodes=(Pnode(id=0, memory_kib=GIB, pcpus=(0, 1)), Pnode(id=1, memory_kib=GIB)),
        domains=(Domain(name="a", affinity=(None, None)),),
    )
    assert running_load(host) == [2, 0]


def test_the_pools_of_a_cpupool_have_its_cores_and_what_runs_in_it() -> None:
    cpupools = (Cpupool(name="Pool-0", pcpus=(0, 1, 4)), Cpupool(name="second", pcpus=(5,)))
    domains = (Domain(name="a", affinity=((0,), (1,), (4,))), Domain(name="b", affinity=(None,), pool="second"))
    host = Host(
        pnodes=(
            Pnode(id=0, memory_kib=GIB, pcpus=(0, 1), cores=((0, 1),)),
            Pnode(id=1, memory_kib=GIB),
            Pnode(id=2, memory_kib=GIB, pcpus=(4, 5)),
        ),
        cpupools=cpupools,
        domains=domains,
    )
    pool_of, *rest = loaded_pools(host, "Pool-0")
    assert (pool_of.tolist(), *rest) == ([0, -1, 1], (1, 1), (2, 1))
    pool_of, *rest = loaded_pools(host, "second")
    assert (pool_of.tolist(), *rest) == ([-1, -1, 0], (1,), (1,))
    assert not pool_of.flags.writeable  # it is kept for the next call
