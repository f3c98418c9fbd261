"""A change of a host: sizes, pnodes that are out, another host."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from placer.errors import InputError
from placer.instance import Flexible, Guest, Instance
from placer.job.request import Request, from_instance
from placer.job.settled import settled
from placer.whatif.change import Change, changed, of_instance
from tests.support.building import GIB, a_guest, a_host, an_instance


def asked(*memory_kib: int, pcpus: int = 4) -> Request:
    host = a_host(*memory_kib, pcpus=pcpus)
    host = replace(host, pnodes=tuple(replace(pnode, reserve_kib=GIB) for pnode in host.pnodes))
    return settled(from_instance(an_instance(host, a_guest(GIB)), place="asked"))


def sizes(request: Request) -> list[tuple[int, int]]:
    return [(pnode.memory_kib // GIB, pnode.reserve_kib // GIB) for pnode in request.instance.host.pnodes]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (Change(reserve="2GiB"), [(8, 2), (8, 2), (4, 2)]),
        (Change(reserve="2=+2GiB"), [(8, 1), (8, 1), (4, 3)]),
        (Change(reserve="-1GiB"), [(8, 0), (8, 0), (4, 0)]),
        (Change(free="2=+32GiB"), [(8, 1), (8, 1), (36, 1)]),
        (Change(free="0=-8GiB"), [(0, 1), (8, 1), (4, 1)]),
        (Change(free="6GiB,1=3GiB"), [(6, 1), (3, 1), (6, 1)]),
        (Change(without=(1,)), [(8, 1), (0, 0), (4, 1)]),
        (Change(without=(1,), free="+1GiB", reserve="0"), [(9, 0), (0, 0), (5, 0)]),
    ],
)
def test_sizes_under_a_change(change: Change, expected: list[tuple[int, int]]) -> None:
    assert sizes(changed(asked(8 * GIB, 8 * GIB, 4 * GIB), change)) == expected


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (Change(without=(7,)), r"^--without: no pnode 7 on this host, expected one of 0-1$"),
        (Change(without=(0, 1)), r"^--without: without pnodes 0-1 no pnode of this host has free memory$"),
        (Change(free="7=1GiB"), r"^--free: no pnode 7 on this host, expected one of 0-1$"),
        (Change(free="1=-9GiB"), r'^--free: "1=-9GiB": pnode 1 has 8 GiB, expected at most that with a minus$'),
        (Change(reserve="-2GiB"), r'^--reserve: "-2GiB": pnode 0 has 1 GiB, expected at most that'),
        (Change(reserve="much"), r'^--reserve: "much": expected SIZE, \+SIZE or -SIZE, after ID= for one pnode \('),
        (Change(free="++1GiB"), r'^--free: "\+\+1GiB": expected SIZE, '),
        (Change(without=(1,), free="1=+1GiB"), r"^--free: no pnode 1 on this host, expected one of 0$"),
    ],
)
def test_a_change_that_the_host_cannot_have_is_refused_with_its_place(change: Change, fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        changed(asked(8 * GIB, 8 * GIB), change, place="--")


def test_a_host_keeps_some_pcpus() -> None:
    host = a_host(8 * GIB, 8 * GIB)
    host = replace(host, pnodes=(host.pnodes[0], replace(host.pnodes[1], pcpus=())))
    request = settled(from_instance(an_instance(host, a_guest(GIB)), place="asked"))
    with pytest.raises(InputError, match=r"^without: without pnode 0 no pnode of this host has pcpus$"):
        changed(request, Change(without=(0,)))
    assert sizes(changed(request, Change(without=(1,)))) == [(8, 0), (0, 0)]


def test_guests_are_split_anew_for_the_memory_that_is_left() -> None:
    """12 GiB are one vnode on a pnode of 16 GiB, and two at least where 8 GiB are free on each."""
    guest = Guest(name="db", flexible=Flexible(memory_kib=12 * GIB, vcpu_count=4))
    request = settled(from_instance(an_instance(a_host(16 * GIB, 16 * GIB), guest), place="asked"))

    def least(asked: Request) -> int:
        flexible = asked.instance.guests[0].flexible
        assert flexible is not None
        return flexible.least

    assert least(request) == 1
    assert least(changed(request, Change(free="8GiB"))) == 2
    assert least(changed(changed(request, Change(free="8GiB")), Change(free="16GiB"))) == 1


def test_another_host_takes_the_place_of_the_first_before_all_else() -> None:
    other = an_instance(a_host(2 * GIB, 3 * GIB), a_guest(GIB))
    under = changed(asked(8 * GIB, 8 * GIB), Change(instead=other, free="1=+1GiB"))
    assert sizes(under) == [(2, 0), (4, 0)]
    again = changed(asked(8 * GIB), Change(instead=settled(from_instance(other, place="other"))))
    assert sizes(again) == [(2, 0), (3, 0)]


def test_guests_of_an_instance_on_a_host_without_their_pnode_are_refused() -> None:
    bound = Guest(name="db", vnodes=a_guest(GIB).vnodes, pnodes=(2,))
    given = Instance(host=a_host(GIB, GIB, GIB), guests=(bound,))
    assert of_instance(given, a_host(GIB, GIB, 2 * GIB)).host.pnodes[2].memory_kib == 2 * GIB
    with pytest.raises(InputError, match=r'^guest "db" pnodes: no pnode 2 on this host, expected one of 0-1$'):
        of_instance(given, a_host(GIB, GIB))


@pytest.mark.parametrize(
    ("change", "title"),
    [
        (Change(reserve="2GiB"), "reserve 2GiB"),
        (Change(without=(3,)), "without pnode 3"),
        (Change(without=(3, 4), free="+1GiB"), "without pnodes 3-4, free +1GiB"),
        (Change(name="DIMM out", free="3=-32GiB"), "DIMM out"),
        (Change(instead=an_instance(replace(a_host(GIB), name="xen2"), a_guest(GIB))), "host xen2"),
        (Change(instead=an_instance(a_host(GIB), a_guest(GIB))), "another host"),
        (Change(), "no change"),
    ],
)
def test_a_change_is_named_by_what_it_states(change: Change, title: str) -> None:
    assert change.title == title
