"""What is said of claims beside a plan."""

from __future__ import annotations

from dataclasses import replace

from placer.claims.notes import claim_notes
from placer.claims.observed import Observed
from placer.formats.sighting import Taken
from tests.support.claiming import NOW, UUID, a_claim, a_guest, a_request, a_sighting, observed_at, seen

WITH_UUID = a_request(a_guest("new"), uuids={"new": UUID.format(1)})


def test_what_claims_take_is_said_with_their_guests() -> None:
    notes = claim_notes([a_claim("a"), a_claim("b", 8, 1)], observed_at(990.0), NOW, WITH_UUID)
    assert notes == ["claims of 2 guests take 12 GiB of what is free: a, b"]
    assert claim_notes([a_claim()], observed_at(990.0, seen(7, "web", built=True)), NOW, WITH_UUID) == []


def test_an_expired_claim_that_still_counts_is_named_with_what_ends_it() -> None:
    late = replace(NOW, at_s=2000.0)
    notes = claim_notes([a_claim()], observed_at(1400.0), late, WITH_UUID)
    assert notes[1] == (
        "expired, and counted until a snapshot that was taken since shows that no domain is theirs: web; placer claims "
        "release ends them"
    )


def test_files_without_a_time_are_named_where_guests_were_started() -> None:
    started = a_claim(confirmed_s=950.0)
    end = ": claims of guests that were started count as if they were not: web"
    assert claim_notes([started], Observed(), NOW, WITH_UUID)[1] == f"the host's file has no domains{end}"
    untimed = claim_notes([started], observed_at(None), NOW, WITH_UUID)[1]
    assert untimed == f"the host's files do not say when they were taken{end}"
    ahead = replace(observed_at(None), sighting=replace(a_sighting(), taken=Taken(time_s=NOW.time_s + 99)))
    assert (
        "come from the future; do the clocks of both machines agree?"
        in claim_notes([started], ahead, NOW, WITH_UUID)[1]
    )


def test_guests_without_a_uuid_and_memory_that_is_no_promise_are_named() -> None:
    request = replace(a_request(a_guest("new")), free_notes=("free memory is no promise: ...",))
    assert claim_notes([], observed_at(990.0), NOW, request) == [
        "free memory is no promise: ...",
        "their files state no uuid, so that claims know their domains by name: new",
    ]


def test_guests_whose_claims_count_nothing_are_not_named_for_want_of_a_time() -> None:
    built = observed_at(None, seen(7, "web", built=True))
    assert claim_notes([a_claim(confirmed_s=950.0)], built, NOW, WITH_UUID) == []
