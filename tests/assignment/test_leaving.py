"""Calls that are left: their caller goes on, they end, and what must not be broken is not."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from threading import Event
from time import sleep

import pytest

from placer.assignment.leaving import Stop, any_left, call, unbroken


def at_once() -> float:
    return 0.0


def patiently() -> float:
    return 60.0


def once_set(event: Event) -> float:
    return 0.0 if event.is_set() else 60.0


def wait_until_none_is_left() -> None:
    for _ in range(3000):
        if not any_left():
            return
        sleep(0.01)
    raise AssertionError("a call that was left goes on")


def test_a_call_that_ends_gives_its_result_or_its_error() -> None:
    stop = Stop(Event())
    assert call(lambda: 7, stop, patiently) == 7
    with pytest.raises(ZeroDivisionError):
        call(lambda: 1 // 0, stop, patiently)
    assert not stop.is_set()


def test_a_call_that_looks_at_no_clock_is_left_and_ends() -> None:
    stop, begun, steps = Stop(Event()), Event(), []

    def work() -> int:
        begun.set()
        while True:
            steps.append(1)
            del steps[:]

    assert call(work, stop, lambda: once_set(begun)) is None
    assert stop.is_set()
    assert stop.left
    wait_until_none_is_left()


def test_what_must_not_be_broken_ends_before_its_thread() -> None:
    stop, begun, may_end = Stop(Event()), Event(), Event()
    seen: list[str] = []

    def work() -> int:
        with unbroken():
            begun.set()
            with unbroken():  # within another, as a callback of a solver: its end breaks nothing either
                while not may_end.is_set():
                    pass
            seen.append("the end of what must not be broken")
        seen.append("the line after")
        return 7

    assert call(work, stop, lambda: once_set(begun)) is None
    assert any_left()
    may_end.set()
    wait_until_none_is_left()
    assert seen == ["the end of what must not be broken"]


def test_a_call_that_was_left_does_not_begin_what_must_not_be_broken() -> None:
    outer = Stop(Event())
    outer.set()
    begun: list[int] = []

    def work() -> int:
        with unbroken():
            begun.append(1)
        return 7

    with pytest.raises(SystemExit):
        call(work, Stop(outer), patiently)
    assert not begun


def test_a_call_within_a_call_ends_with_it() -> None:
    stop, begun = Stop(Event()), Event()

    def inner() -> int:
        begun.set()
        while True:
            pass

    def outer() -> int:
        return call(inner, Stop(stop), patiently) or 0

    assert call(outer, stop, lambda: once_set(begun)) is None
    wait_until_none_is_left()


def test_the_event_of_a_call_is_set_with_the_one_around_it_but_then_nothing_is_left() -> None:
    user = Event()
    outer = Stop(user)
    inner = Stop(outer)
    user.set()
    assert inner.is_set()
    assert not inner.left
    outer.set()
    assert inner.left


def test_outside_of_a_call_nothing_is_broken_anyway() -> None:
    with unbroken():
        pass


PROGRAM = """
import time
from threading import Event
from placer.assignment.leaving import Stop, call, unbroken

begun = Event()

def work():
    with unbroken():
        begun.set()
        time.sleep(0.5)
        print("came back")

call(work, Stop(Event()), lambda: 0.0 if begun.is_set() else 60.0)
print("left")
"""


def test_a_program_waits_at_its_end_for_calls_that_were_left() -> None:
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == "left\ncame back\n"


def test_an_import_ends_before_the_call_that_was_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken off, it would leave the lock of all imports taken, and every other import would wait for good."""
    begun, may_end = Event(), Event()
    monkeypatch.setattr(sys, "events_of_a_test", (begun, may_end), raising=False)
    (tmp_path / "left_amid_import.py").write_text(
        "import sys\nbegun, may_end = sys.events_of_a_test\nbegun.set()\n"
        "while not may_end.is_set():\n    pass\nwhole = True\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    seen: list[str] = []

    def work() -> int:
        import_module("left_amid_import")
        seen.append("the import")
        while True:
            pass

    assert call(work, Stop(Event()), lambda: once_set(begun)) is None
    assert any_left()
    may_end.set()
    wait_until_none_is_left()
    assert seen == ["the import"]
    assert sys.modules.pop("left_amid_import").whole
