"""Huge pages as capacities."""

from __future__ import annotations

from placer.assignment import Status
from placer.instance import Flexible, Guest, Host, HugePages, Instance, Pnode
from placer.lowering.huge_pages import huge_pages
from placer.lowering.lower import lower
from placer.solving.pipeline import solve
from tests.support.building import GIB, MIB, a_guest

HOST = Host(
    pnodes=(
        Pnode(id=0, memory_kib=GIB, pcpus=(0, 1), huge_pages=(HugePages(page_size=GIB, total=4, free=2),)),
        Pnode(id=1, memory_kib=4, pcpus=(2, 3), huge_pages=(HugePages(page_size=2 * MIB, total=1024),)),
    )
)


def test_each_size_in_use_is_a_resource_of_its_own() -> None:
    guests = (a_guest(2 * GIB, page_size=GIB), a_guest(GIB, name="web", page_size=2 * MIB), a_guest(4, name="cache"))
    resources = huge_pages(Instance(host=HOST, guests=guests), with_unplaced_site=True)
    assert [r.name for r in resources] == ["huge_pages:2048", "huge_pages:1048576"]
    assert [r.weight.tolist() for r in resources] == [[0, 512, 0], [2, 0, 0]]
    assert [r.capacity.tolist() for r in resources] == [[0, 1024, 512], [2, 0, 2]]
    memory = lower(Instance(host=HOST, guests=guests)).problem.resources[0]
    assert memory.weight.tolist() == [0, 0, 4]


def test_nothing_in_huge_pages_needs_no_resource() -> None:
    assert huge_pages(Instance(host=HOST, guests=(a_guest(4),)), with_unplaced_site=False) == []


def test_a_flexible_guest_is_cut_where_no_pnode_has_its_pages() -> None:
    pnodes = tuple(
        Pnode(id=p, memory_kib=MIB, pcpus=(2 * p, 2 * p + 1), huge_pages=(HugePages(page_size=GIB, total=3),))
        for p in (0, 1)
    )
    flexible = Flexible(memory_kib=5 * GIB, vcpu_count=2)
    answer = solve(Instance(host=Host(pnodes=pnodes), guests=(Guest(name="db", flexible=flexible, page_size=GIB),)))
    assert answer.status is Status.OPTIMAL
    assert answer.instance is not None
    assert sorted(vnode.memory_kib // GIB for vnode in answer.instance.guests[0].vnodes) == [2, 3]
