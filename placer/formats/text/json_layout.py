"""
JSON laid out for people and for diff: answers, and what libxl and Xen take.

Instances have a layout of their own (native/readable_json.py), which breaks every object that holds another and wraps
lists of words, so that people can edit an instance key by key. Here an inner object that fits a line stays on it:
answers and libxl's rows, such as a vnode, are compared row by row.
"""

from __future__ import annotations

import json

WIDTH = 100
"""Columns of a line that is written, where it can be broken. Chosen, not tuned."""


def lay_out(value: object, indent: str = "") -> str:
    """
    Write JSON with one field or row on each line.

    The outermost object is always broken. An inner object stays on one line where it fits 100 columns. A list stays on
    one line, however long, unless it holds lists or objects.

    Parameters
    ----------
    value
        Dicts, lists, tuples, strings, numbers, booleans and None.
    indent
        White space in front of the line that the value begins on.

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
