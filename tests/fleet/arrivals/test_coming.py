"""A guest that comes is written and read back as it is."""

from __future__ import annotations

import msgspec
import pytest

from placer.fleet.arrivals.coming import Coming
from placer.fleet.model.entries import FleetGuest
from placer.fleet.model.rules import FleetRule
from tests.support.fleets import guest_of


@pytest.mark.parametrize("guest", [FleetGuest(guest=guest_of([(2, 4), (1, 3)], "db"), labels=["ssd"]), "db"])
def test_json_has_all_of_it(guest: FleetGuest | str) -> None:
    coming = Coming(guest=guest, like="web", rules=(FleetRule(apart=["db", "web"], within="rack"),))
    assert msgspec.json.decode(msgspec.json.encode(coming), type=Coming) == coming
    assert coming.name == "db"
