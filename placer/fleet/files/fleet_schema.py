"""The JSON Schema of the fleet format."""

from __future__ import annotations

from placer.fleet.model.entries import FleetGuest, FleetHost
from placer.fleet.model.fleet import Fleet, Placed
from placer.fleet.model.rules import KINDS, FleetRule
from placer.formats.native.schema import STRUCTS, Schema, schema_of
from placer.instance import Instance

OWN = (Fleet, FleetHost, FleetGuest, Placed, FleetRule)


def fleet_schema() -> Schema:
    """
    Describe the fleet format as JSON Schema (draft 2020-12).

    Returns
    -------
    dict
        The schema. Conditions between keys (names that must exist) are checked by the reader only.
    """
    inner = tuple(struct for struct in STRUCTS if struct is not Instance)
    schema = schema_of(Fleet, (*OWN, *inner), "placer fleet")
    schema["$defs"]["FleetRule"]["oneOf"] = [{"required": [kind]} for kind in KINDS]
    return schema
