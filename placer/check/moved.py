"""How many vnodes left the pnode they had."""

from __future__ import annotations

from placer.check.positions import Positions


def moved(where: Positions, before: Positions) -> int:
    """Count the vnodes that had a pnode before and stand on another now, or on none."""
    return sum(
        old is not None and old != new
        for name, sites in where.items()
        for old, new in zip(before[name], sites, strict=True)
    )
