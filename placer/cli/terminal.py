"""Whether standard output is a terminal on which hosts are drawn, and the drawings."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from placer.job.request import Request
    from placer.rebalance.overview import Overview
    from placer.solving.result import Result
    from placer.terminal.screen import Screen


def drawn_result(result: Result, request: Request) -> str:
    """Draw a placement for a terminal; empty where standard output is none."""
    found = screen()
    if found is None:
        return ""
    from placer.terminal.pictures import picture_of_result

    return picture_of_result(result, request, found)


def drawn_overview(overview: Overview) -> str:
    """Draw what runs on a host for a terminal; empty where standard output is none."""
    found = screen()
    if found is None:
        return ""
    from placer.terminal.pictures import picture_of_overview

    return picture_of_overview(overview, found)


def screen() -> Screen | None:
    """
    Describe the terminal that standard output is; None where it is none, or too narrow, or obeys no codes.

    It shows more than ASCII where the character set of the locale is UTF-8, and colours unless NO_COLOR is set
    (https://no-color.org).
    """
    if not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        return None
    import locale
    import shutil

    from placer.terminal.screen import LEAST_WIDTH, Screen

    width = shutil.get_terminal_size().columns
    if width < LEAST_WIDTH:
        return None
    unicode = locale.getencoding().lower().replace("-", "") == "utf8"
    return Screen(width=width, colour=not os.environ.get("NO_COLOR"), unicode=unicode)
