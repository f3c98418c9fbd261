"""A sample of the random batches of ``python -m benchmarks.xen_random``: planned by placer, created by a real Xen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.random_boots import BOOTS, run_boot
from tests.xen.xen_images import images
from tests.xen.xen_packages import PLATFORMS, Platform

pytestmark = [
    pytest.mark.xen_slow,
    pytest.mark.slow,
    pytest.mark.parametrize("platform", PLATFORMS[-1:], ids=str, indirect=True, scope="session"),
]
"""On the newest Xen: `python -m benchmarks.xen_random` runs many on both."""

BOOT = replace(next(boot for boot in BOOTS if boot.name == "two pnodes"), first=13, count=1)


def test_random_batches_are_created_as_planned(platform: Platform, tmp_path: Path, tell: Callable[..., None]) -> None:
    images(platform)
    rows = list(run_boot(BOOT, platform, tmp_path, BOOT.seeds))
    assert len(rows) == BOOT.count
    counts = {
        name: sum(int(row[name]) for row in rows) for name in ("placed", "refused", "pages", "vnodes", "affinity")
    }
    tell(
        created=counts["placed"],
        refused=counts["refused"],
        elsewhere=counts["pages"],
        checks=len(rows),
        minutes=sum(int(row["seconds"]) for row in rows) / 60,
    )
    assert [row["said"] for row in rows if row["said"] or row["check"] != "0"] == []
    assert counts["placed"] >= 2
