"""One time limit over many solves."""

from __future__ import annotations

from threading import Event

from placer.explain.clock import QUESTION_LIMIT_S, Clock


def test_a_question_gets_its_own_limit_and_no_more_than_is_left() -> None:
    assert Clock(100, Event()).context().time_limit_s == QUESTION_LIMIT_S
    assert Clock(100, Event()).context(7).time_limit_s == 7
    assert Clock(0.5, Event()).context().time_limit_s <= 0.5


def test_it_is_over_without_time_or_once_stopped() -> None:
    stop = Event()
    assert (Clock(0, stop).over, Clock(100, stop).over) == (True, False)
    assert Clock(0, stop).context().time_limit_s == 0
    stop.set()
    assert Clock(100, stop).over
