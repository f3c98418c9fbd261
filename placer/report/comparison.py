"""The report of ``placer compare``."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

from placer.instance import Instance
from placer.report.tables import table
from placer.solving.result import Result

LEGEND = (
    "placed: vnodes with a pnode; broken: rules that are broken, unplaced vnodes aside; mean: distance of a memory "
    "access.\n"
)


def render_comparison(title: str, instance: Instance, results: Sequence[Result]) -> str:
    """
    Write a table with a row for each strategy: vnodes placed, rules broken, mean access distance, each tier, and time.

    Parameters
    ----------
    title
        Line above the table, such as the names of the files.
    instance
        The instance that every strategy was given.
    results
        One for each strategy.
    """
    tiers = instance.tiers()
    rows = [_row(result, instance, len(tiers)) for result in results]
    numbers = [f">tier {t}" for t in range(1, len(tiers) + 1)]
    columns = ("strategy", "status", ">placed", ">broken", ">mean", *numbers, ">seconds")
    terms = "; ".join(f"{t}: {' and '.join(_words(tier))}" for t, tier in enumerate(tiers, 1))
    return table(title, columns, rows) + fill(f"tiers {terms}", 120) + "\n"


def _words(tier: dict[str, int]) -> list[str]:
    return [f"{weight} x {name}" if weight > 1 else name for name, weight in tier.items()]


def _row(result: Result, instance: Instance, tiers: int) -> tuple[object, ...]:
    total = sum(len(guest.vnodes) for guest in (result.instance or instance).guests)
    if result.placement is None:
        nothing = [None] * (tiers + 2)
        return (result.strategy, result.status, f"0 of {total}", *nothing, f"{result.wall_time_s:.3f}")
    placed = sum(pnode is not None for pnodes in result.placement.pnode_of.values() for pnode in pnodes)
    broken = sum(violation.rule != "unplaced" for violation in result.violations)
    return (
        result.strategy,
        result.status,
        f"{placed} of {total}",
        broken,
        result.mean_access_distance,
        *(tier.cost for tier in result.tiers),
        f"{result.wall_time_s:.3f}",
    )
