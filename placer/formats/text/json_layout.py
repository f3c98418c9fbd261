"""JSON laid out for people and for diff."""

from __future__ import annotations

import json

WIDTH = 100


def lay_out(value: object, indent: str = "") -> str:
    """
    Write JSON with a field or a row per line; what is short, and any list of numbers, on one.

    Examples
    --------
    >>> print(lay_out({"max_vcpus": 2, "vnuma_nodes": [{"memkb": 4, "vcpus": [0, 1]}, {"memkb": 4}]}))
    {
      "max_vcpus": 2,
      "vnuma_nodes": [
        {"memkb": 4, "vcpus": [0, 1]},
        {"memkb": 4}
      ]
    }
    """
    flat = json.dumps(value, ensure_ascii=False)
    deeper = indent + "  "
    if isinstance(value, dict) and value and not (indent and len(indent + flat) <= WIDTH):
        lines = [f"{deeper}{json.dumps(key, ensure_ascii=False)}: {lay_out(value[key], deeper)}" for key in value]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    if isinstance(value, list | tuple) and any(isinstance(item, list | tuple | dict) for item in value):
        return "[\n" + ",\n".join(deeper + lay_out(item, deeper) for item in value) + f"\n{indent}]"
    return flat
