"""Which guests are taken apart, and into how many vnodes."""

from __future__ import annotations

from msgspec.structs import replace

from placer.instance import Flexible, Guest, Host, Instance, Pnode, Rule, VnodeOf
from placer.solving.apart import loosened, only, settled_apart
from tests.support.building import GIB, a_guest, a_host


def a_row(*rows: tuple[int, int]) -> Host:
    """Pnodes of so many GiB and pcpus."""
    ends = [sum(count for _, count in rows[:p]) for p in range(len(rows) + 1)]
    return Host(
        pnodes=tuple(
            Pnode(id=p, memory_kib=gib * GIB, pcpus=tuple(range(ends[p], ends[p + 1])))
            for p, (gib, _) in enumerate(rows)
        )
    )


def ordinary(gib: int, vcpus: int, name: str = "db") -> Guest:
    return Guest(name=name, flexible=Flexible(memory_kib=gib * GIB, vcpu_count=vcpus), memory_apart=True)


def test_a_guest_that_fits_together_or_nowhere_is_left_alone() -> None:
    assert settled_apart(ordinary(4, 2), a_row((8, 2), (0, 4))) is None
    assert settled_apart(ordinary(4, 2), a_row((2, 2), (0, 4))) is None
    assert settled_apart(ordinary(4, 9), a_host(8 * GIB, 8 * GIB, pcpus=2)) is None  # both everywhere
    assert settled_apart(replace(ordinary(4, 2), memory_apart=False), a_row((8, 0), (0, 4))) is None


def test_a_guest_whose_memory_lies_only_where_no_pcpus_are_waits_for_the_solve() -> None:
    assert settled_apart(ordinary(4, 2), a_row((8, 0), (0, 4))) == (ordinary(4, 2).split_into(1), "")
    # a pnode with both, and too little memory
    assert settled_apart(ordinary(4, 2), a_row((8, 0), (1, 4))) == (ordinary(4, 2).split_into(1), "")


def test_a_guest_with_more_vcpus_than_the_pnodes_with_memory_have_pcpus_uses_the_others() -> None:
    settled = settled_apart(ordinary(6, 6), a_row((8, 2), (0, 2), (0, 2)))
    assert settled is not None
    assert [len(vnode.vcpus) for vnode in settled[0].vnodes] == [0, 0, 0, 2, 2, 2]
    assert settled[1].endswith("because the others have no pcpu for each of its 6")


def test_guests_are_taken_apart_in_as_few_vnodes_as_fit_alone_and_then_in_more() -> None:
    instance = Instance(host=a_row((8, 0), (0, 4)), guests=(ordinary(4, 2), a_guest(GIB, name="own")))
    cuts = list(loosened(instance))
    assert [[guest.seen_vnodes for guest in cut.guests] for cut in cuts] == [[1, 1], [2, 1], [3, 1], [4, 1]]
    assert cuts[0].guests[1] == instance.guests[1]
    assert only(instance, cuts[1], {"own"}) == instance
    assert only(instance, cuts[1], {"db"}) == cuts[1]


def test_nobody_is_taken_apart_who_may_not_be() -> None:
    ruled = Instance(
        host=a_row((8, 0), (0, 4)),
        guests=(a_guest(GIB, GIB, name="own", memory_apart=True),),
        rules=(Rule(together=(VnodeOf(guest="own", vnode=0), VnodeOf(guest="own", vnode=1))),),
    )
    assert list(loosened(ruled)) == []
    kept = replace(ruled, guests=(ordinary(4, 2), a_guest(GIB, name="own")), rules=(Rule(apart=("db", "own")),))
    assert len(list(loosened(kept))) == 4
    assert list(loosened(replace(ruled, rules=(), guests=(a_guest(GIB),)))) == []
    assert list(loosened(Instance(host=a_host(GIB, GIB), guests=(ordinary(4, 2),)))) == []


def test_a_guest_that_fits_nowhere_is_taken_apart_for_the_reason_alone() -> None:
    instance = Instance(host=a_row((8, 0), (0, 4)), guests=(ordinary(9, 2), ordinary(4, 2, "small")))
    first = next(loosened(instance))
    assert [len(guest.vnodes) for guest in first.guests] == [2, 2]
    placeable = next(loosened(instance, misfits=False))
    assert [len(guest.vnodes) for guest in placeable.guests] == [0, 2]


def test_a_guest_that_shall_see_one_node_stays_in_one_piece() -> None:
    guest = replace(ordinary(4, 2), form="set")
    settled = settled_apart(guest, a_row((8, 0), (0, 4)))
    assert settled is not None
    assert settled[0].flexible is not None
    assert settled[0].flexible.counts == range(1, 2)
    cuts = list(loosened(Instance(host=a_row((8, 0), (0, 4)), guests=(settled[0],))))
    assert [(cut.guests[0].form, len(cut.guests[0].vnodes)) for cut in cuts] == [("whole", 2)]
