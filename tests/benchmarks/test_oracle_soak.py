"""Random instances of every feature against the oracle: a few with known seeds, a few hundred with fresh ones."""

from __future__ import annotations

import csv
from secrets import randbelow

import pytest

from benchmarks.oracle_soak import RESULTS, difference, mixed


def test_some_mixed_instances_agree_with_the_oracle() -> None:
    outcomes = [difference(seed) for seed in range(40)]
    assert [said for _, said in outcomes if said] == []
    assert {outcome for outcome, _ in outcomes} >= {"placed", "impossible"}


@pytest.mark.slow
def test_fresh_mixed_instances_agree_with_the_oracle() -> None:
    first = randbelow(10**9)
    print(f"seeds from {first}")  # noqa: T201 (shown where the test fails)
    assert [said for seed in range(first, first + 300) if (said := difference(seed)[1])] == []


def test_features_are_mixed() -> None:
    cases = [mixed(seed) for seed in range(300)]
    instances = [instance for instance, _, _ in cases]
    guests = [guest for instance in instances for guest in instance.guests]
    assert any(guest.flexible for guest in guests)
    assert any(guest.form == "set" for guest in guests)
    assert any(guest.page_size for guest in guests)
    assert any(guest.dedicated for guest in guests)
    assert any(instance.host.claimed_kib for instance in instances)
    assert any(instance.rules for instance in instances)
    assert any(instance.host.cpupools for instance in instances)
    assert any(kept is not None for _, _, kept in cases)
    assert {allowed for _, allowed, _ in cases} == {True, False}


def test_the_committed_run_has_no_difference() -> None:
    with RESULTS.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert {row["differ"] for row in rows} == {"0"}
