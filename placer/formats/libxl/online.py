"""Reads which vcpus of a guest of libxl are online."""

from __future__ import annotations

from placer.formats.text.json_fields import Fields
from placer.instance.units import MAX_CPU


def read_online_vcpus(build_info: Fields, vcpu_count: int) -> tuple[int, ...] | None:
    """Read the vcpus that the guest starts with; None for all, and where it is not said (libxl would take vcpu 0)."""
    stated = build_info.bitmap("avail_vcpus", MAX_CPU)
    online = tuple(vcpu for vcpu in range(vcpu_count) if stated is None or vcpu in stated) or (0,)
    return online if len(online) < vcpu_count else None
