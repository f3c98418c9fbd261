"""The platforms that tests run on, and what was seen on them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings

from tests.support.platform_totals import SEEN, totals
from tests.xen.xen_packages import PLATFORMS, Platform
from tests.xen.xen_programs import needs_xen

settings.register_profile("busy", suppress_health_check=[HealthCheck.too_slow])  # that is the machine, not the test
settings.load_profile("busy")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run first what boots a machine: it takes longest, and a worker that begins it last keeps the others waiting."""
    items.sort(key=lambda item: item.get_closest_marker("xen_slow") is None)


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


@pytest.fixture
def tell(record_property: Callable[[str, object], None], platform: Platform) -> Callable[..., None]:
    """Add counts to the totals of the platform, which the end of the run prints; they outlive a worker."""

    def told(**counts: float) -> None:
        versions = ", ".join(f"{name} {version}" for name, version in platform.versions.items())
        record_property(SEEN, {"platform": platform.name, "versions": versions, **counts})

    return told


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the totals of each platform."""
    reports = [report for each in terminalreporter.stats.values() for report in each]
    ended = [report for report in reports if getattr(report, "when", None) == "call"]
    lines = totals(pair for report in ended for pair in report.user_properties)
    if lines:
        terminalreporter.section("real programs")
        terminalreporter.write_line("\n".join(lines))
