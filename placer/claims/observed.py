"""What a host's outputs say of the domains of claims."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from placer.claims.claim import Claim
from placer.claims.moments import Moment, moment_of
from placer.formats.base import RunningFacts
from placer.formats.sighting import SeenDomain, Sighting

TOLERANCE_KIB = 1024
"""
Memory that Xen may not give a guest of what its configuration states: 192 pages below 1 MiB of an hvm guest, seen on
Xen 4.17 and 4.20 (tests/xen/xen_accounts.py), in whole MiB.
"""


@dataclass(frozen=True, kw_only=True)
class Beside:
    """
    What a claim takes beside what its domain holds already, so that the host's outputs do not show it.

    Parameters
    ----------
    kib
        Pnode id -> memory, in KiB.
    pages
        (Pnode id, page size in KiB) -> huge pages.
    """

    kib: Mapping[int, int] = field(default_factory=dict)
    pages: Mapping[tuple[int, int], int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Observed:
    """
    What is known of a host's domains, and when that was so.

    Parameters
    ----------
    sighting
        The domains; None where nothing is known of any.
    held_kib
        Domid -> pnode id -> what the domain holds there, in KiB; empty where that was not looked up.
    at_s
        When, in seconds since the boot of the machine that holds the claims; None where it is not known.
    """

    sighting: Sighting | None = None
    held_kib: Mapping[int, Mapping[int, int]] = field(default_factory=dict)
    at_s: float | None = None

    @property
    def boot_id(self) -> str:
        """The boot of the host; empty where it is not known."""
        taken = self.sighting.taken if self.sighting else None
        return taken.boot_id if taken else ""

    def find(self, claim: Claim) -> SeenDomain | None:
        """Find the domain of a claim: by its uuid; by its name where one of the two has none; the newest of several."""
        if self.sighting is None:
            return None
        old = claim.before_domid if self.boot_id == claim.host_boot else None
        there = (domain for domain in self.sighting.domains if claim.is_of(domain.name, domain.uuid))
        return max((domain for domain in there if domain.domid != old), key=lambda domain: domain.domid, default=None)

    def built(self, claim: Claim, domain: SeenDomain) -> bool:
        """
        Whether all memory of a claim was its domain's when the host was asked what is free.

        So it is where the domain had run before, or holds as many pages, or somebody said so before. What ``xl list``
        prints as Mem says nothing: it counts pages that are still to come.
        """
        if sum(self.held_kib.get(domain.domid, {}).values()) >= claim.whole_kib - TOLERANCE_KIB:
            return True
        if self.sighting is None or self.sighting.lazy:
            return False
        before = claim.confirmed_s is not None and self.at_s is not None and claim.confirmed_s < self.at_s
        return domain.built or (before and claim.domid in {None, domain.domid})

    def beside(self, claim: Claim) -> Beside:
        """
        Give what a claim takes beside what its domain holds.

        On each pnode a claim counts as the larger of what it claims and what its domain holds there, until its domain
        is built. This holds whenever the outputs were taken: what is free and what the domain holds are of one moment.
        """
        domain = self.find(claim)
        if domain is not None and self.built(claim, domain):
            return Beside()
        held = dict(self.held_kib.get(domain.domid, {})) if domain is not None else {}
        kib = {pnode: max(0, taken - held.get(pnode, 0)) for pnode, taken in claim.taken_kib.items()}
        left = {pnode: max(0, held.get(pnode, 0) - claim.taken_kib.get(pnode, 0)) for pnode in held}
        pages = {}
        for each in claim.pages:
            there = min(each.count, left.get(each.pnode, 0) // each.page_size)
            left[each.pnode] = left.get(each.pnode, 0) - there * each.page_size
            pages[each.pnode, each.page_size] = each.count - there
        return Beside(kib=kib, pages=pages)


def observed(running: RunningFacts | None, now: Moment) -> Observed:
    """Give what is known of the domains of a host that was read."""
    if running is None or running.sighting is None:
        return Observed()
    return Observed(
        sighting=running.sighting, held_kib=running.memory_kib or {}, at_s=moment_of(running.sighting.taken, now)
    )
