"""The report of an answer as text."""

from __future__ import annotations

from placer.assignment import Status
from placer.instance import Instance, Placement
from placer.instance.note import grouped
from placer.job.met import with_met_whole
from placer.job.notes import answer_notes
from placer.job.request import Request
from placer.job.set_notes import assumes_parts
from placer.report.guests import COLUMNS, guest_rows
from placer.report.huge_pages import huge_pages_table
from placer.report.moved import moved_line
from placer.report.pnodes import pnode_table
from placer.report.tables import headline, table
from placer.report.tradeoff import trade_line
from placer.report.units import gap, with_units
from placer.solving.result import Result

STATUS_WORDS = {
    Status.OPTIMAL: "placed, and proved that no placement costs less",
    Status.FEASIBLE: "placed, without proof that nothing costs less",
    Status.INFEASIBLE: "proved that no placement keeps every rule",
    Status.UNKNOWN: "no placement that keeps every rule, and no proof that there is none",
}
"""What each status means, for the first line of the report."""


def summary(result: Result, request: Request) -> list[str]:
    """Give the lines that no configuration file holds: status, fixed pnodes, moved vnodes, and notes."""
    return [
        *_headline(result, request).splitlines(),
        *grouped(request.headlines),
        *_moved(result),
        *answer_notes(request, result.placement),
    ]


def render(result: Result, request: Request, *, colour: bool = False, quiet: bool = False, drawing: str = "") -> str:
    """
    Write the report: status and mean access distance, then costs, guests, pnodes, a trade, and notes.

    Parameters
    ----------
    result
        The result of the solve.
    request
        What was solved, with the vnodes that the solve chose.
    colour
        Whether the report goes to a terminal.
    quiet
        Whether the notes are left out, those of the request and those on the placement.
    drawing
        Lines that show the placement, for a terminal.
    """
    parts = [
        headline(_headline(result, request), good=result.status in (Status.OPTIMAL, Status.FEASIBLE), colour=colour)
    ]
    parts += [f"{line}\n" for line in ([] if quiet else grouped(request.headlines))]
    parts += [f"{line}\n" for line in _moved(result)]
    if result.reason and result.status in (Status.INFEASIBLE, Status.UNKNOWN):
        parts.append(f"{result.reason}\n")
    if result.status is Status.INFEASIBLE and len(request.instance.guests) > 1:
        parts.append("--allow-unplaced places the guests that can be placed, and names the others\n")
    if result.violations:
        parts += ["\nBroken rules\n", *(f"- {violation.message}\n" for violation in result.violations)]
    if result.placement is not None:
        met, where = with_met_whole(request, result.placement)
        parts += [
            f"\n{drawing}" if drawing else "",
            "\n" + _costs(result, request.instance, colour=colour),
            "\n" + _guests(result, met.instance, where, colour=colour),
            "\n" + pnode_table(met.instance, where, colour=colour),
            huge_pages_table(met.instance, where, colour=colour),
        ]
    if result.trade is not None:
        parts.append("\n" + trade_line(result.trade) + "\n")
    notes = [] if quiet else answer_notes(request, result.placement)
    if notes:
        parts += ["\nAssumed and noted\n", *(f"- {note}\n" for note in notes)]
    return "".join(parts)


def _headline(result: Result, request: Request) -> str:
    line = f"{result.status}: "
    unplaced = result.tiers[0].cost if result.tiers else 0
    if result.mean_access_distance is not None:
        counted = f" (what is not placed counts at {request.instance.host.largest_distance})" if unplaced else ""
        line += f"mean access distance {result.mean_access_distance:.2f}{counted}; "
    words = STATUS_WORDS[result.status]
    if unplaced and result.status is Status.OPTIMAL:
        words = "proved that no placement leaves less unplaced"
    if result.placement is not None and result.status is Status.OPTIMAL and assumes_parts(request, result.placement):
        words += " if memory lands as planned"
    line += f"{words} ({result.strategy}, {result.wall_time_s:.2f} s)"
    if unplaced and result.placement is not None:
        line += f"\n{unplaced} of {len(result.placement.pnode_of)} guests not placed"
    return line


def _moved(result: Result) -> list[str]:
    return [] if result.moved is None else [moved_line(result.moved)]


def _costs(result: Result, instance: Instance, *, colour: bool) -> str:
    rows = []
    for t, tier in enumerate(result.tiers, 1):
        mean = result.mean_access_distance
        terms = ", ".join(with_units(name, cost, instance, mean) for name, cost in tier.terms.items())
        rows.append((t, terms, tier.cost, tier.bound, gap(tier.cost, tier.bound)))
    return table("Costs, highest tier first", ("tier", "terms", ">cost", ">bound", ">gap"), rows, colour=colour)


def _guests(result: Result, instance: Instance, placement: Placement, *, colour: bool) -> str:
    rows = guest_rows(instance, placement, result.guest_access_distance)
    return table("Guests", COLUMNS, rows, colour=colour)
