"""The names of the cost terms and the tiers they stand in, highest tier first."""

from __future__ import annotations

Tiers = tuple[tuple[str, ...], ...]
"""Names of the terms of each tier."""

TIERS: Tiers = (
    ("unplaced_guests",),
    ("unplaced",),
    ("access_distance", "core_sharing"),
    ("soft_affinity", "vdistance"),
    ("shape",),
)
MOVED = "moved"
"""The term that counts the vnodes that move away from an earlier placement."""


def with_moved(tiers: Tiers = TIERS) -> Tiers:
    """
    Put the tier of :data:`MOVED` right before the first that prices the shape, or last where none does.

    Examples
    --------
    >>> with_moved((("access_distance",), ("shape",)))
    (('access_distance',), ('moved',), ('shape',))
    """
    place = next((t for t, terms in enumerate(tiers) if "shape" in terms), len(tiers))
    return (*tiers[:place], (MOVED,), *tiers[place:])
