"""Rules as sentences with their figures."""

from __future__ import annotations

from msgspec.structs import replace

from placer.explain.words import demand, free_memory, owned, relation
from placer.instance import Pnode, Rule
from tests.support.building import GIB, a_guest, a_host


def test_what_reserve_and_overhead_take_is_told_even_beyond_what_is_free() -> None:
    pnode = Pnode(id=0, memory_kib=GIB)
    assert free_memory(pnode, GIB) == "1 GiB free"
    assert free_memory(pnode, -2 * GIB) == "1 GiB free, less 3 GiB of reserve and overhead"


def test_a_guest_says_its_sizes_and_its_dedicated_vcpus() -> None:
    assert demand(a_guest(GIB, GIB)) == 'guest "db" needs 2 x 1 GiB'
    assert demand(a_guest(GIB, 2 * GIB)) == 'guest "db" needs 1 GiB and 2 GiB'
    assert demand(a_guest(GIB, cpu_policy="dedicated")).endswith("1 dedicated vcpus (thread_policy prefer)")


def test_an_exclusive_member_says_that_running_guests_are_in_its_way_only_where_they_are() -> None:
    rule = Rule(exclusive="a")
    assert relation(rule, disturbed=False) == 'exclusive: no other guest stands on a pnode of guest "a"'
    assert relation(rule, disturbed=True).endswith('of guest "a", and no running guest is bound to one')


def test_only_pcpus_for_dedicated_vcpus_count_where_the_host_states_them() -> None:
    host = replace(a_host(GIB, GIB), dedicated_pcpus=(1, 2, 5))
    assert owned(host, 0).startswith("pnode 0 has 2 pcpus for dedicated vcpus")
    assert owned(a_host(GIB), 0).startswith("pnode 0 has 4 pcpus")
