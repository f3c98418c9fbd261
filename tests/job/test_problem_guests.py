"""A guest as the problem has it: which memory is placed, and what makes no guest."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from placer.errors import InputError
from placer.formats.base import GuestSource, ParsedGuest, ParsedHost
from placer.instance import Vnode
from placer.job.problem_guests import less_stubdomains
from placer.job.request import assemble
from tests.support.building import GIB, a_host

HOST = ParsedHost(host=a_host(8 * GIB, 8 * GIB), notes=("the host says so",))


def a_reading(name: str = "db", **more: Any) -> ParsedGuest:
    given: dict[str, Any] = {"type": "hvm", "vcpu_count": 2, "memory_kib": GIB, "maxmem_kib": GIB}
    source = GuestSource(kind="xl", place=f"{name}.cfg", text="")
    return ParsedGuest(name=name, source=source, **(given | more))


def test_two_guests_of_one_name_are_refused_where_the_second_stands() -> None:
    with pytest.raises(InputError, match=r'^db\.cfg: two guests have the name "db"$'):
        assemble(HOST, [a_reading(), a_reading()])

    with pytest.raises(InputError, match=r'^two\.cfg: two guests have the name "db", the other in db\.cfg$'):
        assemble(HOST, [a_reading(), replace(a_reading("two"), name="db")])


@pytest.mark.parametrize(
    ("choice", "kib"), [(None, (GIB, 2 * GIB)), ("maxmem", (2 * GIB,) * 2), ("memory", (GIB,) * 2)]
)
def test_memory_below_maxmem_is_placed_as_chosen(choice: Any, kib: tuple[int, int]) -> None:
    request = assemble(HOST, [a_reading(maxmem_kib=2 * GIB)], memory=choice)

    reading = request.readings["db"]
    assert (reading.memory_kib, reading.maxmem_kib) == kib
    assert request.instance.guests[0].memory_kib == kib[0]
    assert [note for note in request.notes if "maxmem" in note] == []  # whether it gets vnuma is not known yet


def test_memory_cannot_be_chosen_for_vnodes_that_sum_to_maxmem() -> None:
    reading = a_reading(maxmem_kib=2 * GIB, vnodes=(Vnode(memory_kib=2 * GIB, vcpus=(0, 1)),))

    with pytest.raises(InputError, match=r'^db\.cfg: guest "db" has memory 1 GiB, maxmem 2 GiB, and its vnodes sum to'):
        assemble(HOST, [reading], memory="memory")
    assert assemble(HOST, [reading], memory="maxmem").readings["db"].memory_kib == 2 * GIB


def test_what_makes_no_guest_is_refused_with_its_file() -> None:
    with pytest.raises(InputError, match=r"^db\.cfg: hard_affinity has 1 entries for 2 vcpus$"):
        assemble(HOST, [a_reading(hard_affinity=((0,),))])
    with pytest.raises(InputError, match=r"^db\.cfg: name 'd\\nb' holds a control character$"):
        assemble(HOST, [replace(a_reading(), name="d\nb")])


def test_what_stub_domains_take_is_taken_off_the_host() -> None:
    host = a_host(8 * GIB, 8 * GIB)
    assert less_stubdomains(host, [a_reading()]) is host

    assert less_stubdomains(host, [a_reading(stubdomain_kib=2), a_reading("web", stubdomain_kib=5)]).claimed_kib == 7
