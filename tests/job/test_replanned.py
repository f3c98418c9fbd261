"""Guests that run already: which domains they are, and what their host has without them."""

from __future__ import annotations

from dataclasses import replace as change
from typing import Any

from msgspec.structs import replace

from placer.formats.base import ParsedGuest, ParsedHost, RunningFacts
from placer.instance import Domain
from placer.job.load import load_notes
from placer.job.replanned import replanned, still_load_notes
from tests.support.building import GIB, a_guest, a_host, an_instance

DOM0 = Domain(name="Domain-0", domid=0, affinity=(None,))
DB = Domain(name="db", domid=3, affinity=(None, None))
WEB = Domain(name="web", domid=5, affinity=(None,))
HOST = replace(a_host(GIB, 2 * GIB), domains=(DOM0, DB, WEB))
HELD = {0: {0: GIB, 1: 0}, 3: {0: 3 * GIB, 1: GIB}, 5: {0: 0, 1: GIB}}


def a_reading(name: str, **more: Any) -> ParsedGuest:
    return ParsedGuest(name=name, type="hvm", vcpu_count=1, memory_kib=GIB, maxmem_kib=GIB, **more)


def left(*guests: ParsedGuest, facts: RunningFacts | None = None) -> tuple[list[str], list[int], str]:
    """Give the domains that stay, the free memory of the pnodes in GiB, and the notes."""
    found = replanned(ParsedHost(host=HOST, running=facts), guests)
    sizes = [pnode.memory_kib // GIB for pnode in found.host.pnodes]
    return [domain.name for domain in found.host.domains], sizes, "\n".join(found.notes)


def test_a_domain_is_a_guest_by_its_name_or_its_domid() -> None:
    assert left(a_reading("db", domid=3))[0] == ["Domain-0", "web"]
    assert left(a_reading("db"))[0] == ["Domain-0", "web"]
    stay, _, notes = left(a_reading("renamed", domid=3))
    assert stay == ["Domain-0", "web"]
    assert 'guest "renamed" is taken for domain 3 "db", which has its domid' in notes
    assert left(a_reading("new"), a_reading("new2", domid=9))[0] == ["Domain-0", "db", "web"]


def test_the_stub_domain_of_a_guest_leaves_with_it_and_gives_its_memory_back() -> None:
    stub = Domain(name="db-dm", domid=4, affinity=(None,))
    facts = RunningFacts(memory_kib=HELD | {4: {0: GIB, 1: 0}})
    host = replace(HOST, domains=(*HOST.domains, stub, Domain(name="mail-dm", domid=6, affinity=(None,))))
    found = replanned(ParsedHost(host=host, running=facts), [a_reading("db")])
    assert [domain.name for domain in found.host.domains] == ["Domain-0", "web", "mail-dm"]
    assert [pnode.memory_kib // GIB for pnode in found.host.pnodes] == [5, 3]
    assert "1 of the guests runs already; placed anew, their 3 vcpus are no load: db" in found.notes


def test_domain_0_never_leaves() -> None:
    assert left(a_reading("Domain-0"), a_reading("dom0", domid=0))[0] == ["Domain-0", "db", "web"]


def test_a_name_says_more_than_an_old_domid() -> None:
    assert left(a_reading("db", domid=5))[0] == ["Domain-0", "web"]  # db had that domid before it was started anew
    assert left(a_reading("db", domid=5), a_reading("web", domid=3))[0] == ["Domain-0"]


def test_guests_of_another_host_are_told_by_their_uuids() -> None:
    facts = RunningFacts(uuid_of={3: "AA-1", 5: "bb-2"})
    assert left(a_reading("mail", domid=3, uuid="cc-3"), facts=facts)[0] == ["Domain-0", "db", "web"]
    assert left(a_reading("mail", domid=3, uuid="aa-1"), facts=facts)[0] == ["Domain-0", "web"]
    stay, _, notes = left(a_reading("db", domid=3, uuid="cc-3"), facts=facts)
    assert stay == ["Domain-0", "db", "web"]
    assert 'guest "db" has the name of domain 3, which has another uuid and stays load: it needs another name' in notes


def test_a_guest_known_by_its_name_alone_is_remarked_upon() -> None:
    assert "known by their names alone: db; a new guest needs another name, xl starts no second" in left(
        a_reading("db"), a_reading("web", domid=5)
    )[2]  # fmt: skip
    assert "alone" not in left(a_reading("db", domid=3))[2]


def test_what_they_hold_comes_back_where_it_is_known() -> None:
    guests = a_reading("db", domid=3), a_reading("web")
    _, sizes, notes = left(*guests)
    assert sizes == [1, 2]
    assert "2 of the guests run already; placed anew, their 3 vcpus are no load: db, web" in notes
    assert "memory that these hold is not counted as free: --numa-dump reads from xl dmesg where it lies, or" in notes
    _, sizes, notes = left(*guests, facts=RunningFacts(memory_kib=HELD))
    assert sizes == [1 + 3, 2 + 1 + 1]
    assert "memory that these hold, 5 GiB, is counted as free" in notes
    assert "--numa-dump" not in notes


def test_a_dump_that_lacks_a_domain_is_said() -> None:
    _, sizes, notes = left(a_reading("db"), a_reading("web"), facts=RunningFacts(memory_kib={5: HELD[5]}))
    assert sizes == [1, 3]
    assert "not in the NUMA dump, so that what these hold is not counted as free: db" in notes


def test_free_memory_that_is_stated_is_final() -> None:
    one = RunningFacts(memory_kib=HELD, stated_free=frozenset({0}))
    _, sizes, notes = left(a_reading("db"), facts=one)
    assert sizes == [1, 3]
    assert "memory that these hold, 1 GiB, is counted as free" in notes
    assert "nothing is added to what --free states of pnodes 0" in notes
    _, sizes, notes = left(a_reading("db"), facts=change(one, stated_free=frozenset({0, 1})))
    assert sizes == [1, 2]
    assert "free memory is what --free states, and nothing that these hold is added" in notes


def test_what_is_counted_is_said_of_the_domains_that_stay() -> None:
    parsed = ParsedHost(host=HOST, running=RunningFacts(), notes=("first", *load_notes(HOST, RunningFacts())))
    notes = replanned(parsed, [a_reading("db")]).notes
    assert notes[:2] == ("first", "2 vcpus of 2 running domains are counted as load")
    assert "4 vcpus of 3 running domains are counted as load" not in notes


def test_a_guest_that_runs_on_a_host_of_which_nothing_is_known_is_said() -> None:
    parsed = ParsedHost(host=a_host(GIB))
    (note,) = replanned(parsed, [a_reading("db", domid=3)]).notes
    assert note.startswith("these were running where their files were printed, and what they hold is not counted as")
    assert replanned(parsed, [a_reading("db")]) is parsed


def test_an_instance_keeps_its_domains_and_says_so() -> None:
    assert still_load_notes(an_instance(HOST, a_guest(GIB, name="new"))) == []
    (note,) = still_load_notes(an_instance(HOST, a_guest(GIB, name="db")))
    assert note.startswith("these guests have the name of a domain that runs and stays load: db; ")
