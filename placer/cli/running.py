"""Running a solve: it keeps its limit, Ctrl-C ends it with the best placement so far, and its progress is shown."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from threading import Event, Thread, Timer
from time import perf_counter
from types import FrameType
from typing import TypeVar

from placer import interrupts
from placer.assignment import Progress
from placer.instance.objective_terms import TIERS
from placer.report.progress import describe

_Answer = TypeVar("_Answer")
Tiers = Sequence[Iterable[str]]
EVERY_S = 1.0
"""Seconds before the first line of progress, and between two lines. Chosen, not tuned: short solves show none."""
GRACE_S = 0.3
"""
Seconds after Ctrl-C in which a solve that has no placement yet may end in order.

Chosen, not tuned: with the steps of waiting it is half a second for a person. Nothing is lost by leaving it then.
"""
STEP_S = 0.05
"""Seconds between two looks at the solve. Chosen, not tuned: a person notices no delay, and it costs nothing."""
LATE_S, SHORT_S, LATE_SHORT_S = 0.15, 0.5, 0.45
"""
Seconds after its limit, and after one below ``SHORT_S``, at which a command ends that is still reading.

Chosen: of 0.2 and 0.5 seconds, in which a command is to end, the last part is left for the end of the process.
"""


@contextmanager
def reading(time_limit_s: float, inputs: Iterable[str | None]) -> Iterator[float | None]:
    """
    Read input within the limit of the whole command, which ends without an answer where reading takes longer.

    Yields
    ------
    float or None
        From when the limit counts, as of ``perf_counter()``: the start of the command. None for from the end of
        reading: in a program that is no command, or that may have to wait for its standard input.
    """
    started = None if "-" in inputs else interrupts.started()
    if started is None:
        yield None
        return
    late_s = LATE_S if time_limit_s >= SHORT_S else LATE_SHORT_S
    timer = Timer(max(0.0, started + time_limit_s + late_s - perf_counter()), _end_of_time)
    timer.daemon = True
    timer.start()
    try:
        yield started
    finally:
        timer.cancel()


def _end_of_time() -> None:
    print_line("UNKNOWN: the time was up while the input was read; raise --time-limit")
    os._exit(interrupts.NO_ANSWER)


class Watch:
    """
    The latest progress of a search.

    ``answered`` is set once there is an answer to print, whatever the search has found since.
    """

    def __init__(self) -> None:
        self.latest: Progress | None = None
        self.answered = False

    def __call__(self, progress: Progress) -> None:
        """Record the latest progress."""
        self.latest = progress


def run(
    work: Callable[[Event, Watch], _Answer],
    *,
    quiet: bool,
    tiers: Tiers | Callable[[Progress], Tiers] = TIERS,
) -> _Answer:
    """
    Run ``work(stop, on_progress)`` in a thread, so that the main thread can handle Ctrl-C and show progress.

    The first Ctrl-C sets ``stop``: a solve that has a placement ends with it, another one is left if it takes longer
    than :data:`GRACE_S` to end. A second Ctrl-C interrupts at once; one after the answer has no effect.

    Parameters
    ----------
    work
        The solve. It returns soon after ``stop`` is set.
    quiet
        Whether no progress is printed. Otherwise a line goes to stderr each second, from the first second on.
    tiers
        The names of the terms of each tier, for these lines; or what gives those of a progress, where they
        change.

    Raises
    ------
    KeyboardInterrupt
        At the second Ctrl-C, or soon after the first where there is no placement yet.
    """
    stop, watch = Event(), Watch()
    outcome: list[_Answer] = []
    failure: list[BaseException] = []

    def target() -> None:
        try:
            outcome.append(work(stop, watch))
        except BaseException as error:  # raised again in the main thread
            failure.append(error)

    thread, started = Thread(target=target, daemon=True), perf_counter()
    before = signal.signal(signal.SIGINT, _stopper(stop))
    try:
        thread.start()
        while not _ended(thread, stop, watch):
            if watch.latest and not quiet:
                now = replace(watch.latest, elapsed_s=perf_counter() - started)
                print(describe(now, tiers(now) if callable(tiers) else tiers), file=sys.stderr, flush=True)
    finally:
        # Ctrl-C pressed for too long must not discard the answer
        signal.signal(signal.SIGINT, signal.SIG_IGN if stop.is_set() else before)
    if failure:
        raise failure[0]
    return outcome[0]


def _ended(thread: Thread, stop: Event, watch: Watch) -> bool:
    """Wait for a thread, at most a while; KeyboardInterrupt where it was stopped, has no placement and goes on."""
    until = perf_counter() + EVERY_S
    stopped: float | None = None
    while thread.is_alive() and (stopped is not None or perf_counter() < until):
        thread.join(STEP_S)
        if stop.is_set():
            stopped = perf_counter() if stopped is None else stopped
            empty = not watch.answered and (watch.latest is None or not watch.latest.costs)
            if empty and thread.is_alive() and perf_counter() - stopped > GRACE_S:
                raise KeyboardInterrupt
    return not thread.is_alive()


def print_line(line: str) -> None:
    """Print a line of a log to standard error."""
    print(line, file=sys.stderr, flush=True)


class NowAndThen:
    """Prints a line to standard error, at most one each second, and none in the first."""

    def __init__(self) -> None:
        self.next = perf_counter() + EVERY_S

    def __call__(self, line: str) -> None:
        """Print a line, if it is time."""
        if perf_counter() >= self.next:
            print_line(line)
            self.next = perf_counter() + EVERY_S


def _stopper(stop: Event) -> Callable[[int, FrameType | None], None]:
    def handle(_signal: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    return handle
