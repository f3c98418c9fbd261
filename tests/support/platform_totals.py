"""Adds up what tests saw of the real programs of each platform, for the end of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

SEEN = "seen on a platform"
"""Name of the property of a test that holds its counts."""
COUNTED = (
    ("created", "guests created"),
    ("refused", "refused"),
    ("elsewhere", "with pages elsewhere than planned"),
    ("affinities", "vcpus with the affinity planned"),
    ("tables", "guests that showed SRAT and SLIT"),
    ("checks", "hosts that placer check judged as they were"),
    ("started", "guests of QEMU started"),
)


def totals(properties: Iterable[tuple[str, object]]) -> list[str]:
    """
    Write a line for each platform.

    Parameters
    ----------
    properties
        Of all tests: those named ``SEEN`` are objects of a platform's name, its versions and counts; ``minutes`` is the
        time that machines ran, where that was measured.

    Examples
    --------
    >>> totals([(SEEN, {"platform": "debian-12", "versions": "Xen 4.17", "created": 2, "minutes": 0.5})] * 2)
    ['debian-12 (Xen 4.17): 4 guests created; 1.0 minutes of emulation']
    """
    sums: dict[tuple[str, str], Counter[str]] = {}
    for name, value in properties:
        if name == SEEN and isinstance(value, Mapping):
            counts = {key: count for key, count in value.items() if key not in {"platform", "versions"}}
            sums.setdefault((value["platform"], value["versions"]), Counter()).update(counts)
    lines = []
    for (platform, versions), count in sorted(sums.items()):
        said = ", ".join(f"{count[key]} {words}" for key, words in COUNTED if key in count)
        lines.append(f"{platform} ({versions}): {said}; {count['minutes']:.1f} minutes of emulation")
    return lines
