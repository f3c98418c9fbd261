"""``placer schema``."""

from __future__ import annotations

import json

from jsonschema import Draft202012Validator

from tests.support.commands import INSTANCES, placer


def test_the_schema_takes_the_shipped_instances_and_no_unknown_key() -> None:
    ran = placer("schema")

    assert (ran.code, ran.err) == (0, "")
    schema = json.loads(ran.out)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    instance = json.loads((INSTANCES / "cxl-expander.json").read_text(encoding="utf-8"))
    validator.validate(instance)
    assert not validator.is_valid(instance | {"solver": "best"})
    instance["guests"][0]["name"] = "tab\there"
    assert not validator.is_valid(instance)
