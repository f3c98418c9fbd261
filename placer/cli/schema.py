"""``placer schema``."""

from __future__ import annotations


def schema() -> None:
    """Print the JSON Schema of instance files."""
    import json

    from placer.cli.outputs import write_stdout
    from placer.formats.native.schema import instance_schema

    write_stdout(json.dumps(instance_schema(), indent=2) + "\n")
