"""The load of running vcpus, worked by hand."""

from __future__ import annotations

from msgspec.structs import replace

from placer.check.running import bound_alone, running_in_pool, running_vcpus
from placer.instance import Cpupool, Domain
from tests.support.building import GIB, a_host

HOST = replace(
    a_host(GIB, GIB, pcpus=2),
    domains=(Domain(name="a", affinity=((0, 1), (0, 2), (0, 2), None)), Domain(name="b", affinity=((3,), (3,)))),
)


def test_a_vcpu_that_may_run_on_two_pnodes_counts_half_on_each() -> None:
    # pnode 0: one, two halves and the half of the unbound one: 2.5; pnode 1: three halves and two: 3.5
    assert running_vcpus(HOST) == [2, 3]
    assert running_vcpus(HOST, HOST.domains[1:]) == [0, 2]


def test_only_a_mask_of_one_pcpu_binds_alone() -> None:
    assert bound_alone(HOST) == {3}


def test_a_vcpu_that_may_run_on_dedicated_pcpus_alone_does_not_count() -> None:
    # of pnode 1 the three halves are left
    assert running_vcpus(replace(HOST, dedicated_pcpus=(3,))) == [2, 1]


def test_a_running_vcpu_loads_the_pnodes_of_its_own_cpupool_only() -> None:
    pools = (Cpupool(name="Pool-0", pcpus=(0, 1)), Cpupool(name="second", pcpus=(2, 3)))
    domains = (Domain(name="a", affinity=(None, (0, 2))), Domain(name="b", affinity=(None,) * 3, pool="second"))
    host = replace(HOST, domains=domains, cpupools=pools)
    assert running_in_pool(host, "Pool-0") == (2, 0)
    assert running_in_pool(host, "second") == (0, 3)
    assert running_in_pool(replace(host, domains=domains[1:]), "Pool-0") == (0, 0)
