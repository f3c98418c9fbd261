"""The report of ``placer check`` on a placement."""

from __future__ import annotations

from collections.abc import Sequence

from placer.check import Verdict, mean_access_distance
from placer.instance.previous import Moved
from placer.report.moved import moved_line
from placer.report.tables import table


def render_verdict(verdict: Verdict, moved: Sequence[Moved] | None = None) -> str:
    """
    Write whether all rules hold, the broken ones, the moved vnodes, and every cost.

    Parameters
    ----------
    verdict
        The verdict on the placement.
    moved
        Vnodes that left their pnode of an earlier placement; None without one.
    """
    mean = mean_access_distance(verdict)
    distance = "" if mean is None else f"; mean access distance {mean:.2f}"
    count = len(verdict.violations)
    head = "all rules hold" if not count else f"{count} rule{'s are' if count > 1 else ' is'} broken"
    lines = [f"{head}{distance}\n", *(f"- {violation.rule}: {violation.message}\n" for violation in verdict.violations)]
    lines += [] if moved is None else [moved_line(moved) + "\n"]
    rows = [(t, name, cost) for t, terms in enumerate(verdict.terms, 1) for name, cost in terms.items()]
    lines.append("\n" + table("Costs, highest tier first", ("tier", "term", ">cost"), rows))
    means = [(name, access.mean_distance) for name, access in verdict.access.items()]
    lines.append("\n" + table("Guests", ("guest", ">mean distance"), means))
    return "".join(lines)
