"""Memory capacities and the shares of overhead, worked by hand. Sizes in KiB."""

from __future__ import annotations

from typing import Any

import pytest

from placer.instance import Guest, Host, Pnode
from placer.lowering.memory import free_memory, guest_memory, overhead_pnodes
from tests.support.building import GIB, a_guest, a_host, an_instance


def memory(host: Host, *guests: Guest, with_unplaced_site: bool = False) -> tuple[list[int], list[int]]:
    resource = guest_memory(an_instance(host, *guests), with_unplaced_site=with_unplaced_site)
    return resource.weight.tolist(), resource.capacity.tolist()


def test_capacity_is_free_memory_less_the_reserve_and_never_negative() -> None:
    host = Host(
        pnodes=(
            Pnode(id=0, memory_kib=100, reserve_kib=30, pcpus=(0,)),
            Pnode(id=1, memory_kib=20, reserve_kib=30, pcpus=(1,)),
        )
    )
    assert memory(host, a_guest(5, 6), a_guest(7, name="b")) == ([5, 6, 7], [70, 0])


def test_no_pnode_holds_everything() -> None:
    assert memory(a_host(10, 10), a_guest(5, 6), a_guest(7, name="b"), with_unplaced_site=True) == (
        [5, 6, 7],
        [10, 10, 18],
    )


def test_overhead_lands_in_equal_parts_of_whole_pages_on_every_pnode_with_memory() -> None:
    # 100 over the two with memory is 50 each, 52 in pages; 9 is 4.5 each, 8 in pages
    guests = a_guest(5, overhead_kib=100), a_guest(7, name="b", overhead_kib=9)
    assert memory(a_host(1000, 0, 500), *guests) == ([5, 7], [1000 - 60, 0, 500 - 60])


def test_overhead_may_leave_a_pnode_nothing() -> None:
    assert memory(a_host(1000, 40), a_guest(5, overhead_kib=100)) == ([5], [948, 0])


def test_a_guest_written_whole_takes_its_overhead_along() -> None:
    assert memory(a_host(100, 100), a_guest(50, form="whole", overhead_kib=21)) == ([74], [100, 100])


@pytest.mark.parametrize(
    ("masks", "pnodes"),
    [
        ({"hard_affinity": ((0,), (2, 3))}, [0, 1]),
        ({"hard_affinity": ((0,), None)}, [0, 1, 3]),
        ({"soft_affinity": ((6,), (7,))}, [3]),
        ({"hard_affinity": ((0, 6), (2, 6)), "soft_affinity": ((6,), (7,))}, [3]),
        ({"hard_affinity": ((0,), (1,)), "soft_affinity": ((6,), (7,))}, [0]),
        ({"hard_affinity": ((4,), (5,))}, [0, 1, 3, 4]),
        ({"hard_affinity": (None, None)}, [0, 1, 3, 4]),
        ({"soft_affinity": (None, None)}, [0, 1, 3, 4]),
        ({}, [0, 1, 3, 4]),
    ],
    ids=[
        "the pnodes of all hard masks",
        "all pnodes with pcpus where a vcpu has no mask",
        "the pnodes of the soft masks",
        "of both where they meet",
        "of the hard ones where they do not",
        "all where those have no memory",
        "all where no vcpu has a hard mask",
        "all where no vcpu has a soft mask",
        "all without masks",
    ],
)
def test_overhead_lands_on_the_node_affinity_while_the_guest_is_built(masks: dict[str, Any], pnodes: list[int]) -> None:
    # pnode 2 has no memory, pnode 4 no pcpus
    pnodes_of_host = [
        Pnode(id=10 * p, memory_kib=0 if p == 2 else GIB, pcpus=(2 * p, 2 * p + 1) if p < 4 else ()) for p in range(5)
    ]
    assert overhead_pnodes(a_guest(5, 5, **masks), Host(pnodes=tuple(pnodes_of_host))) == pnodes


def test_the_greedy_of_2013_sees_free_memory_without_reserve_or_overhead() -> None:
    host = Host(pnodes=(Pnode(id=0, memory_kib=100, reserve_kib=30, pcpus=(0,)),))
    guest = a_guest(50, form="whole", overhead_kib=21)
    resource = free_memory(an_instance(host, guest))
    assert (resource.weight.tolist(), resource.capacity.tolist()) == ([50], [100, 50])
