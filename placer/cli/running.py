"""Running a solve: Ctrl-C ends it with the best placement so far, and its progress is shown."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from threading import Event, Thread
from time import perf_counter
from types import FrameType

from placer.assignment import Progress
from placer.instance.objective_terms import TIERS
from placer.report.progress import describe
from placer.solving.result import Result

EVERY_S = 1.0
"""Seconds before the first line of progress, and between two lines. Chosen, not tuned: short solves show none."""


class Watch:
    """The latest progress of a search."""

    def __init__(self) -> None:
        self.latest: Progress | None = None

    def __call__(self, progress: Progress) -> None:
        """Record the latest progress."""
        self.latest = progress


def run(work: Callable[[Event, Watch], Result], *, quiet: bool, tiers: Sequence[Iterable[str]] = TIERS) -> Result:
    """
    Run ``work(stop, on_progress)`` in a thread, so that the main thread can handle Ctrl-C and show progress.

    The first Ctrl-C sets ``stop``, a second one interrupts at once; one after the answer has no effect.

    Parameters
    ----------
    work
        The solve. It returns soon after ``stop`` is set.
    quiet
        Whether no progress is printed. Otherwise a line goes to stderr each second, from the first second on.
    tiers
        The names of the terms of each tier, for these lines.

    Raises
    ------
    KeyboardInterrupt
        At the second Ctrl-C.
    """
    stop, watch = Event(), Watch()
    outcome: list[Result] = []
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
        thread.join(EVERY_S)
        while thread.is_alive():
            if watch.latest and not quiet:
                now = replace(watch.latest, elapsed_s=perf_counter() - started)
                print(describe(now, tiers), file=sys.stderr, flush=True)
            thread.join(EVERY_S)
    finally:
        # Ctrl-C pressed for too long must not discard the answer
        signal.signal(signal.SIGINT, signal.SIG_IGN if stop.is_set() else before)
    if failure:
        raise failure[0]
    return outcome[0]


def print_line(line: str) -> None:
    """Print a line of a log to standard error."""
    print(line, file=sys.stderr, flush=True)


def _stopper(stop: Event) -> Callable[[int, FrameType | None], None]:
    def handle(_signal: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    return handle
