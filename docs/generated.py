"""Writes the parts of the reference that come from the code, each time the pages are built."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from pictures import pictures

import placer
from placer.formats.native.schema import instance_schema

COMMANDS = ("solve", "check", "compare", "import", "host", "snapshot", "show", "draw", "rebalance", "whatif", "schema")
CLAIMS_COMMANDS = ("list", "confirm", "release", "clear")
FLEET_COMMANDS = ("import", "solve", "add", "bound", "check", "rebalance", "schema")
COLUMNS = 110


def write_all(folder: Path) -> None:
    """Write every generated part; an unchanged file keeps its time, so that Sphinx does not read it again."""
    folder.mkdir(exist_ok=True)
    parts = {"commands.md": commands(), "schema.md": schema(), "library.rst": library()}
    parts |= dict(pictures())
    for name, text in parts.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def commands() -> str:
    """Lay out the help of the program and of every command."""
    parts = [f"## placer\n\n```text\n{_help()}\n```\n"]
    parts += [f"## placer {name}\n\n```text\n{_help(name)}\n```\n" for name in COMMANDS]
    parts += [f"## placer claims {name}\n\n```text\n{_help('claims', name)}\n```\n" for name in CLAIMS_COMMANDS]
    parts += [f"## placer fleet {name}\n\n```text\n{_help('fleet', name)}\n```\n" for name in FLEET_COMMANDS]
    return "\n".join(parts)


def _help(*command: str) -> str:
    code = "import sys; sys.argv[0] = 'placer'; from placer.cli import main; main()"
    environment = {**os.environ, "COLUMNS": str(COLUMNS), "NO_COLOR": "1", "TERM": "dumb", "PYTHONIOENCODING": "utf-8"}
    ran = subprocess.run(
        [sys.executable, "-c", code, *command, "--help"],
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
        env={**environment, "PYTHONPATH": str(Path(placer.__file__).resolve().parents[1])},
    )
    return "\n".join(line.rstrip() for line in ran.stdout.strip("\n").splitlines())


def schema() -> str:
    """Lay out a table for each object of the instance format."""
    parts = []
    for name, definition in instance_schema()["$defs"].items():
        lines = [f"### {name}", "", definition.get("description", ""), ""]
        required = set(definition.get("required", ()))
        properties = definition.get("properties", {})
        if properties:
            lines += ["| key | value | default | |", "| --- | --- | --- | --- |"]
        lines += [f"| {' | '.join(_row(key, value, key in required))} |" for key, value in properties.items()]
        parts.append("\n".join(lines).rstrip() + "\n")
    return "\n".join(parts)


def _row(key: str, value: dict[str, Any], required: bool) -> tuple[str, ...]:
    default = "required" if required else f"`{_json(value.get('default'))}`"
    words = " ".join(str(value.get("description", "")).split())
    return f"`{key}`", _kind(value), default, words.replace("|", r"\|")


def _json(value: object) -> str:
    return json.dumps(value)


def _kind(value: dict[str, Any]) -> str:
    """Describe the values that a schema allows in a few words."""
    if "$ref" in value:
        name = str(value["$ref"]).rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in value:
        return " or ".join(dict.fromkeys(map(_kind, value["anyOf"])))
    if "enum" in value:
        return ", ".join(f"`{each}`" for each in value["enum"])
    if value.get("type") == "array":
        return f"list of {_kind(value['items'])}" if value.get("items") else "list"
    if value.get("type") == "object":
        return "object"
    return str(value.get("type", "any"))


def library() -> str:
    """Lay out every name of :data:`placer.__all__`, grouped into functions, errors and classes."""
    groups: dict[str, list[str]] = {"Functions": [], "Errors": [], "Classes": []}
    for name in placer.__all__:
        value = getattr(placer, name)
        if not isinstance(value, type):
            groups["Functions"].append(f".. autofunction:: placer.{name}\n")
        elif issubclass(value, Exception):
            groups["Errors"].append(f".. autoexception:: placer.{name}\n")
        else:
            members = (
                "   :members:\n" if value in {placer.State, placer.Claims} else ""
            )  # the classes that are used by their methods
            groups["Classes"].append(f".. autoclass:: placer.{name}\n{members}")
    parts = [f"{title}\n{'-' * len(title)}\n\n{chr(10).join(entries)}" for title, entries in groups.items()]
    return "\n".join(parts)
