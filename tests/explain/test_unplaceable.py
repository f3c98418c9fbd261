"""Contradictions that need no search."""

from __future__ import annotations

from msgspec.structs import replace

from placer.explain.unplaceable import exceeds_capacity, stuck_vnodes
from placer.instance import Domain, Instance
from placer.lowering.lower import lower
from tests.support.building import GIB, a_guest, a_host, an_instance


def stuck(instance: Instance) -> list[str]:
    return stuck_vnodes(instance, lower(instance, allow_unplaced=True).problem)


def test_a_vnode_that_some_pnode_can_take_alone_is_not_stuck() -> None:
    assert stuck(an_instance(a_host(GIB, 4 * GIB), a_guest(4 * GIB, 4 * GIB))) == []


def test_only_the_pnodes_that_a_vnode_may_use_count() -> None:
    guest = a_guest(3 * GIB, GIB, pnodes=(0,))
    assert stuck(an_instance(a_host(2 * GIB, 4 * GIB), guest)) == [
        'guest "db" vnode 0 needs 3 GiB; the most that a pnode it may use has for guests is 2 GiB, on pnode 0: '
        "1 GiB less would fit"
    ]


def test_the_vnode_is_numbered_within_its_guest() -> None:
    (line,) = stuck(an_instance(a_host(2 * GIB), a_guest(GIB, GIB), a_guest(GIB, 3 * GIB, name="web")))
    assert line.startswith('guest "web" vnode 1 needs 3 GiB')


def test_every_rule_that_excludes_pnodes_is_named_with_what_it_leaves() -> None:
    host = a_host(4 * GIB, 4 * GIB)
    guest = replace(a_guest(GIB, pnodes=(0,)), hard_affinity=(host.pnodes[1].pcpus,))
    assert stuck(an_instance(host, guest)) == [
        'guest "db" vnode 0: no pnode is allowed: its list of pnodes allows only 0, '
        "its need of pcpus (hard affinity) allows only 1"
    ]


def test_too_many_vcpus_for_any_pnode_with_memory_for_them_are_told() -> None:
    """Pnode 1 has 4 pcpus at 1 vcpu each and runs 1; pnode 0 lacks memory."""
    running = Domain(name="dom", affinity=((4, 5, 6, 7),))
    host = replace(a_host(GIB, 4 * GIB), overcommit=1, domains=(running,))
    (line,) = stuck(an_instance(host, a_guest(2 * GIB, vcpus=(4,))))
    assert line == (
        'guest "db" vnode 0 has 4 vcpus; of the pnodes that it may use and that have memory for it, none has '
        "room for more than 3 (overcommit, running vcpus counted)"
    )
    assert stuck(an_instance(host, a_guest(2 * GIB, vcpus=(3,)))) == []


def test_memory_beyond_all_pnodes_is_told_as_a_sum() -> None:
    def told(*sizes: int) -> list[str]:
        instance = an_instance(a_host(5 * GIB, 5 * GIB), a_guest(*sizes))
        return exceeds_capacity(instance, lower(instance, allow_unplaced=True).problem)

    assert told(4 * GIB, 4 * GIB, 2 * GIB) == []
    assert told(4 * GIB, 4 * GIB, 3 * GIB) == [
        "the guests need 11 GiB in all; the pnodes have 10 GiB for guests, 1 GiB too little"
    ]
