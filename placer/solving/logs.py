"""Lines for :mod:`logging`, which is not imported here: it would take 5 ms of every start of a command."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial

DEBUG, INFO = 10, 20
"""Levels of :mod:`logging`."""


def log_to(level: int, name: str) -> Callable[[str], None] | None:
    """Give what logs a line at a level under a name; None unless the program uses logging and that level is on."""
    logging = sys.modules.get("logging")
    # the last name that the module defines: a solver that was left may still be importing it, in another thread
    if logging is None or not hasattr(logging, "captureWarnings"):
        return None
    logger = logging.getLogger(name)
    return partial(logger.log, level) if logger.isEnabledFor(level) else None


def log_line(level: int, name: str, line: str) -> None:
    """Log one line, if anybody wants it."""
    log = log_to(level, name)
    if log is not None:
        log(line)
