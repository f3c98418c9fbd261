"""When prices are due, and how much slack losses have."""

from __future__ import annotations

import pytest

from placer.fleet.arrivals.policy import EVERY, HOSTS_A_GUEST, SLACK, TIGHT, VCPUS, Pace, Weights


def due_at(hosts: int, guests: int) -> list[int]:
    pace, found = Pace(hosts), []
    for i in range(guests):
        pace.saw()
        if pace.due:
            found.append(i + 1)
            pace.learnt()
    return found


def test_prices_are_due_after_twice_as_many_guests_and_then_after_equal_numbers() -> None:
    assert EVERY == 50
    assert due_at(10, 240) == [1, 2, 4, 8, 16, 32, 64, 114, 164, 214]


def test_a_fleet_of_more_hosts_waits_longer() -> None:
    assert due_at(150 * HOSTS_A_GUEST, 600)[-4:] == [128, 256, 406, 556]


def test_slack_grows_as_guests_leave_and_memory_counts_more_until_that_is_forgotten() -> None:
    pace = Pace(10)
    assert pace.weights == Weights(slack=0, tight=TIGHT, vcpus=VCPUS)
    for _ in range(5000):
        pace.saw()
        pace.left()
    assert pace.weights.slack == pytest.approx(SLACK, rel=0.01)
    assert pace.weights.vcpus == pytest.approx(0, abs=0.01)
    pace.saw(5000)
    assert pace.weights.slack == pytest.approx(0, abs=1e-4)
    assert pace.weights.vcpus == pytest.approx(VCPUS, abs=1e-3)
