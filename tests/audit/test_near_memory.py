"""Affinity against memory, for guests that state no pnodes."""

from __future__ import annotations

from placer.audit.near_memory import affinity_faults, near_pnodes
from placer.formats.xl.list_domains import RunningGuest
from placer.formats.xl.numa_dump import DumpedDomain
from placer.instance import Domain, Host, Pnode, Vnode
from tests.support.building import GIB, MIB, a_host

HOST = a_host(GIB, GIB, GIB, pcpus=2)
"""Pcpus 0-1 on pnode 0, 2-3 on pnode 1, 4-5 on pnode 2."""
NOTHING: tuple[list[str], list[str]] = ([], [])


def judged(
    *masks: tuple[int, ...] | None, on: dict[int, int], free_kib: int = MIB, host: Host = HOST
) -> tuple[list[str], list[str]]:
    return affinity_faults(Domain(name="a", domid=1, affinity=masks), on, free_kib, host)


def test_vcpus_are_near_if_their_mask_has_a_pcpu_beside_much_of_the_memory() -> None:
    assert judged((0,), (0, 2), None, on={0: 64 * MIB, 1: 0, 2: 0}) == NOTHING
    assert judged((0,), (2,), on={0: 32 * MIB, 1: 32 * MIB, 2: MIB}) == NOTHING


def test_vcpus_bound_elsewhere_are_named_by_their_masks() -> None:
    assert judged((0,), (2, 3), (2, 3), (4,), on={0: 64 * MIB, 1: 0, 2: MIB}) == (
        [],
        [
            "vcpus 1-2 may run on pcpus 2-3, none of them on pnode 0, where the memory lies",
            "vcpus 3 may run on pcpus 4, none of them on pnode 0, where the memory lies",
        ],
    )


def test_memory_far_from_every_vcpu_is_named_if_it_is_more_than_xen_places_freely() -> None:
    assert judged((0,), on={0: 64 * MIB, 1: MIB // 2, 2: MIB // 2}) == NOTHING
    assert judged((0,), on={0: 64 * MIB, 1: MIB // 2, 2: MIB}) == (
        ["memory lies away from pnode 0, to which all its vcpus are bound: 512 KiB on pnode 1, 1 MiB on pnode 2"],
        [],
    )


def test_memory_on_a_pnode_without_pcpus_is_far_from_any_pcpu() -> None:
    host = Host(pnodes=(Pnode(id=0, memory_kib=GIB, pcpus=(0, 1)), Pnode(id=1, memory_kib=GIB)))
    assert judged((0,), on={0: 0, 1: 64 * MIB}, host=host) == NOTHING


def test_a_domain_without_vcpus_or_memory_has_no_fault() -> None:
    assert judged(on={0: 64 * MIB, 1: 0, 2: 0}) == NOTHING
    assert judged((0,), on={0: 0, 1: 0, 2: 0}) == NOTHING


def near(pnode_of: tuple[int | None, ...] | None, on: dict[int, int]) -> list[set[int]]:
    vnodes = (Vnode(memory_kib=MIB, vcpus=(0, 2), pnode=0), Vnode(memory_kib=MIB, vcpus=(1,), pnode=1))
    guest = RunningGuest(
        domain=Domain(name="a", domid=1, affinity=(None,) * 3),
        memory_kib=2 * MIB,
        video_kib=0,
        vnodes=vnodes if pnode_of else None,
        stated=None,
    )
    there = DumpedDomain(domid=1, memory_kib=on, pnode_of=pnode_of)
    return [set(places) for places in near_pnodes(guest, there, 176 * 4)]


def test_the_memory_of_a_vcpu_is_that_of_its_vnode_else_all_of_its_guest() -> None:
    assert near((2, 1), {0: 0, 1: MIB, 2: MIB}) == [{2}, {1}, {2}]
    assert near((2, None), {0: 0, 1: MIB, 2: MIB}) == [{2}, {1, 2}, {2}]
    assert near(None, {0: 100, 1: MIB, 2: MIB}) == [{1, 2}] * 3
    assert near(None, {0: 100, 1: 0, 2: 0}) == [{0}] * 3
