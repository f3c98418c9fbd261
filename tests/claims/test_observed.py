"""What a claim counts beside its domain: the larger of both on each pnode, until the domain is built."""

from __future__ import annotations

import pytest

from placer.claims.claim import Pages
from placer.claims.observed import Observed, observed
from placer.formats.base import RunningFacts
from placer.formats.sighting import Sighting
from tests.support.claiming import GIB, NOW, a_claim, a_sighting, observed_at, seen

ALL = {0: 6 * GIB + 1024}


def test_without_a_domain_all_of_a_claim_counts() -> None:
    for found in (Observed(), observed_at(990.0), observed_at(990.0, seen(8, "other"))):
        assert found.find(a_claim()) is None
        assert found.beside(a_claim()).kib == ALL


@pytest.mark.parametrize(("held", "beside"), [(0, 6 * GIB + 1024), (4 * GIB, 2 * GIB + 1024), (6 * GIB - 1025, 2049)])
def test_a_domain_that_is_being_built_counts_as_what_it_still_lacks(held: int, beside: int) -> None:
    found = observed_at(990.0, seen(7, "web"), held={7: {0: held, 1: 0}})
    assert found.beside(a_claim()).kib == {0: beside}


def test_a_domain_that_holds_more_on_a_pnode_than_claimed_lowers_no_other() -> None:
    """Claimed are 2 GiB on each; it holds 3 on pnode 0, and lacks 2 on pnode 1."""
    claim = a_claim(memory_kib={0: 2 * GIB, 1: 2 * GIB}, overhead_kib={})
    found = observed_at(990.0, seen(7, "web"), held={7: {0: 3 * GIB, 1: 0}})
    assert found.beside(claim).kib == {0: 0, 1: 2 * GIB}


def test_once_it_holds_all_pages_but_a_mib_nothing_counts_beside_it() -> None:
    found = observed_at(990.0, seen(7, "web"), held={7: {0: 6 * GIB - 1024}})
    assert found.beside(a_claim()).kib == {}


def test_a_domain_that_had_run_before_what_is_free_was_asked_is_built() -> None:
    assert observed_at(990.0, seen(7, "web", built=True)).beside(a_claim()).kib == {}


def test_a_confirmation_counts_in_snapshots_that_were_taken_after_it() -> None:
    """The older one may show the domain half built."""
    claim = a_claim(confirmed_s=980.0)
    assert observed_at(990.0, seen(7, "web")).beside(claim).kib == {}
    assert observed_at(970.0, seen(7, "web")).beside(claim).kib == ALL
    assert observed_at(None, seen(7, "web")).beside(claim).kib == ALL


def test_a_confirmation_of_one_domain_says_nothing_of_its_next_boot() -> None:
    claim = a_claim("web", None, confirmed_s=980.0, domid=7)
    assert observed_at(990.0, seen(7, "web")).beside(claim).kib == {}
    assert observed_at(990.0, seen(9, "web")).beside(claim).kib == ALL


def test_a_guest_of_qemu_is_never_built_by_having_run_as_it_takes_its_memory_late() -> None:
    claim = a_claim(confirmed_s=980.0)
    for built in (True, False):
        found = observed_at(990.0, seen(7, "web", built=built), lazy=True, held={7: {0: GIB}})
        assert found.beside(claim).kib == {0: 5 * GIB + 1024}
    whole = observed_at(990.0, seen(7, "web"), lazy=True, held={7: {0: 6 * GIB}})
    assert whole.beside(claim).kib == {}


def test_huge_pages_that_are_held_no_longer_count() -> None:
    """Of 4 pages of 1 GiB on pnode 0 and 1 GiB of ordinary memory, 3 GiB are held: ordinary memory first."""
    claim = a_claim(gib=1, overhead_kib={}, pages=(Pages(pnode=0, page_size=GIB, count=4),))
    beside = observed_at(990.0, seen(7, "web"), lazy=True, held={7: {0: 3 * GIB}}).beside(claim)
    assert (beside.kib, beside.pages) == ({0: 0}, {(0, GIB): 2})


def test_a_domain_is_known_by_its_uuid_and_by_its_name_only_where_one_has_none() -> None:
    assert observed_at(990.0, seen(7, "renamed")).find(a_claim()) == seen(7, "renamed")
    assert observed_at(990.0, seen(8, "web")).find(a_claim()) is None
    assert observed_at(990.0, seen(8, "web")).find(a_claim(number=None)) == seen(8, "web")
    assert observed_at(990.0, seen(8, "web", uuid=False)).find(a_claim()) == seen(8, "web", uuid=False)


def test_the_domain_that_ran_before_the_claim_is_not_the_one_that_is_claimed_for() -> None:
    claim = a_claim(number=None, before_domid=3)
    old, new = seen(3, "web", built=True), seen(9, "web")
    assert observed_at(990.0, old).find(claim) is None
    assert observed_at(990.0, old, new).find(claim) == new
    assert observed_at(990.0, old, boot="m9").find(claim) == old, "after a boot of the host numbers start anew"


def test_what_is_known_of_a_host_comes_with_its_moment() -> None:
    assert observed(None, NOW) == Observed() == observed(RunningFacts(), NOW)
    sighting = a_sighting(seen(7, "web"), at_s=990.0)
    found = observed(RunningFacts(sighting=sighting, memory_kib={7: {0: 1}}), NOW)
    assert (found.at_s, found.boot_id, found.held_kib) == (990.0, "m1", {7: {0: 1}})
    assert observed(RunningFacts(sighting=Sighting()), NOW).boot_id == ""


def test_a_page_that_is_held_counts_for_one_size_alone() -> None:
    """1 GiB is held of 1 page of 1 GiB and 512 of 2 MiB."""
    pages = (Pages(pnode=0, page_size=GIB, count=1), Pages(pnode=0, page_size=2048, count=512))
    claim = a_claim(gib=0, overhead_kib={}, pages=pages)
    found = observed_at(990.0, seen(7, "web"), held={7: {0: GIB}})
    assert found.beside(claim).pages == {(0, GIB): 0, (0, 2048): 512}
