"""
Instances and hosts as people write JSON: sizes such as ``8GiB``, cpu sets as ranges, each row of a matrix on one line.

The layout differs from that of answers (text/json_layout.py), which says why.
"""

from __future__ import annotations

import json
import textwrap
from typing import Any

from placer.instance import format_cpuset, parse_cpuset

SIZES = frozenset(
    {"memory_kib", "reserve_kib", "overhead_kib", "claimed_kib", "low_zone_kib", "page_size", "memory_step_kib"}
)
OPEN_SIZES = frozenset({"low_zone_kib", "page_size"})
"""Sizes that may be null."""
CPU_SETS = frozenset({"pcpus", "vcpus", "dedicated_pcpus", "dedicated_vcpus", "online_vcpus", "offline_pcpus"})
LISTS_OF_CPU_SETS = frozenset({"cores", "hard_affinity", "soft_affinity", "affinity"})
AFFINITIES = ("hard_affinity", "soft_affinity")
"""Keys whose value may be one string: the same mask for every vcpu."""
WIDTH = 100
"""Columns of a line that is written, where it can be broken. Chosen, not tuned."""


def readable_json(plain: object) -> str:
    """
    Write an instance, or a part of one, for people; :func:`.instance_json.parse_instance` reads it back.

    Parameters
    ----------
    plain
        Dicts and lists with sizes in KiB and cpu sets as ids, as :func:`msgspec.to_builtins` gives them.

    Examples
    --------
    >>> print(readable_json({"memory_kib": 8388608, "vcpus": [0, 1, 2]}), end="")
    {"memory_kib": "8GiB", "vcpus": "0-2"}
    """
    return _layout(_readable(plain)) + "\n"


def _readable(value: object) -> object:
    """Turn sizes and cpu sets into the text that people write, in all levels."""
    if isinstance(value, list | tuple):
        return [_readable(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, dict):
        return value
    names = sorted(value, key="name".__ne__)  # "name" is the first key
    return {key: _readable_member(key, value[key]) for key in names}


def _readable_member(key: str, value: Any) -> object:
    if key in SIZES:
        return _size_text(value)
    if key in CPU_SETS:
        return _cpuset_text(value)
    if key in LISTS_OF_CPU_SETS and value is not None:
        sets = [item if item is None else _cpuset_text(item) for item in value]
        same = key in AFFINITIES and len(set(map(str, sets))) == 1 and isinstance(sets[0], str)
        return sets[0] if same else sets
    return _readable(value)


def _size_text(kib: int | None) -> int | str | None:
    for unit, factor in (("TiB", 1024**3), ("GiB", 1024**2), ("MiB", 1024)):
        if kib and kib % factor == 0:
            return f"{kib // factor}{unit}"
    return kib


def _cpuset_text(cpus: tuple[int, ...]) -> str | list[int]:
    """Write ranges where they read back as the same tuple: ids in ascending order; else the list."""
    ranges = format_cpuset(cpus)
    return ranges if parse_cpuset(ranges) == tuple(cpus) else list(cpus)


def _layout(value: object, indent: str = "", column: int = 0) -> str:
    """Put values without nested ones on one line, if short or all integers; wrap long lists of words."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, list | dict):
        return flat
    parts = value.values() if isinstance(value, dict) else value
    nested = any(isinstance(part, list | dict) for part in parts)
    row = isinstance(value, list) and all(isinstance(part, int) for part in value)
    if row or (not nested and column + len(flat) < WIDTH):
        return flat
    deeper = indent + "  "
    if isinstance(value, dict):
        heads = {key: f"{deeper}{json.dumps(key)}: " for key in value}
        lines = [head + _layout(value[key], deeper, len(head)) for key, head in heads.items()]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    if nested:
        lines = [deeper + _layout(part, deeper, len(deeper)) for part in value]
        return "[\n" + ",\n".join(lines) + f"\n{indent}]"
    return f"[\n{_wrap(flat[1:-1], deeper)}\n{indent}]"


def _wrap(text: str, indent: str) -> str:
    return textwrap.fill(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
