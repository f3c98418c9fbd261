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


@pytest.hookimpl(tryfirst=True)  # before xdist looks at the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a module that boots Xen in one process (``--dist loadgroup``), so that they share its boots."""
    for item in items:
        if item.path.parent.name == "xen" and item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.xdist_group(item.path.name))
