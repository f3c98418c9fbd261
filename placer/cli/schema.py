"""``placer schema``."""

from __future__ import annotations


def schema() -> None:
    """Print the JSON Schema of instance files."""
    import json

    from placer.read.schema import instance_schema

    print(json.dumps(instance_schema(), indent=2))
