"""Bounds of a fleet with their certificate."""

from __future__ import annotations

from placer.fleet.bound.result import bound
from placer.fleet.files.requests_table import read_requests
from placer.formats.text.files import Text
from tests.support.fleets import fleet_of

FLEET = fleet_of([[(2, 8)]] * 3, [[(1, 2)]] * 3, rules=[{"apart": ["g0", "g1"]}])


def test_the_guests_of_a_fleet_are_bounded_tier_by_tier() -> None:
    found = bound(FLEET)
    assert [(tier.tier, tier.value, tier.bound) for tier in found.tiers] == [
        ("unplaced_guests", 0, 0),
        ("unplaced", 0, 0),
        ("hosts", 2, 2),
    ]
    assert [claim.tier for claim in found.certificate.claims] == ["hosts"]
    assert (found.requests, found.relaxed) == (None, ("1 rule between guests on hosts",))


def test_requests_are_bounded_in_their_order() -> None:
    found = bound(FLEET, read_requests(Text("flavor_vcpus,flavor_ram,numa\n" + "1,2,1\n" * 5)))
    assert found.requests is not None
    assert (found.requests.most, found.requests.held, found.tiers) == (3, 3, ())
    assert [claim.tier for claim in found.certificate.claims] == ["requests"]
