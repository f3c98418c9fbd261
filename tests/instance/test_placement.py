"""What keeps a placement from being one of an instance, by hand."""

from __future__ import annotations

from placer.instance import Flexible, Guest, Instance, Placement
from tests.support.building import GIB, a_guest, a_host

INSTANCE = Instance(
    host=a_host(4 * GIB, 4 * GIB),
    guests=(
        a_guest(GIB, GIB, name="db", cpu_policy="dedicated"),
        Guest(name="web", flexible=Flexible(memory_kib=GIB, vcpu_count=4, least=2, most=3)),
    ),
)


def test_a_placement_with_a_pnode_or_none_for_each_vnode_has_no_faults() -> None:
    placement = Placement(pnode_of={"db": (1, None), "web": (0, 1, 1)}, pcpu_of={"db": (7, None)})
    assert placement.faults(INSTANCE) == []
    assert placement.counts() == {"db": 2, "web": 3}


def test_it_is_complete_when_every_vnode_has_a_pnode() -> None:
    assert Placement(pnode_of={"db": (0, 1)}).complete()
    assert not Placement(pnode_of={"db": (0, 1), "web": (0, None)}).complete()


def test_missing_and_unknown_guests_are_named() -> None:
    placement = Placement(pnode_of={"db": (0, 0), "app": (0,)}, pcpu_of={"mail": (0,)})
    assert placement.faults(INSTANCE) == [
        'no guest "app" in the instance',
        'guest "web" is missing',
        'pcpus: no guest "mail" in the instance',
    ]


def test_wrong_numbers_of_vnodes_and_vcpus_are_named() -> None:
    placement = Placement(pnode_of={"db": (0,), "web": (0, 0, 0, 0)}, pcpu_of={"db": (0, 1, 2)})
    assert placement.faults(INSTANCE) == [
        'guest "db" has 1 pnodes for 2 vnodes',
        'guest "web" has 4 pnodes for 2 to 3 vnodes',
        'guest "db" has 3 pcpus for 2 vcpus',
    ]


def test_pnodes_and_pcpus_that_the_host_does_not_have_are_named() -> None:
    placement = Placement(pnode_of={"db": (2, 0), "web": (0, 1)}, pcpu_of={"db": (8, 0)})
    assert placement.faults(INSTANCE) == ['guest "db": no pnode 2 on this host', 'guest "db": no pcpu 8 on this host']
