"""When a snapshot was taken, in seconds of the machine that holds the file."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from placer.claims.moments import moment_of, this_moment
from placer.formats.sighting import Taken
from tests.support.claiming import NOW

THEN = Taken(boot_id="m1", uptime_s=990.0, time_s=NOW.time_s - 10)


def test_the_machine_knows_its_boot_and_the_time_since() -> None:
    first, second = this_moment(), this_moment()
    assert first.boot_id == second.boot_id != ""
    assert first.at_s <= second.at_s
    assert abs(first.time_s - time.time()) < 60


def test_on_the_host_itself_its_uptime_tells_exactly_whatever_the_clock_says() -> None:
    for set_by_s in (-3600.0, 0.0, 3600.0):
        assert moment_of(THEN, replace(NOW, time_s=NOW.time_s + set_by_s)) == 990.0


def test_on_another_machine_the_clocks_tell_never_too_late() -> None:
    """Taken 10 s ago by clocks that may differ by 2 s."""
    assert moment_of(replace(THEN, boot_id="b1"), NOW) == 988.0
    assert moment_of(replace(THEN, boot_id="b1", time_s=NOW.time_s - 5000), NOW) == -4002.0
    assert moment_of(replace(THEN, boot_id="b1", time_s=NOW.time_s + 1), NOW) == 999.0


@pytest.mark.parametrize(
    ("taken", "now"),
    [
        (None, NOW),
        (Taken(boot_id="b1"), NOW),
        (replace(THEN, boot_id="b1"), replace(NOW, time_s=NOW.time_s - 3600)),
        (replace(THEN, boot_id="b1", time_s=NOW.time_s + 3), NOW),
        (replace(THEN, uptime_s=1005.0), NOW),
    ],
    ids=["no snapshot", "no time", "the clock was set back", "a time to come", "an uptime to come"],
)
def test_a_moment_that_cannot_be_known_is_none(taken: Taken | None, now: object) -> None:
    assert moment_of(taken, now) is None  # type: ignore[arg-type]
