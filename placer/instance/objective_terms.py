"""The orders of the cost terms: tiers of terms with their weights, highest tier first."""

from __future__ import annotations

from itertools import groupby
from typing import Literal, cast

from placer.instance.catalogue import COMMON_UNIT, TERM_OF, TERMS, OrderableTerm

Tier = dict[OrderableTerm, int]
"""The terms of a tier, each with its weight."""
Order = Literal["default", "distance", "cores-first", "room-first"]

DEFAULT = tuple(
    {cast("OrderableTerm", term.name): 1 for term in terms}
    for _, terms in groupby((term for term in TERMS if term.orderable), key=lambda term: term.tier)
)
ORDERS: dict[Order, tuple[Tier, ...]] = {
    "default": DEFAULT,
    "distance": ({"access_distance": 1}, {"core_sharing": 1}, {"future_capacity": 1}, *DEFAULT[1:]),
    "cores-first": ({"core_sharing": 1}, {"access_distance": 1}, {"future_capacity": 1}, *DEFAULT[1:]),
    "room-first": ({"future_capacity": 1}, {"access_distance": 1, "core_sharing": 1}, *DEFAULT[1:]),
}
"""
The orders by name: nearness and free cores weighed against each other, or one of them before the other, or room for
guests that are expected later before both.
"""
UNPLACED = tuple(term.name for term in TERMS if term.tier < TERM_OF["access_distance"].tier)
"""The terms of unplaced guests, two tiers before all others: leaving a guest out never pays."""
DEVICE_PNODES = "device_pnodes"
"""The term that keeps guests without devices off pnodes with devices; only where the host knows devices."""
FUTURE = "future_capacity"
"""The term of guests that are expected later; only where the objective says what free room is worth to them."""
MOVED = "moved"
"""The term that counts vnodes that move away from an earlier placement; only device_pnodes and shape come after it."""
VNODES = "vnodes"
"""The term that counts the vnodes of flexible guests; its tier is right after nearness and free cores."""
TIERS: tuple[tuple[str, ...], ...] = (*((name,) for name in UNPLACED), *(tuple(tier) for tier in ORDERS["default"]))
"""The terms of each tier in the default order."""


def tiers_of(
    order: Order | tuple[Tier, ...],
    *,
    kept: bool = False,
    flexible: bool = False,
    devices: bool = False,
    future: bool = False,
) -> tuple[dict[str, int], ...]:
    """
    Give every tier of an objective, the two tiers of unplaced guests first.

    Parameters
    ----------
    kept
        Whether vnodes that move away from an earlier placement count: right before device_pnodes and shape.
    flexible
        Whether the instance has flexible guests: their vnodes count right after nearness and free cores.
    devices
        Whether the host knows devices: without them no named order has the tier of device_pnodes.
    future
        Whether the objective says what free room is worth: without that no order has future_capacity.

    Examples
    --------
    >>> [list(tier) for tier in tiers_of("distance", kept=True)][2:]
    [['access_distance'], ['core_sharing'], ['device_distance', 'soft_affinity', 'vdistance'], ['moved'], ['shape']]
    """
    chosen = ORDERS[order] if isinstance(order, str) else order
    if isinstance(order, str) and not devices:
        chosen = tuple(tier for tier in chosen if DEVICE_PNODES not in tier)
    if not future:
        chosen = tuple({name: w for name, w in tier.items() if name != FUTURE} for tier in chosen)
        chosen = tuple(tier for tier in chosen if tier)
    tiers = [{name: 1} for name in UNPLACED] + [{str(name): weight for name, weight in t.items()} for t in chosen]
    if flexible:
        main = [t for t, tier in enumerate(tiers) if "access_distance" in tier or "core_sharing" in tier]
        tiers.insert(max(main, default=len(UNPLACED) - 1) + 1, {VNODES: 1})
    if kept:
        tiers.insert(_place_of_moved(tiers), {MOVED: 1})
    return tuple(tiers)


def _place_of_moved(tiers: list[dict[str, int]]) -> int:
    """Find the tier of shape, or of device_pnodes where that stands right before it; without them, the end."""
    place = next((t for t, tier in enumerate(tiers) if "shape" in tier), len(tiers))
    return place - (set(tiers[place - 1]) == {DEVICE_PNODES})


def check_tiers(tiers: tuple[Tier, ...]) -> None:
    """Refuse a tier without terms, a term in two tiers, and a term of another unit (shape) beside other terms."""
    seen: dict[str, int] = {}
    for t, tier in enumerate(tiers):
        if not tier:
            raise ValueError(f"tiers[{t}] is empty, expected terms with their weights")
        for name in (name for name in tier if TERM_OF[name].unit != COMMON_UNIT):
            if len(tier) > 1 or tier[name] != 1:
                problem = f"tiers[{t}] weighs {name}, in another unit than the rest"
                raise ValueError(f"{problem}, expected it alone with weight 1")
        for name in tier:
            if name in seen:
                raise ValueError(f"{name} stands in tiers[{seen[name]}] and tiers[{t}], expected in one")
            seen[name] = t
