"""What a report on running guests says beside its tables: what mends a fault, and what limits the report."""

from __future__ import annotations

from collections.abc import Iterable

from placer.audit.findings import AuditReport
from placer.instance import format_size
from placer.instance.note import name_some


def remedies(findings: AuditReport) -> list[str]:
    """Say what mends the faults that were found, a sentence for each kind."""
    lines = []
    if any(guest.memory_faults for guest in findings.guests):
        lines.append(
            "memory stays where it is until a guest is started anew or moved: placer solve --format xl writes the file "
            "that starts it as planned; placer rebalance moves it, or binds its vcpus to where its memory lies"
        )
    if any(guest.vcpu_faults and not guest.listed for guest in findings.guests):
        lines.append(
            "vcpus of guests that xl did not start follow xl vcpu-pin too, until their next start; on XCP-ng "
            "and XenServer xe vm-param-set VCPUs-params:mask binds them from then on"
        )
    if any(guest.vcpu_faults and guest.listed for guest in findings.guests):
        lines.append(
            "vcpus follow a new binding at once: xl vcpu-pin GUEST VCPU all PCPUS, with the pcpus of the pnode where "
            "their memory lies (a plan made anew may bind them elsewhere); --pin starts a guest with hard affinity, "
            "which Xen never leaves as it leaves soft affinity when pcpus are busy"
        )
    return lines


def audit_notes(findings: AuditReport, *, verbose: bool) -> list[str]:
    """
    Give what limits or explains the report, a sentence each.

    Parameters
    ----------
    verbose
        Whether to include what is so on nearly every host.
    """
    notes = [*findings.notes, *(_usual(findings) if verbose else ())]
    short = [f"{guest.domain.name} ({format_size(guest.short_kib)})" for guest in findings.guests if guest.short_kib]
    if short:
        notes.append(f"hold less memory than they were started with (xl mem-set gives it back): {name_some(short)}")
    notes += _running_away(findings)
    unlisted = [guest.domain.name for guest in findings.guests if not guest.listed]
    if unlisted:
        notes.append(
            "not in xl list -l (stub domains, guests of other toolstacks), so only their affinity is compared with "
            f"their memory; --placement says where guests were meant to be: {name_some(unlisted)}"
        )
    unbound = [guest.domain.name for guest in findings.guests if not guest.affinity_known]
    if unbound:
        notes.append(
            "only the memory of these is judged, and among the pnodes their vcpus count as spread over all: "
            "xl list -l does not state what xl or xl vcpu-pin bound them to; --vcpu-list reads it from xl vcpu-list: "
            f"{name_some(unbound)}"
        )
    listed = {domain.domid for domain in findings.host.domains}
    unknown = [f"domain {domid}" if domid else "Domain-0" for domid in findings.dump.domains if domid not in listed]
    if unknown:
        notes.append(
            "where the vcpus of these may run is not known, and they are not judged; --vcpu-list reads it from "
            f"xl vcpu-list: {name_some(unknown)}"
        )
    return notes


def _running_away(findings: AuditReport) -> list[str]:
    """Name the guests with vcpus that ran away from their memory though nothing binds them elsewhere."""
    names = []
    for guest in findings.guests:
        free = len(guest.away.running) - len(guest.away.off_mask)
        if free and not guest.faults:
            names.append(f"{guest.domain.name} ({free} of {len(guest.domain.affinity)} vcpus)")
    if not names:
        return []
    return [
        "seen running away from their memory, where their affinity lets them; xl vcpu-pin GUEST VCPU all PCPUS binds a "
        f"vcpu to the pcpus of a pnode: {name_some(names)}"
    ]


def _usual(findings: AuditReport) -> Iterable[str]:
    guests = findings.guests
    scattered = [guest for guest in guests if not guest.faults and guest.expected.misplaced_kib(guest.found_kib)]
    if scattered:
        most = max(guest.free_kib for guest in scattered)
        yield (
            "a little memory off its pnode is no fault: Xen chooses the pnodes of the lowest 640 KiB, the special "
            f"pages and the video memory of a guest, up to {format_size(most)} here"
        )
    unbound = [domain.name for domain in findings.host.domains if None in domain.affinity]
    if unbound:
        yield f"these domains have vcpus that may run on any pnode: {name_some(unbound)}"
