"""The findings of an audit: each running guest with its faults, and the guests of the plan that do not run."""

from __future__ import annotations

from dataclasses import dataclass

from placer.audit.expected import ExpectedLayout
from placer.audit.seen import NOT_AWAY, Away
from placer.formats.xl.numa_dump import NumaDump
from placer.formats.xl.vcpu_list import SeenVcpu
from placer.instance import Domain, Host


@dataclass(frozen=True, kw_only=True)
class GuestFinding:
    """
    A running guest, and how it differs from its expected layout.

    Parameters
    ----------
    domain
        The guest's name and number, and the pcpus that its vcpus are bound to.
    expected
        The pnodes that its memory and vcpus were meant for.
    found_kib
        Pnode id -> memory of the guest there, in KiB.
    free_kib
        Memory of the guest whose pnode Xen chooses, in KiB.
    short_kib
        Memory that the guest was started with and no longer holds, in KiB; 0 if that is no more than the pages that
        every guest lacks.
    memory_faults, vcpu_faults
        Differences from the expected layout, a sentence each: what only a new start of the guest mends, and what
        binding its vcpus mends.
    seen
        For each vcpu where it was; None where that is not known.
    away
        The vcpus that were seen away from their memory.
    listed
        Whether ``xl list -l`` has the guest. It leaves out stub domains and the guests of other toolstacks.
    affinity_known
        Whether it is known where its vcpus may run: ``xl vcpu-list`` says it, or its configuration binds all of them.
    """

    domain: Domain
    expected: ExpectedLayout
    found_kib: dict[int, int]
    free_kib: int
    short_kib: int
    memory_faults: tuple[str, ...] = ()
    vcpu_faults: tuple[str, ...] = ()
    seen: tuple[SeenVcpu, ...] | None = None
    away: Away = NOT_AWAY
    listed: bool = True
    affinity_known: bool = True

    @property
    def faults(self) -> tuple[str, ...]:
        """All differences from the expected layout, a sentence each."""
        return self.memory_faults + self.vcpu_faults


@dataclass(frozen=True, kw_only=True)
class AuditReport:
    """
    The result of :func:`placer.audit.audit.audit`.

    Parameters
    ----------
    host
        The host with every running domain, each vcpu bound within its cpupool.
    guests
        One finding for each guest, in the order of ``xl list -l``; then those that only ``xl vcpu-list`` has.
    missing
        Names of the guests of the plan that do not run.
    dump
        The memory of every domain on each pnode.
    notes
        What may mislead in the files themselves, a sentence each.
    """

    host: Host
    guests: tuple[GuestFinding, ...]
    missing: tuple[str, ...]
    dump: NumaDump
    notes: tuple[str, ...] = ()

    def good(self) -> bool:
        """Whether every guest is where it was meant to be."""
        return not self.missing and not any(guest.faults for guest in self.guests)
