"""Huge pages of each size on each pnode."""

from __future__ import annotations

from placer.check import check
from placer.instance import Guest, Host, HugePages, Instance, Placement, Pnode, Vnode
from tests.support.building import GIB, MIB, a_guest

HOST = Host(
    pnodes=(
        Pnode(id=0, memory_kib=GIB, pcpus=(0,), huge_pages=(HugePages(page_size=GIB, total=4, free=2),)),
        Pnode(id=1, memory_kib=4 * GIB, pcpus=(1,), huge_pages=(HugePages(page_size=2 * MIB, total=600),)),
    )
)


def broken(*guests: Guest, **pnode_of: tuple[int | None, ...]) -> list[tuple[str, str]]:
    verdict = check(Instance(host=HOST, guests=guests), Placement(pnode_of=pnode_of))
    return [(violation.rule, violation.message) for violation in verdict.violations]


def test_pages_that_are_not_free_and_pools_of_another_size_hold_nothing() -> None:
    guests = (a_guest(2 * GIB, page_size=GIB), a_guest(GIB, name="web", page_size=GIB))
    assert broken(guests[0], db=(0,)) == []
    assert broken(*guests, db=(0,), web=(0,)) == [
        (
            "huge_pages",
            "pnode 0 has 2 free huge pages of 1 GiB, its vnodes need 3: "
            'guest "db" vnode 0 (2), guest "web" vnode 0 (1)',
        )
    ]
    assert broken(guests[1], web=(1,)) == [
        ("huge_pages", 'pnode 1 has 0 free huge pages of 1 GiB, its vnodes need 1: guest "web" vnode 0 (1)')
    ]


def test_ordinary_memory_and_huge_pages_do_not_stand_in_for_each_other() -> None:
    assert [rule for rule, _ in broken(a_guest(2 * GIB), db=(0,))] == ["memory"]
    mixed = Guest(name="db", vnodes=(Vnode(memory_kib=GIB, page_size=GIB), Vnode(memory_kib=GIB, vcpus=(0,))))
    assert broken(mixed, db=(0, 0)) == []
    assert broken(a_guest(GIB, page_size=2 * MIB, form="whole", overhead_kib=GIB), db=(1,)) == []
    assert [rule for rule, _ in broken(a_guest(GIB, page_size=GIB, form="whole", overhead_kib=2 * GIB), db=(0,))] == [
        "memory"
    ]
