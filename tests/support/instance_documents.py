"""An instance as JSON, with some keys replaced, and its schema."""

from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft202012Validator

from placer.formats.native.instance_json import parse_instance
from placer.formats.native.schema import instance_schema
from placer.instance import Instance

SCHEMA = Draft202012Validator(instance_schema())


def document(**guest: Any) -> dict[str, Any]:
    """Build an instance of two pnodes and one guest, with some keys of the guest replaced."""
    pnodes = [
        {"id": 0, "memory_kib": "8GiB", "pcpus": "0-3", "cores": ["0,2", "1,3"]},
        {"id": 4, "memory_kib": 4194304, "reserve_kib": "1.5 MiB", "pcpus": [4, 5]},
    ]
    vnodes = [{"memory_kib": "2GiB", "vcpus": "0,2"}, {"memory_kib": 1024, "vcpus": [1], "pnode": 4}]
    return {
        "host": {"pnodes": pnodes, "slit": [[10, 21], [31, 10]]},
        "guests": [{"name": "db", "vnodes": vnodes, **guest}],
    }


def parse(value: object) -> Instance:
    return parse_instance(json.dumps(value), "x.json")
