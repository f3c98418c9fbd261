"""Debian's Chromium without a window, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PROGRAMS = ("chromium-headless-shell", "chromium")
"""Debian's packages and programs of these names; the first one needs no libraries of a desktop."""
PATIENCE_MS = 120_000


def program() -> str | None:
    """Give the path of Chromium; None where it is not installed."""
    return next((path for path in map(shutil.which, PROGRAMS) if path), None)


def missing() -> str:
    """Say what is missing to run it; empty where nothing is."""
    if program() is None:
        return f"there is no {' and no '.join(PROGRAMS)}: apt-get install {PROGRAMS[0]}"
    try:
        import playwright  # noqa: F401 - whether it is there
    except ImportError:
        return "Playwright is missing: pip install -e '.[dev]'"
    return ""


@contextmanager
def browsing() -> Iterator[Browser]:
    """Run Chromium as long as it is needed."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # its sandbox does not run as root, which a container is; the pages are our own
        browser = playwright.chromium.launch(executable_path=program(), args=["--no-sandbox"], timeout=PATIENCE_MS)
        yield browser
        browser.close()
