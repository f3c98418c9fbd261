"""The report of ``placer check`` on a placement."""

from __future__ import annotations

from collections.abc import Sequence

from placer.check import Verdict, mean_access_distance
from placer.instance import Instance
from placer.instance.previous import Moved
from placer.report.moved import moved_line
from placer.report.tables import table
from placer.report.units import gap, in_units
from placer.solving.result import Result


def render_verdict(
    verdict: Verdict, instance: Instance, *, moved: Sequence[Moved] | None = None, best: Result | None = None
) -> str:
    """
    Write whether all rules hold, the broken ones, the moved vnodes, every cost, and how far it is from the least.

    Parameters
    ----------
    verdict
        The verdict on the placement.
    instance
        What it places.
    moved
        Vnodes that left their pnode of an earlier placement; None without one.
    best
        The result of a search from this placement on; None without one.
    """
    mean = mean_access_distance(verdict)
    distance = "" if mean is None else f"; mean access distance {mean:.2f}"
    count = len(verdict.violations)
    head = "all rules hold" if not count else f"{count} rule{'s are' if count > 1 else ' is'} broken"
    lines = [f"{head}{distance}\n", *(f"- {violation.rule}: {violation.message}\n" for violation in verdict.violations)]
    lines += [] if moved is None else [moved_line(moved) + "\n"]
    bounds = _bounds(verdict, best)
    if best is not None and best.tiers:
        lines.append(_quality(verdict, best, bounds) + "\n")
    lines.append("\n" + _costs(verdict, bounds, instance, mean))
    means = [(name, access.mean_distance) for name, access in verdict.access.items()]
    lines.append("\n" + table("Guests", ("guest", ">mean distance"), means))
    return "".join(lines)


COLUMNS = ("tier", "term", ">cost", "which is", ">bound of tier", ">gap")


def cost_rows(
    verdict: Verdict, bounds: Sequence[int | None], instance: Instance, mean: float | None
) -> list[tuple[object, ...]]:
    """Give the cells below :data:`COLUMNS`: a row for each term, the bound of its tier in the first of them."""
    rows: list[tuple[object, ...]] = []
    for t, (terms, cost, bound) in enumerate(zip(verdict.terms, verdict.costs, bounds, strict=True), 1):
        of_tier: tuple[object, ...] = (bound, gap(cost, bound))
        for name, value in terms.items():
            rows.append((t, name, value, in_units(name, value, instance, mean), *of_tier))
            of_tier = ("", "")
    return rows


def _costs(verdict: Verdict, bounds: list[int | None], instance: Instance, mean: float | None) -> str:
    return table("Costs, highest tier first", COLUMNS, cost_rows(verdict, bounds, instance, mean))


def _bounds(verdict: Verdict, best: Result | None) -> list[int | None]:
    """Give the bound of each tier, as far as it holds: among placements no worse in the higher tiers."""
    found = [] if best is None else list(best.tiers)
    bounds: list[int | None] = [None] * len(verdict.costs)
    for t, tier in enumerate(found):
        bounds[t] = tier.bound
        if tier.cost != verdict.costs[t]:
            break
    return bounds


def _quality(verdict: Verdict, best: Result, bounds: list[int | None]) -> str:
    """Say whether a placement costs less, and by how much, in the first tier in which one does or may."""
    for t, (cost, bound, tier) in enumerate(zip(verdict.costs, bounds, best.tiers, strict=True), 1):
        if tier.cost < cost:
            less = f"{gap(cost, tier.cost)} less in tier {t}"
            return f"a placement that costs {less} was found: {tier.cost} instead of {cost}"
        if bound != cost:
            may = "" if bound is None else f"; in tier {t} one could cost {gap(cost, bound)} less"
            return f"no placement that costs less was found{may}"
    return "proved that no placement costs less"
