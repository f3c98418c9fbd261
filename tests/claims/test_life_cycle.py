"""The life cycle of a claim, as snapshots show it: only one that was taken after the claim changes it."""

from __future__ import annotations

from dataclasses import replace as change

import pytest
from msgspec.structs import replace

from placer.claims.claim import Claim
from placer.claims.life_cycle import advanced, state_of
from placer.claims.observed import Observed
from tests.support.claiming import NOW, a_claim, observed_at, seen

LATE = change(NOW, at_s=2000.0)
"""500 s after the claim has expired."""


def after(claim: Claim, found: Observed, now: object = NOW) -> Claim | None:
    return advanced(claim, found, now, grace_s=60.0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "now", "state"),
    [
        ({}, NOW, "claimed"),
        ({}, LATE, "expired"),
        ({"seen_s": 950.0}, LATE, "started"),
        ({"confirmed_s": 950.0}, LATE, "running"),
        ({"confirmed_s": 950.0, "missing_s": 960.0}, NOW, "missing"),
    ],
)
def test_the_states(more: dict[str, object], now: object, state: str) -> None:
    assert state_of(a_claim(**more), now) == state  # type: ignore[arg-type]


def test_a_snapshot_that_was_taken_before_the_claim_changes_nothing() -> None:
    for found in (observed_at(890.0), observed_at(890.0, seen(7, "web")), observed_at(None, seen(7, "web"))):
        assert after(a_claim(), found) == a_claim()
        assert after(a_claim(), found, LATE) == a_claim()


def test_one_that_was_taken_since_knows_the_domain() -> None:
    found = after(a_claim(host_boot=""), observed_at(950.0, seen(7, "web")))
    assert found == a_claim(host_boot="m1", seen_s=950.0, domid=7)


def test_a_claim_ends_only_with_a_snapshot_taken_after_it_expired_that_shows_no_domain() -> None:
    """A domain whose creation began just before is in none of the older ones."""
    assert after(a_claim(), observed_at(1400.0), LATE) == a_claim()
    assert after(a_claim(), observed_at(1600.0), LATE) is None


def test_an_expired_claim_of_a_guest_that_is_being_built_is_kept_while_its_domain_exists() -> None:
    kept = after(a_claim(), observed_at(1600.0, seen(7, "web"), building=(7,)), LATE)
    assert kept == a_claim(seen_s=1600.0, domid=7)
    assert observed_at(1700.0, seen(7, "web")).beside(kept).kib == observed_at(None).beside(kept).kib


def test_a_list_that_may_lack_domains_ends_no_claim() -> None:
    assert after(a_claim(), observed_at(1600.0, whole=False), LATE) == a_claim()
    started = a_claim(seen_s=950.0, domid=7)
    assert after(started, observed_at(1600.0, whole=False), LATE) == started


def test_where_nothing_is_known_of_domains_the_expiry_alone_decides() -> None:
    assert after(a_claim(), Observed()) == a_claim()
    assert after(a_claim(), Observed(), LATE) is None
    running = a_claim(confirmed_s=950.0)
    assert after(running, Observed(), LATE) == running


def test_a_guest_that_is_gone_keeps_its_room_for_a_grace_time() -> None:
    running = a_claim(confirmed_s=950.0, seen_s=960.0, domid=7)
    missing = after(running, observed_at(970.0))
    assert missing == replace(running, missing_s=970.0)
    assert missing is not None
    assert observed_at(980.0).beside(missing).kib == {0: missing.taken_kib[0]}, "its room is kept"
    assert after(missing, observed_at(1029.0), LATE) == missing
    assert after(missing, observed_at(1030.0), LATE) is None


def test_a_guest_that_reboots_has_a_new_domain_that_is_not_confirmed() -> None:
    missing = a_claim(confirmed_s=950.0, seen_s=960.0, missing_s=970.0, domid=7, number=None)
    again = after(missing, observed_at(990.0, seen(9, "web")))
    assert again == a_claim(number=None, seen_s=990.0, domid=9)
    assert observed_at(990.0, seen(9, "web")).beside(again).kib, "it is being built"


def test_a_confirmed_domain_whose_boot_was_not_known_stays_confirmed() -> None:
    confirmed = a_claim(confirmed_s=950.0, domid=7, host_boot="")
    assert after(confirmed, observed_at(990.0, seen(7, "web"))) == a_claim(confirmed_s=950.0, domid=7, seen_s=990.0)


def test_an_older_snapshot_than_the_newest_that_shows_the_domain_takes_nothing_back() -> None:
    started = a_claim(seen_s=960.0, domid=7)
    assert after(started, observed_at(955.0)) == started
    confirmed = a_claim(confirmed_s=960.0)
    assert after(confirmed, observed_at(955.0)) == confirmed
    assert after(confirmed, observed_at(965.0)) == replace(confirmed, missing_s=965.0)


def test_a_boot_of_the_host_voids_the_claims_of_started_guests_alone() -> None:
    for claim in (a_claim(seen_s=950.0, domid=7), a_claim(confirmed_s=950.0)):
        assert after(claim, observed_at(990.0, boot="m9")) is None
    assert after(a_claim(), observed_at(990.0, boot="m9")) == a_claim()


def test_a_guest_that_was_started_anew_after_a_boot_of_the_host_is_known_again() -> None:
    running = a_claim(confirmed_s=950.0, seen_s=960.0, domid=7)
    again = after(running, observed_at(990.0, seen(7, "web"), boot="m9"))
    assert again == a_claim(seen_s=990.0, domid=7, host_boot="m9")


def test_a_guest_that_gets_the_number_of_its_old_domain_after_a_boot_of_the_host_is_known_from_then_on() -> None:
    moved = a_claim(seen_s=950.0, domid=9, before_domid=7)
    again = after(moved, observed_at(970.0, seen(7, "web"), boot="m9"))
    assert again == a_claim(seen_s=970.0, domid=7, host_boot="m9")
    assert after(again, observed_at(990.0, seen(7, "web"), boot="m9")) == replace(again, seen_s=990.0)
