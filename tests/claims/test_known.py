"""The claims of a file as a snapshot shows them."""

from __future__ import annotations

import pytest

import placer
from placer.claims.claim import Claim
from placer.claims.known import Known, known_at
from placer.claims.store import View
from placer.claims.tables import Owner
from placer.formats.base import RunningFacts
from tests.support.claiming import NOW, a_claim, a_sighting, seen

OWNER = Owner(name="xen1", pnodes=(0, 1))


def known(*claims: Claim, facts: RunningFacts | None, host: Owner = OWNER) -> Known:
    view = View(owner=OWNER, claims=claims)
    return known_at(view, host, facts, NOW, place="xen1.claims", grace_s=60.0)


def test_a_claim_whose_domain_is_seen_has_come_further_and_one_that_expired_unseen_has_ended() -> None:
    late = a_claim("late", 8, expires_s=950.0)
    found = known(a_claim(), late, facts=RunningFacts(sighting=a_sighting(seen(7, "web"), at_s=990.0)))
    assert [(claim.guest, claim.seen_s) for claim in found.claims] == [("web", 990.0)]
    assert found.owner.boots[-1].boot_id == "m1"
    assert found.observed.find(found.claims[0]) == seen(7, "web")


def test_without_outputs_of_domains_expiry_alone_decides() -> None:
    found = known(a_claim(), a_claim("late", 8, expires_s=950.0), facts=None)
    assert [claim.guest for claim in found.claims] == ["web"]
    assert found.observed.sighting is None


def test_another_host_is_refused_with_the_file() -> None:
    with pytest.raises(placer.InputError, match=r'xen1.claims: has the claims of host "xen1", this is host "xen2"'):
        known(facts=None, host=Owner(name="xen2", pnodes=(0, 1)))
