"""A line on the progress of a search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from placer.assignment import Progress


def describe(progress: Progress, tiers: Sequence[Iterable[str]]) -> str:
    """
    Give the cost of the best placement found so far, its proved bound, and the gap between them.

    Without a bound the highest tier with a cost above 0 is shown.

    Parameters
    ----------
    tiers
        The names of the terms of each tier.

    Examples
    --------
    >>> progress = Progress(step="CP-SAT", tier=2, costs=(0, 0, 1200), bound=1000, elapsed_s=3.21)
    >>> describe(progress, [["unplaced_guests"], ["unplaced"], ["access_distance", "core_sharing"]])
    '3.2 s  CP-SAT: access_distance + core_sharing 1200, bound 1000, gap 16.7 %'
    """
    head = f"{progress.elapsed_s:.1f} s  {progress.step}: "
    if not progress.costs:
        return head + "no placement yet"
    tier = progress.tier if progress.bound is not None else _leading(progress.costs)
    cost = progress.costs[tier]
    line = head + f"{' + '.join(tiers[tier])} {cost}"
    if progress.bound is None:
        return line
    gap = max(0, cost - progress.bound) / cost if cost else 0.0
    return line + f", bound {progress.bound}, gap {100 * gap:.1f} %"


def _leading(costs: tuple[int, ...]) -> int:
    """Give the first tier with a cost above 0, or the last tier."""
    return next((t for t, cost in enumerate(costs) if cost), len(costs) - 1)
