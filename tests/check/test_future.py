"""The worth of room as the judge prices it, worked by hand."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from placer.check import check
from placer.instance import Domain, Guest, Host, Instance, Objective, Placement
from placer.instance.future import FutureCapacity
from tests.support.building import GIB, MIB, a_guest, a_host

WORTH = FutureCapacity(memory_step_kib=GIB, tables=[[[0], [1], [10], [100], [1000]]], table_of=[0, 0])
PCPUS = FutureCapacity(memory_step_kib=GIB, tables=[[[0, 1, 10, 100, 1000]]], table_of=[0, 0])


def lost(host: Host, guest: Guest, *pnodes: int | None, future: FutureCapacity = WORTH) -> int:
    instance = Instance(host=host, guests=(guest,), objective=Objective(future=future))
    verdict = check(instance, Placement(pnode_of={guest.name: pnodes}), allow_unplaced=True)
    return verdict.terms[2]["future_capacity"]


def test_each_pnode_loses_the_worth_of_what_its_vnodes_take() -> None:
    host, guest = a_host(4 * GIB, 3 * GIB), a_guest(GIB, 2 * GIB)
    assert lost(host, guest, 0, 0) == 1000 - 1
    assert lost(host, guest, 0, 1) == (1000 - 100) + (100 - 1)
    assert lost(host, guest, None, 1) == 100 - 1


def test_a_reserve_and_a_begun_step_are_no_room() -> None:
    pnode, *rest = a_host(4 * GIB, 4 * GIB).pnodes
    host = Host(pnodes=(replace(pnode, reserve_kib=MIB), *rest))  # three steps are left, and all but a MiB of a fourth
    assert lost(host, a_guest(GIB - 2 * MIB), 0) == 0  # takes of that only
    assert lost(host, a_guest(GIB), 0) == 100 - 10


def test_overhead_counts_where_it_lies_with_the_vnode_and_huge_pages_nowhere() -> None:
    host = a_host(4 * GIB, 4 * GIB)
    assert lost(host, a_guest(GIB, overhead_kib=MIB), 0) == 1000 - 100
    assert lost(host, a_guest(GIB, overhead_kib=MIB, form="whole"), 0) == 1000 - 10


def test_dedicated_vcpus_take_free_pcpus_and_shared_ones_do_not() -> None:
    host = a_host(4 * GIB, 4 * GIB)
    assert lost(host, a_guest(GIB, vcpus=(2,)), 0, future=PCPUS) == 0
    assert lost(host, a_guest(GIB, vcpus=(2,), cpu_policy="dedicated"), 0, future=PCPUS) == 1000 - 10


@pytest.mark.parametrize(
    ("limit", "vcpus", "expected"), [(1.0, 2, 1000 - 10), (2.0, 2, 1000 - 100), (2.0, 3, 1000 - 10)]
)
def test_under_a_limit_shared_vcpus_take_a_part_of_a_pcpu_each(limit: float, vcpus: int, expected: int) -> None:
    host = replace(a_host(4 * GIB, 4 * GIB), overcommit=limit)
    assert lost(host, a_guest(GIB, vcpus=(vcpus,)), 0, future=PCPUS) == expected


def test_a_pcpu_to_which_a_running_vcpu_is_bound_alone_is_not_free() -> None:
    host = replace(a_host(4 * GIB, 4 * GIB), domains=(Domain(name="old", affinity=((3,), None)),))
    assert lost(host, a_guest(GIB, vcpus=(1,), cpu_policy="dedicated"), 0, future=PCPUS) == 100 - 10


def test_an_isolated_vcpu_takes_as_many_pcpus_as_the_largest_core_has() -> None:
    pnode, other = a_host(4 * GIB, 4 * GIB).pnodes
    host = Host(pnodes=(replace(pnode, cores=((0, 1), (2, 3))), other))
    guest = a_guest(GIB, vcpus=(1,), cpu_policy="dedicated", thread_policy="isolate")
    assert lost(host, guest, 0, future=PCPUS) == 1000 - 10


def test_where_pcpus_are_set_aside_for_dedicated_vcpus_only_those_are_free() -> None:
    host = replace(a_host(4 * GIB, 4 * GIB), dedicated_pcpus=(0, 1, 4))
    assert lost(host, a_guest(GIB, vcpus=(1,), cpu_policy="dedicated"), 0, future=PCPUS) == 10 - 1


def test_under_a_limit_running_vcpus_take_their_part_too() -> None:
    host = replace(a_host(4 * GIB, 4 * GIB), overcommit=2.0, domains=(Domain(name="old", affinity=((0, 1), (0, 1))),))
    assert lost(host, a_guest(GIB, vcpus=(2,)), 0, future=PCPUS) == 100 - 10
