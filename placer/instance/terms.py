"""The names of the cost terms and the tiers they stand in, highest tier first."""

from __future__ import annotations

TIERS: tuple[tuple[str, ...], ...] = (
    ("unplaced_guests",),
    ("unplaced",),
    ("access_distance", "core_sharing"),
    ("soft_affinity", "vdistance"),
    ("shape",),
)
