"""The JSON Schema of the instance format."""

from __future__ import annotations

import inspect
import re
from typing import Any

import msgspec
from msgspec import Struct

from placer.instance import (
    Cpupool,
    Device,
    Domain,
    Flexible,
    Guest,
    Host,
    HugePages,
    Instance,
    Objective,
    Pnode,
    Rule,
    Topology,
    Vnode,
    VnodeOf,
)
from placer.instance.future import FutureCapacity

DIALECT = "https://json-schema.org/draft/2020-12/schema"
STRUCTS: tuple[type[Struct], ...] = (
    Instance,
    Host,
    Pnode,
    HugePages,
    Cpupool,
    Device,
    Domain,
    Guest,
    Flexible,
    Topology,
    Vnode,
    Rule,
    VnodeOf,
    FutureCapacity,
    Objective,
)

Schema = dict[str, Any]


def instance_schema() -> Schema:
    """
    Describe the instance format as JSON Schema (draft 2020-12).

    Returns
    -------
    dict
        The schema. It accepts text that people write: sizes such as ``"8GiB"``, ranges of cpus, one mask for all vcpus
        of a guest. Conditions between keys (sums, ids that must exist) are checked by the reader only.
    """
    return schema_of(Instance, STRUCTS, "placer instance")


def schema_of(kind: type[Struct], structs: tuple[type[Struct], ...], title: str) -> Schema:
    """
    Describe a format that is made of the parts of an instance.

    Parameters
    ----------
    kind
        The struct of a whole file.
    structs
        Every struct in it, for their descriptions.
    title
        Name of the format.
    """
    (root,), definitions = msgspec.json.schema_components([kind])
    for struct in structs:
        _describe(definitions[struct.__name__], struct)
    definitions["Rule"] |= {"minProperties": 1, "maxProperties": 1}
    definitions["Guest"] |= {"oneOf": [{"required": ["vnodes"]}, {"required": ["flexible"]}]}
    _accept_text(definitions)
    for field in ("hard_affinity", "soft_affinity"):
        choices = definitions["Guest"]["properties"][field]["anyOf"]
        masks, null = choices[0]["items"]["anyOf"]
        one_for_all = {**masks, "description": "one mask for every vcpu of the guest", "type": "string"}
        del one_for_all["items"]
        choices[:] = [choices[0], one_for_all, null]
    return {"$schema": DIALECT, "title": title, **root, "$defs": definitions}


def _accept_text(node: object) -> None:
    """Let every integer and list with a pattern be a string too: msgspec writes only the type of the parsed value."""
    if isinstance(node, dict):
        if "pattern" in node and node.get("type") in ("integer", "array"):
            node["type"] = [node["type"], "string"]
        for child in node.values():
            _accept_text(child)
    elif isinstance(node, list):
        for child in node:
            _accept_text(child)


def _describe(definition: Schema, struct: type[Struct]) -> None:
    """Describe an object and its keys by the docstring of its struct."""
    documentation = inspect.getdoc(struct) or ""
    definition["description"] = _plain(documentation.partition("\n\n")[0])
    for name, words in _parameters(documentation).items():
        field = definition["properties"][name]
        form = field.get("description")
        field["description"] = f"{words} Written as {form}." if form else words


def _parameters(documentation: str) -> dict[str, str]:
    """Read the ``Parameters`` section of a numpydoc docstring."""
    section = re.search(r"Parameters\n-+\n(.*?)(\n\n|\Z)", documentation, re.DOTALL)
    entries = re.findall(r"^(\S.*)\n((?: +.*\n?)+)", section[1] if section else "", re.MULTILINE)
    return {name: _plain(words) for names, words in entries for name in names.split(", ")}


def _plain(text: str) -> str:
    """Turn reStructuredText and Python's None into what readers of JSON expect."""
    return " ".join(re.sub(r"\bNone\b", "null", text.replace("``", '"')).split())
