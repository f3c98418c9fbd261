"""The report of ``placer check --running``."""

from __future__ import annotations

from placer.audit.findings import AuditReport, GuestFinding
from placer.audit.locality import Locality, guest_locality, pnode_localities
from placer.instance import format_cpuset, format_size
from placer.report.tables import table


def render_audit(findings: AuditReport) -> str:
    """Write the report of an audit: the faults, then a table of the guests, a table of the pnodes, and notes."""
    guests = findings.guests
    lines = [f"{_headline(findings)}\n"]
    lines += [f'- guest "{guest.domain.name}": {fault}\n' for guest in guests for fault in guest.faults]
    lines += [f'- guest "{name}": is in the plan and does not run\n' for name in findings.missing]
    lines += ["\n" + _guests(findings), "\n" + _pnodes(findings)]
    notes = _notes(findings)
    if notes:
        lines += ["\nNoted\n", *(f"- {note}\n" for note in notes)]
    return "".join(lines)


def _headline(findings: AuditReport) -> str:
    count = len(findings.guests) + len(findings.missing)
    right = sum(not guest.faults for guest in findings.guests)
    if not count:
        return "no guest runs"
    return f"{'all' if right == count else f'{right} of'} {count} guests are where they were meant to be"


def _guests(findings: AuditReport) -> str:
    rows: list[tuple[object, ...]] = []
    for guest in findings.guests:
        found = guest_locality(guest.domain, guest.found_kib, findings.host)
        pcpus = {pcpu for mask in guest.domain.affinity for pcpu in mask or findings.host.position_of_pcpu}
        count = len(guest.domain.affinity)
        figures = (count, _ratio(count, len(pcpus)), *_distances(found))
        for i, row in enumerate(_memory(guest)):
            rows.append((guest.domain.name if i == 0 else "", *row, *(figures if i == 0 else ("",) * len(figures))))
    columns = (
        "guest", ">pnode", ">memory meant", ">memory found", ">vcpus", ">vcpus : pcpus", ">local", ">mean distance",
    )  # fmt: skip
    return table("Guests", columns, rows)


def _memory(guest: GuestFinding) -> list[tuple[object, str, str]]:
    """Give a row for each pnode expected to hold memory of a guest or holding much of it; one row for all others."""
    expected = guest.expected.memory_kib or {}
    shown = [pnode for pnode, kib in guest.found_kib.items() if pnode in guest.expected.pnodes or kib > guest.free_kib]
    rows: list[tuple[object, str, str]] = []
    for pnode in shown:
        if guest.expected.memory_kib is None:
            wanted = "any" if pnode in guest.expected.pnodes else "none"
        else:
            wanted = format_size(expected[pnode]) if pnode in expected else "none"
        rows.append((pnode, wanted, format_size(guest.found_kib[pnode])))
    others = sum(kib for pnode, kib in guest.found_kib.items() if pnode not in shown)
    return [*rows, ("others", "", format_size(others))] if others else rows


def _pnodes(findings: AuditReport) -> str:
    rows = []
    localities = pnode_localities(findings)
    for pnode in findings.host.pnodes:
        held = sum(domain.memory_kib.get(pnode.id, 0) for domain in findings.dump.domains.values())
        free = findings.dump.free_kib.get(pnode.id)
        found = localities[pnode.id]
        rows.append(
            (
                pnode.id,
                format_size(held),
                None if free is None else format_size(free),
                _count(found.vcpus),
                len(pnode.pcpus),
                _ratio(found.vcpus, len(pnode.pcpus)),
                *_distances(found),
            )
        )
    columns = (
        ">pnode", ">memory held", ">free", ">vcpus", ">pcpus", ">vcpus : pcpus", ">local", ">mean distance",
    )  # fmt: skip
    return table("Pnodes (of all domains; a vcpu that may run on k pnodes counts 1/k on each)", columns, rows)


def _notes(findings: AuditReport) -> list[str]:
    notes = []
    scattered = [
        guest for guest in findings.guests if not guest.faults and guest.expected.misplaced_kib(guest.found_kib)
    ]
    if scattered:
        most = max(guest.free_kib for guest in scattered)
        notes.append(
            "a little memory off its pnode is no fault: Xen chooses the pnodes of the lowest 640 KiB, the special "
            f"pages and the video memory of a guest, up to {format_size(most)} here"
        )
    notes += [
        f'guest "{guest.domain.name}" holds {format_size(guest.short_kib)} less than it was started with'
        for guest in findings.guests
        if guest.short_kib
    ]
    unbound = [domain.name for domain in findings.host.domains if None in domain.affinity]
    if unbound:
        notes.append(f"these domains have vcpus that may run on any pnode: {', '.join(unbound)}")
    listed = {domain.domid for domain in findings.host.domains}
    unknown = [domid for domid in findings.dump.domains if domid not in listed]
    if unknown:
        notes.append(f"domains whose memory is known but not their vcpus: {format_cpuset(unknown)}")
    return notes


def _distances(found: Locality) -> tuple[object, object]:
    return None if found.local is None else f"{100 * found.local:.0f} %", found.mean_distance


def _ratio(vcpus: float, pcpus: int) -> float | None:
    return vcpus / pcpus if pcpus else None


def _count(vcpus: float) -> str:
    return f"{vcpus:.2f}".rstrip("0").rstrip(".")
