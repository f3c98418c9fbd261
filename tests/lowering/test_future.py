"""The lowering of the worth of room, worked by hand."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from placer.instance import Domain, Instance, Objective
from placer.instance.future import FutureCapacity
from placer.lowering.future import each_shared, free_pcpus, future_capacity, room, taken_pcpus
from tests.support.building import GIB, MIB, a_guest, a_host

FUTURE = FutureCapacity(memory_step_kib=GIB, tables=[[[0], [3]], [[0, 1], [2, 8], [4, 9]]], table_of=[1, 0])


def test_tables_of_different_sizes_are_continued_by_their_last_entries() -> None:
    instance = Instance(host=a_host(2 * GIB, 5 * GIB), guests=(a_guest(GIB),), objective=Objective(future=FUTURE))
    (term,) = future_capacity(instance, with_unplaced_site=True)
    assert list(term.faults(1, 3)) == []
    # pnode 0 falls from 9 to 8; pnode 1 keeps more than one step; the unplaced site has no worth
    assert term.evaluate(np.array([[0], [1], [2]])).tolist() == [1, 0, 0]


def test_tables_that_say_the_same_of_all_room_are_no_term() -> None:
    flat = FutureCapacity(memory_step_kib=GIB, tables=[[[7], [7]]], table_of=[0])
    instance = Instance(host=a_host(GIB), guests=(a_guest(GIB),), objective=Objective(future=flat))
    assert future_capacity(instance, with_unplaced_site=False) == []


def test_room_is_what_is_free_less_the_reserve() -> None:
    pnode, other = a_host(2 * GIB, GIB).pnodes
    host = replace(a_host(GIB, GIB), pnodes=(replace(pnode, reserve_kib=3 * MIB), other))
    assert room(host) == ([2 * GIB - 3 * MIB, GIB], [4000, 4000])


def test_under_a_limit_running_and_shared_vcpus_take_their_part() -> None:
    host = replace(a_host(GIB, GIB), overcommit=1.5, domains=(Domain(name="old", affinity=((0, 1), (0, 1), (4,))),))
    assert each_shared(host) == 666
    assert free_pcpus(host) == [4000 - 2 * 666, 4000 - 666]
    guest = a_guest(GIB, vcpus=(3,), cpu_policy="mixed", dedicated_vcpus=(0,))
    assert taken_pcpus(guest, guest.vnodes[0], host) == 1000 + 2 * 666


def test_an_isolated_vcpu_takes_a_whole_core() -> None:
    host = a_host(GIB, pcpus=4)
    host = replace(host, pnodes=(replace(host.pnodes[0], cores=((0, 1), (2, 3))),))
    guest = a_guest(GIB, vcpus=(1,), cpu_policy="dedicated", thread_policy="isolate")
    assert taken_pcpus(guest, guest.vnodes[0], host) == 2000


def test_where_pcpus_are_set_aside_only_those_are_free_for_dedicated_vcpus() -> None:
    host = replace(
        a_host(GIB, GIB), overcommit=2.0, dedicated_pcpus=(0, 1, 4), domains=(Domain(name="d", affinity=((1,),)),)
    )
    assert (free_pcpus(host), each_shared(host)) == ([1000, 1000], 0)


def test_overhead_that_lies_with_a_vnode_takes_memory_and_columns_are_steps_of_pcpus() -> None:
    host = replace(a_host(2 * GIB, pcpus=4), overcommit=1.0)
    future = FutureCapacity(
        memory_step_kib=GIB, pcpu_step=2, tables=[[[0, 0, 0], [0, 1, 10], [0, 100, 1000]]], table_of=[0]
    )
    whole = a_guest(GIB, vcpus=(2,), form="whole", overhead_kib=MIB)
    (term,) = future_capacity(
        Instance(host=host, guests=(whole,), objective=Objective(future=future)), with_unplaced_site=False
    )
    # one step of pcpus is left, and less than one of memory
    assert term.evaluate(np.array([[0]])).tolist() == [1000]
    bare = replace(whole, overhead_kib=0)
    (term,) = future_capacity(
        Instance(host=host, guests=(bare,), objective=Objective(future=future)), with_unplaced_site=False
    )
    assert term.evaluate(np.array([[0]])).tolist() == [1000 - 1]
