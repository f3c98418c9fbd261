"""
Calls that can be left: each runs in a thread of its own, and the caller goes on without it when time is up.

A search has steps that look at no clock: bounds, the encoding of a model, calls of a solver. Left, a call ends at the
next line of Python that it runs, by a SystemExit, which ends a thread in silence. An import ends before: broken off, it
would leave the lock of all imports taken for good. :func:`unbroken` keeps the SystemExit off other calls that must not
be broken: solvers that call back, functions of the caller.
"""

from __future__ import annotations

import atexit
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread, local
from time import perf_counter
from typing import Generic, TypeVar

T = TypeVar("T")

LOOK_EVERY_S = 0.02
"""Seconds between two looks of the caller at the clock. Chosen, not tuned: it costs nothing that can be measured."""
EXIT_S = 60.0
"""
Seconds that the end of the program waits for calls that were left, at most.

A thread that comes back from a solver while Python ends would abort the program. Chosen, not tuned: left solvers are
told to stop, and take less than a second.
"""
IMPORTING = "<frozen importlib"
"""Beginning of the file names of Python's own import system."""

_THREAD = local()
_left: list[Thread] = []


class Stop(Event):
    """
    An event that is set for a call and what it calls, or for all of the search.

    Parameters
    ----------
    outer
        The event of the search around it.
    """

    def __init__(self, outer: Event) -> None:
        super().__init__()
        self._outer = outer

    def is_set(self) -> bool:
        """Whether this event is set, or one around it."""
        return super().is_set() or self._outer.is_set()

    @property
    def left(self) -> bool:
        """Whether the call, or one around it, was left: its caller hears nothing of it any more."""
        return super().is_set() or (isinstance(self._outer, Stop) and self._outer.left)


def call(work: Callable[[], T], stop: Stop, left_s: Callable[[], float]) -> T | None:
    """
    Run ``work`` in a thread and return its result; None once it is left.

    Parameters
    ----------
    work
        Gives anything but None. What it raises is raised here.
    stop
        Set when the call is left, for all that looks at it.
    left_s
        Gives the seconds until the call is to be left.
    """
    return _Call(work, stop).wait(left_s)


@contextmanager
def unbroken() -> Iterator[None]:
    """
    Let what is run within end before its thread does.

    Raises
    ------
    SystemExit
        Before or after, in the thread of a call that was left.
    """
    mine: _Call[object] | None = getattr(_THREAD, "call", None)
    if mine is None:
        yield
        return
    # No lock: threads of Python change only where a pending SystemExit is raised too, so that a call that is left
    # between the next two lines ends there.
    mine.end_if_left()
    mine.unbroken += 1
    try:
        yield
    finally:
        mine.unbroken -= 1
        mine.end_if_left()


def any_left() -> bool:
    """Whether a call that was left still runs."""
    return any(thread.is_alive() for thread in _left)


class _Call(Generic[T]):
    def __init__(self, work: Callable[[], T], stop: Stop) -> None:
        self._work, self._stop = work, stop
        self._done = Event()
        self._result: T | None = None
        self._failure: BaseException | None = None
        self._thread = Thread(target=self._run, daemon=True)
        self.unbroken = 0

    def wait(self, left_s: Callable[[], float]) -> T | None:
        self._thread.start()
        try:
            while not self._done.wait(min(LOOK_EVERY_S, max(0.0, left_s()))):
                if left_s() <= 0:
                    self._leave()
                    return None
        except BaseException:  # Ctrl-C, or this thread is left itself
            self._leave()
            raise
        if self._failure is not None:
            raise self._failure
        return self._result

    def end_if_left(self) -> None:
        if not self.unbroken and self._stop.left:
            raise SystemExit

    def _run(self) -> None:
        _THREAD.call = self
        try:
            self._result = self._work()
        except BaseException as error:  # raised again in the thread of the caller
            self._failure = error
        finally:
            self._done.set()

    def _leave(self) -> None:
        self._stop.set()
        if self._done.is_set() or self._thread.ident is None:
            return
        _left[:] = [*(thread for thread in _left if thread.is_alive()), self._thread]
        if not self._end():
            Thread(target=self._end_later, daemon=True).start()

    def _end_later(self) -> None:
        """End the thread once it imports no more."""
        while not self._done.wait(LOOK_EVERY_S) and not self._end():
            pass

    def _end(self) -> bool:
        """Raise SystemExit in the thread, or leave that to the end of what is unbroken; False while it imports."""
        import ctypes  # only here: few calls are left

        ident, ending = ctypes.c_ulong(self._thread.ident or 0), ctypes.py_object(SystemExit)
        if self.unbroken:
            return True
        # Python changes threads after some ms: not between a look at what the thread does and the line after it
        if _imports(self._thread.ident):
            return False
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ending)
        return True


def _imports(ident: int | None) -> bool:
    """Whether a thread is amid an import."""
    frame = sys._current_frames().get(ident or 0)
    while frame is not None:
        if frame.f_code.co_filename.startswith(IMPORTING):
            return True
        frame = frame.f_back
    return False


@atexit.register
def _wait_for_left() -> None:
    until = perf_counter() + EXIT_S
    for thread in _left:
        thread.join(max(0.0, until - perf_counter()))
