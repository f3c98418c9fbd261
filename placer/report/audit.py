"""The report of ``placer check --running``."""

from __future__ import annotations

from placer.audit.findings import AuditReport, GuestFinding
from placer.audit.locality import Locality, guest_locality, pnode_localities
from placer.audit.seen import as_seen
from placer.instance import format_cpuset, format_size
from placer.report.audit_notes import audit_notes, remedies
from placer.report.tables import table


def render_audit(findings: AuditReport, *, verbose: bool = False) -> str:
    """
    Write the report of an audit: the faults and their remedies, the guests and the pnodes as tables, and notes.

    Parameters
    ----------
    verbose
        Whether the table has a row for each pnode of every guest; otherwise a guest that is where it was meant to be
        has one row. Also whether the notes include those on what is usual.
    """
    guests = findings.guests
    lines = [f'- guest "{guest.domain.name}": {fault}\n' for guest in guests for fault in guest.faults]
    lines += [f'- guest "{name}": is in the plan and does not run\n' for name in findings.missing]
    lines += [f"{remedy}\n" for remedy in remedies(findings)]
    if lines:
        lines = [f"{_headline(findings)}\n", *lines, "\n"]
        title = "Guests"
    else:
        title = _headline(findings)  # a host of many guests that are all well fits a screen
    lines.append(_guests(findings, title, verbose=verbose) if guests else f"{title}\n" if title != "Guests" else "")
    lines.append("\n" + _pnodes(findings))
    lines += [f"note: {note}\n" for note in audit_notes(findings, verbose=verbose)]
    return "".join(lines)


def _headline(findings: AuditReport) -> str:
    count = len(findings.guests) + len(findings.missing)
    right = sum(not guest.faults for guest in findings.guests)
    if not count:
        unknown = findings.dump.domains.keys() - {0}
        return f"no guest is judged, {len(unknown)} run{'s' * (len(unknown) == 1)}" if unknown else "no guest runs"
    if count == 1:
        return f"the guest is {'' if right else 'not '}where it was meant to be"
    return f"{'all' if right == count else f'{right} of'} {count} guests are where they were meant to be"


def _guests(findings: AuditReport, title: str, *, verbose: bool) -> str:
    was_seen = any(guest.seen is not None for guest in findings.guests)
    rows: list[tuple[object, ...]] = []
    for guest in findings.guests:
        found = guest_locality(guest.domain, guest.found_kib, findings.host)
        distances = _distances(found) if guest.affinity_known else (None, None)
        pcpus = {pcpu for mask in guest.domain.affinity for pcpu in mask or findings.host.position_of_pcpu}
        count = len(guest.domain.affinity)
        ratio = _ratio(count, len(pcpus)) if guest.affinity_known else None
        figures = (count, ratio, *distances, *(_seen(guest, findings) if was_seen else ()))
        for i, row in enumerate(_memory(guest) if verbose or guest.faults else [_all_memory(guest)]):
            rows.append((guest.domain.name if i == 0 else "", *row, *(figures if i == 0 else ("",) * len(figures))))
    columns = (
        "guest", ">pnode", ">memory meant", ">memory found", ">vcpus", ">vcpus : pcpus", ">local", ">mean distance",
        *((">seen local", ">seen away") if was_seen else ()),
    )  # fmt: skip
    return table(title, columns, rows)


def _seen(guest: GuestFinding, findings: AuditReport) -> tuple[object, object]:
    """Give the local share where the vcpus were seen, and how many were away from their memory, and ran there."""
    if guest.seen is None or all(each.pcpu is None for each in guest.seen):
        return None, None
    found = guest_locality(as_seen(guest.domain, guest.seen), guest.found_kib, findings.host)
    running = len(guest.away.running)
    return _distances(found)[0], f"{len(guest.away.vcpus)}" + (f" ({running} running)" if running else "")


def _all_memory(guest: GuestFinding) -> tuple[object, str, str]:
    """Give one row for all pnodes that hold memory of a guest."""
    expected = guest.expected.memory_kib
    shown = [pnode for pnode, kib in guest.found_kib.items() if kib > guest.free_kib] or [
        pnode for pnode, kib in guest.found_kib.items() if kib
    ]
    wanted = "any" if expected is None else format_size(sum(expected.values()))
    return format_cpuset(shown) or None, wanted, format_size(sum(guest.found_kib.values()))


def _memory(guest: GuestFinding) -> list[tuple[object, str, str]]:
    """Give a row for each pnode expected to hold memory of a guest or holding much of it; one row for all others."""
    expected = guest.expected.memory_kib
    wanted_on = guest.expected.pnodes if expected is None else {pnode for pnode, kib in expected.items() if kib}
    shown = [
        pnode
        for pnode, kib in guest.found_kib.items()
        if kib > guest.free_kib or (pnode in wanted_on and (kib or expected is not None))
    ]
    rows: list[tuple[object, str, str]] = []
    for pnode in shown:
        meant = "any" if expected is None else format_size(expected.get(pnode, 0))
        rows.append((pnode, meant if pnode in wanted_on else "none", format_size(guest.found_kib[pnode])))
    others = sum(kib for pnode, kib in guest.found_kib.items() if pnode not in shown)
    return [*rows, ("others", "", format_size(others))] if others or not rows else rows


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


def _distances(found: Locality) -> tuple[object, object]:
    return None if found.local is None else f"{100 * found.local:.0f} %", found.mean_distance


def _ratio(vcpus: float, pcpus: int) -> float | None:
    return vcpus / pcpus if pcpus else None


def _count(vcpus: float) -> str:
    return f"{vcpus:.2f}".rstrip("0").rstrip(".")
