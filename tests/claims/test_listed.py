"""A claim as it is listed."""

from __future__ import annotations

from dataclasses import replace

from placer.claims.listed import listed_claim
from tests.support.claiming import GIB, NOW, UUID, a_claim


def test_a_claim_without_a_domain_has_seconds_left_and_one_with_a_domain_has_none() -> None:
    found = listed_claim(a_claim(), NOW)
    assert (found.name, found.uuid, found.state, found.pnodes) == ("web", UUID.format(7), "claimed", (0,))
    assert (found.memory_kib, found.left_s, found.domid) == ({0: 6 * GIB + 1024}, 500.0, None)
    assert listed_claim(a_claim(), replace(NOW, at_s=9999.0)).left_s == 0.0
    running = listed_claim(a_claim(confirmed_s=990.0, domid=7), NOW)
    assert (running.state, running.left_s, running.domid) == ("running", None, 7)
