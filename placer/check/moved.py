"""The cost of moves: vnodes that left the pnode of an earlier placement."""

from __future__ import annotations

from placer.check.positions import Positions


def moved(where: Positions, before: Positions) -> int:
    """Count the vnodes that had a pnode in the earlier placement and now have another, or none."""
    return sum(
        old is not None and old != new
        for name, sites in where.items()
        for old, new in zip(before[name], sites, strict=True)
    )
