"""The report of an answer as text."""

from __future__ import annotations

from placer.assignment import Status
from placer.formats.configured_guest import write_vnodes
from placer.instance import Guest, Instance, Placement, format_cpuset, format_size
from placer.instance.note import grouped
from placer.job.met import with_met_whole
from placer.job.notes import answer_notes
from placer.job.request import Request
from placer.job.set_notes import assumes_parts
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


def render(result: Result, request: Request, *, colour: bool = False, quiet: bool = False) -> str:
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
    rows: list[tuple[object, ...]] = []
    for guest in instance.guests:
        mean = result.guest_access_distance.get(guest.name)
        if guest.form == "set":
            rows.append(_set_row(guest, placement, mean))
            continue
        for v, vnode in enumerate(write_vnodes(guest, instance.host, placement.pnode_of[guest.name])):
            first = v == 0
            rows.append(
                (
                    guest.name if first else "",
                    v,
                    format_size(vnode.memory_kib),
                    _vcpus(guest, vnode.vcpus, placement),
                    "none" if vnode.pnode is None else vnode.pnode,
                    mean if first else "",
                )
            )
        rows += _apart(guest, placement)
    columns = ("guest", ">vnode", ">memory", "vcpus", ">pnode", ">mean distance")
    return table("Guests", columns, rows, colour=colour)


def _apart(guest: Guest, placement: Placement) -> list[tuple[object, ...]]:
    """Give a row for each part of the memory of a vnode that lies apart, as memory devices may."""
    return [
        ("", f"{vnode.memory_of} (apart)", format_size(vnode.memory_kib), "0", "none" if pnode is None else pnode, "")
        for vnode, pnode in zip(guest.vnodes, placement.pnode_of[guest.name], strict=True)
        if vnode.memory_of is not None
    ]


def _set_row(guest: Guest, placement: Placement, mean: float | None) -> tuple[object, ...]:
    """Give the one row of a guest that sees no NUMA and lies on a set of pnodes."""
    every = tuple(range(guest.vcpu_count))
    pnodes = [pnode for pnode in placement.pnode_of[guest.name] if pnode is not None]
    where = format_cpuset(pnodes) if pnodes else "none"
    if 0 < len(pnodes) < len(guest.vnodes):
        where += f" ({len(pnodes)} of {len(guest.vnodes)} parts)"
    return (guest.name, "set", format_size(guest.memory_kib), _vcpus(guest, every, placement), where, mean)


def _vcpus(guest: Guest, vcpus: tuple[int, ...], placement: Placement) -> str:
    """Give the number and the names of the vcpus of a vnode, and the pcpus of its dedicated ones."""
    if not vcpus:
        return "0"
    own = guest.dedicated.intersection(vcpus)
    pcpus = [pcpu for vcpu in own if (pcpu := placement.pcpu_of[guest.name][vcpu]) is not None] if own else []
    text = f"{len(vcpus)} ({format_cpuset(vcpus)})"
    online = len(guest.online.intersection(vcpus))
    if online < len(vcpus):
        text = f"{text[:-1]}, {online} online)"
    if not pcpus:
        return text
    dedicated = "" if len(own) == len(vcpus) else f"{format_cpuset(own)} "
    return f"{text}, {dedicated}on pcpus {format_cpuset(pcpus)}"
