"""The schema accepts what the reader accepts, and names what each key means."""

from __future__ import annotations

import json

import jsonschema
import pytest

from placer.fleet.files.fleet_json import dump_fleet
from placer.fleet.files.fleet_schema import OWN, fleet_schema
from tests.support.fleets import fleet_of

RULED = fleet_of([[(4, 8)]], [[(1, 2)], [(1, 2)]], rules=[{"apart": ["g0", "g1"]}])


def test_what_is_written_is_valid_and_a_rule_of_two_kinds_is_not() -> None:
    written, schema = json.loads(dump_fleet(RULED)), fleet_schema()
    jsonschema.validate(written, schema)
    written["rules"] = [{"apart": ["g0", "g1"], "together": ["g0", "g1"]}]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(written, schema)


@pytest.mark.parametrize("struct", OWN)
def test_every_key_is_described(struct: type) -> None:
    definition = fleet_schema()["$defs"][struct.__name__]
    assert definition["description"]
    assert all("description" in value or "$ref" in value for value in definition["properties"].values())
