"""
The start of the command: its time, from which limits count, and Ctrl-C.

Ctrl-C ends the command at once with a line and the exit code for no answer, from the first line of placer on.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import PurePath
from time import perf_counter
from types import FrameType
from typing import NoReturn

NO_ANSWER = 3
INTERRUPTED = "UNKNOWN: interrupted before there was an answer"
_LOADED = perf_counter()  # before anything else takes time


def started() -> float | None:
    """Give the start of the command, as of ``perf_counter()``; None in a program that uses the library."""
    return _STARTED


def prepare() -> None:
    """
    Let Ctrl-C end this process if it runs the command, whatever it is importing or reading.

    A program that uses the library, or has a handler of its own, keeps what it has.
    """
    if _is_command() and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


@contextmanager
def undone() -> Iterator[None]:
    """Let Ctrl-C raise KeyboardInterrupt for a while, so that what is half done can be undone."""
    mine = signal.getsignal(signal.SIGINT) is _end
    if mine:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        if mine:
            signal.signal(signal.SIGINT, _end)


def end() -> NoReturn:
    """End the process at once: threads of a solver may run, and imports are left half done."""
    if sys.stderr is not None:
        # a handler of signals must not enter the buffer of a stream that it may have interrupted
        with suppress(OSError, ValueError):
            os.write(sys.stderr.fileno(), f"{INTERRUPTED}\n".encode())
    os._exit(NO_ANSWER)


def ignore() -> None:
    """Let Ctrl-C do nothing from here on: the answer is out."""
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _is_command() -> bool:
    """Whether the process is ``placer``, or Python told to run :mod:`placer.cli`."""
    return PurePath((sys.argv or [""])[0]).name == "placer" or any("placer.cli" in word for word in sys.orig_argv[1:3])


def _end(_signal: int, _frame: FrameType | None) -> None:
    end()


_STARTED = _LOADED if _is_command() else None
