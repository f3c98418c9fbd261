"""The page on platforms says what the programs of each say today."""

from __future__ import annotations

import json

import pytest

from benchmarks.platforms import PAGE, RESULTS, asked, booted
from tests.xen.xen_packages import PLATFORMS
from tests.xen.xen_programs import needs_xen

pytestmark = pytest.mark.xen_fast


def test_what_xl_libxl_and_libvirt_take_is_on_the_page() -> None:
    for platform in PLATFORMS:
        needs_xen(platform)
    assert asked() in PAGE.read_text(encoding="utf-8")


def test_what_was_seen_on_booted_xens_is_on_the_page() -> None:
    assert booted(json.loads(RESULTS.read_text(encoding="utf-8"))) in PAGE.read_text(encoding="utf-8")
