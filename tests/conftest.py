"""The platforms that tests run on."""

from __future__ import annotations

import pytest

from tests.xen.xen_packages import PLATFORMS, Platform
from tests.xen.xen_programs import needs_xen


@pytest.fixture(scope="session", params=PLATFORMS, ids=str)
def platform(request: pytest.FixtureRequest) -> Platform:
    """Give each Debian in turn; its programs are there."""
    found: Platform = request.param
    needs_xen(found)
    return found


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let solves without time end in order however busy the machine is, instead of being left."""
    monkeypatch.setattr("placer.assignment.in_time.LATE_S", 60.0)
    monkeypatch.setattr("placer.assignment.in_time.STOPPED_S", 60.0)
