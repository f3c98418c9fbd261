"""The judge on rules between guests: what is broken, in words."""

from __future__ import annotations

from msgspec.structs import replace

from placer.check import check
from placer.instance import Domain, Guest, Instance, Placement, Rule, VnodeOf
from tests.support.building import GIB, a_guest, a_host, an_instance

HOST = a_host(4 * GIB, 4 * GIB, 4 * GIB)
GUESTS = (a_guest(GIB, GIB, name="a"), a_guest(GIB, name="b"), a_guest(GIB, name="c"))


def broken(instance: Instance, *pnodes: tuple[int | None, ...]) -> list[tuple[str, str]]:
    placement = Placement(pnode_of={g.name: p for g, p in zip(instance.guests, pnodes, strict=True)})
    return [(v.rule, v.message) for v in check(instance, placement, allow_unplaced=True).violations]


def ruled(rule: Rule, guests: tuple[Guest, ...] = GUESTS) -> Instance:
    return replace(an_instance(HOST, *guests), rules=(rule,))


def test_guests_that_stay_apart_share_no_pnode() -> None:
    instance = ruled(Rule(apart=("a", "b", "c")))
    assert broken(instance, (0, 0), (1,), (2,)) == []
    assert broken(instance, (0, 0), (None,), (None,)) == []
    assert broken(instance, (0, 1), (1,), (1,)) == [
        ("apart", 'pnode 1 holds guest "a", guest "b" and guest "c", which are to stay apart')
    ]


def test_only_the_vnode_that_a_rule_names_counts() -> None:
    instance = ruled(Rule(apart=(VnodeOf(guest="a", vnode=1), "b")))
    assert broken(instance, (0, 1), (0,), (1,)) == []
    assert broken(instance, (0, 1), (1,), (1,)) == [
        ("apart", 'pnode 1 holds guest "a" vnode 1 and guest "b", which are to stay apart')
    ]


def test_those_that_stand_together_are_on_one_pnode() -> None:
    instance = ruled(Rule(together=(VnodeOf(guest="a", vnode=0), "b", "c")))
    assert broken(instance, (2, 0), (2,), (2,)) == []
    assert broken(instance, (2, 0), (None,), (2,)) == []
    assert broken(instance, (2, 2), (0,), (2,)) == [
        (
            "together",
            'guest "a" vnode 0, guest "b" and guest "c" stand on pnodes 0,2, they are to stand together on one',
        )
    ]


def test_an_exclusive_pnode_holds_nobody_else_and_no_running_guest_bound_to_it() -> None:
    bound, free = Domain(name="bound", affinity=((4,), (5, 8))), Domain(name="free", affinity=(None, (0,)))
    instance = replace(ruled(Rule(exclusive="a")), host=replace(HOST, domains=(bound, free)))
    assert broken(instance, (0, 0), (1,), (2,)) == []
    assert broken(instance, (0, 2), (0,), (1,)) == [
        ("exclusive", 'pnode 0 of guest "a" is to be exclusive, it also holds guest "b"'),
        ("exclusive", 'pnode 2 of guest "a" is to be exclusive, it also holds running guest "bound"'),
    ]


def test_one_to_one_forbids_two_vnodes_of_a_guest_on_one_pnode() -> None:
    instance = an_instance(HOST, replace(GUESTS[0], one_to_one=True), GUESTS[1])
    assert broken(instance, (0, 1), (1,)) == []
    assert broken(instance, (None, None), (1,)) == []
    assert broken(instance, (1, 1), (1,)) == [
        ("one_to_one", 'guest "a" vnodes 0-1 stand on pnode 1, one_to_one gives each a pnode of its own')
    ]
