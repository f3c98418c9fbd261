"""An earlier placement beside an instance that changed, by hand."""

from __future__ import annotations

from msgspec.structs import replace

from placer.instance import Flexible, Guest, Instance, Placement
from placer.instance.previous import Moved, as_earlier_apart, differences, moved, restricted_to
from tests.support.building import GIB, a_guest, a_host, an_instance

INSTANCE = Instance(
    host=a_host(4 * GIB, 4 * GIB),
    guests=(
        a_guest(GIB, GIB, name="db"),
        a_guest(GIB, GIB, name="app"),
        Guest(name="web", flexible=Flexible(memory_kib=GIB, vcpu_count=4, least=2, most=3)),
        a_guest(GIB, name="new"),
    ),
)
EARLIER = Placement(
    pnode_of={"db": (1, 7), "app": (0,), "web": (1, 0, None), "gone": (0,)}, pcpu_of={"db": (0, 1), "gone": (2,)}
)


def test_of_an_earlier_placement_stays_what_the_instance_still_has() -> None:
    assert restricted_to(EARLIER, INSTANCE) == Placement(
        pnode_of={"db": (1, None), "app": (None, None), "web": (1, 0, None), "new": (None,)}
    )


def test_what_differs_is_said() -> None:
    assert differences(EARLIER, INSTANCE) == [
        'guest "db": no pnode 7 on this host',
        'guest "app" has 2 vnodes, 1 in it',
        'guest "new" is not in it',
        'its guest "gone" is not placed here',
    ]
    same = Placement(pnode_of={"db": (0, 1), "app": (0, None), "web": (0, 0), "new": (1,)})
    assert differences(same, INSTANCE) == []


def test_guests_that_differ_alike_share_a_line() -> None:
    other = Placement(pnode_of={"db": (0,), "x": (0,), "y": (1,)})
    assert differences(other, INSTANCE) == [
        'guest "db" has 2 vnodes, 1 in it',
        "each of 3 guests is not in it: app, web, new",
        'its guests "x", "y" are not placed here',
    ]


def test_a_flexible_guest_may_have_had_only_as_many_vnodes_as_it_may_have_now() -> None:
    four = Placement(pnode_of={"db": (0, 0), "app": (0, 0), "web": (0, 0, 0, 0), "new": (0,)})
    assert differences(four, INSTANCE) == ['guest "web" has 2 to 3 vnodes, 4 in it']


def test_a_vnode_moves_from_a_pnode_to_another_or_to_none() -> None:
    earlier = Placement(pnode_of={"db": (0, 1), "app": (None, 1), "web": (0, 0)})
    later = Placement(pnode_of={"db": (1, 1), "app": (0, None), "web": (1, 1, 1)})
    assert moved(earlier, later) == (
        Moved(guest="db", vnode=0, before=0, after=1),
        Moved(guest="app", vnode=1, before=1, after=None),
    )


def test_guests_that_were_taken_apart_are_seen_so_where_they_still_may_be() -> None:
    instance = an_instance(
        a_host(GIB, GIB),
        a_guest(GIB, vcpus=(2,), name="may", form="whole", memory_apart=True),
        a_guest(GIB, vcpus=(2,), name="not", form="whole"),
        a_guest(GIB, vcpus=(2,), name="now", form="whole", memory_apart=True),
    )
    old = Placement(pnode_of={"may": (0, 1), "not": (0, 1), "now": (0,), "gone": (0, 1)}, apart=("may", "not", "gone"))
    assert [len(guest.vnodes) for guest in as_earlier_apart(instance, old).guests] == [2, 1, 1]
    assert as_earlier_apart(instance, replace(old, apart=())) is instance
    assert restricted_to(old, as_earlier_apart(instance, old)).pnode_of == {"may": (0, 1), "not": (None,), "now": (0,)}
