"""The audit of a running host: whether the memory and vcpus of every guest are on the pnodes they were meant for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace as replaced

from msgspec.structs import replace

from placer.audit.expected import Bound, ExpectedLayout, Places, expected_by_config, expected_by_plan, set_faults
from placer.audit.findings import AuditReport, GuestFinding
from placer.audit.near_memory import affinity_faults, near_pnodes
from placer.audit.same_host import check_same_host, same_host_notes
from placer.audit.seen import away_from, off_mask_faults
from placer.errors import InputError
from placer.formats.xl.list_domains import RunningGuest, unlisted_guest
from placer.formats.xl.numa_dump import PAGE_KIB, DumpedDomain, NumaDump
from placer.formats.xl.vcpu_list import SeenVcpu
from placer.instance import Domain, Host, Placement, format_cpuset, format_size, shorten

FREE_PAGES = 176
"""
Pages of an hvm guest that libxc allocates without naming a node: 160 below 640 KiB and 16 special ones.

Xen 4.17 spreads these pages over the node affinity that the guest has while it is built; seen on 33 guests, to the
page.
"""
VIDEO_EXTRA_PAGES = 16
"""Further pages without a node for a guest with video memory, beside that memory; seen on Xen 4.17."""
HOLE_PAGES = 192
"""Pages that the pnode of vnode 0 does not hold: 160 below 640 KiB, and the hole of 32 (VGA) above them."""


def audit(
    host: Host,
    guests: Sequence[RunningGuest],
    dump: NumaDump,
    plan: Placement | None = None,
    *,
    seen: Mapping[int, tuple[SeenVcpu, ...]] | None = None,
) -> AuditReport:
    """
    Compare the pnodes of running guests with the pnodes they were meant for.

    A domain of ``host`` that is not among ``guests``, Domain-0 apart, is a guest too: ``xl list -l`` leaves out stub
    domains and the guests of other toolstacks. What states no pnodes is compared with the affinity of its vcpus.

    Parameters
    ----------
    host
        The host with its domains; every one of ``guests`` is among them.
    guests
        The running guests with the configurations they were started with.
    dump
        The memory of each domain on each pnode, as Xen reports it.
    plan
        The planned placement. Guests that are not in it, and all guests without a plan, are compared with their own
        configurations.
    seen
        Domid -> for each vcpu where it was, as ``xl vcpu-list`` prints it. Where vcpus of a domain that is not in it
        may run is not known, unless its configuration says so. None: it is what ``host`` says.

    Raises
    ------
    InputError
        If a guest is not in the dump, or has another number of vnodes there; or if the dump or the plan is of another
        host.
    """
    check_same_host(host, dump, plan)
    host = _within_pools(host)
    domain_of = {domain.domid: domain for domain in host.domains}
    found = []
    for guest in (*guests, *_unlisted(host, guests, dump)):
        domain = domain_of[guest.domain.domid]
        there = _dumped(guest, domain, dump)
        finding = _finding(guest, domain, there, host, plan)
        near = near_pnodes(guest, there, finding.free_kib)
        if seen is not None and there.domid not in seen and None in domain.affinity:
            finding = replaced(finding, affinity_known=False)
        found.append(_with_seen(finding, near, (seen or {}).get(there.domid), host))
    names = {domain.name for domain in host.domains}
    plans = plan.pnode_of if plan else {}
    missing = tuple(name for name, pnodes in plans.items() if name not in names and None not in pnodes)
    notes = tuple(same_host_notes(host, dump))
    return AuditReport(host=host, guests=tuple(found), missing=missing, dump=dump, notes=notes)


def _unlisted(host: Host, guests: Sequence[RunningGuest], dump: NumaDump) -> list[RunningGuest]:
    """Make guests of the domains that only ``xl vcpu-list`` has, of what the dump says of their memory."""
    listed = {0, None, *(guest.domain.domid for guest in guests)}
    found = []
    for domain in host.domains:
        if domain.domid not in listed:
            there = dump.domains.get(domain.domid or 0)
            memory_kib = sum(there.memory_kib.values()) if there else 0
            found.append(unlisted_guest(domain, memory_kib))
    return found


def _dumped(guest: RunningGuest, domain: Domain, dump: NumaDump) -> DumpedDomain:
    there = dump.domains.get(domain.domid) if domain.domid is not None else None
    others = there is not None and there.pnode_of is not None and len(there.pnode_of) != len(guest.vnodes or ())
    if there is None or (others and guest.listed):
        what = "is not in the NUMA dump" if there is None else "has other vnodes in the NUMA dump"
        listing = "xl list" if guest.listed else "xl vcpu-list"
        raise InputError(
            f'domain {domain.domid} "{shorten(domain.name)}" {what}; '
            f"were {listing} and the dump taken at the same time?"
        )
    return there


def _finding(
    guest: RunningGuest, domain: Domain, there: DumpedDomain, host: Host, plan: Placement | None
) -> GuestFinding:
    free_pages = FREE_PAGES + (guest.video_kib // PAGE_KIB + VIDEO_EXTRA_PAGES if guest.video_kib else 0)
    free_kib = free_pages * PAGE_KIB
    short_kib = guest.memory_kib - sum(there.memory_kib.values())
    planned = plan.pnode_of.get(domain.name) if plan else None
    memory_faults: list[str] = []
    if plan is None or planned is None:
        expected = expected_by_config(guest, host)
    else:
        spread = domain.name in plan.sets
        expected, memory_faults = expected_by_plan(guest, planned, host, spread=spread)
        memory_faults += set_faults(expected.pnodes, there.memory_kib) if spread and not memory_faults else []
    if there.pnode_of is not None and expected.pnode_of is not None:
        memory_faults += _vnode_faults(there.pnode_of, expected.pnode_of)
    misplaced_kib = expected.misplaced_kib(there.memory_kib)
    if sum(misplaced_kib.values()) > free_kib:
        where = ", ".join(f"{format_size(kib)} on pnode {pnode}" for pnode, kib in misplaced_kib.items())
        memory_faults.append(f"memory lies where none was meant to be: {where}")
    vcpu_faults = [*_vcpu_faults(guest, domain, expected, host), *_owner_faults(domain, plan)]
    states_nothing = planned is None and guest.vnodes is None and guest.stated is None
    if states_nothing and not memory_faults:
        memory_faults, vcpu_faults = affinity_faults(domain, there.memory_kib, free_kib, host)
    return GuestFinding(
        domain=domain,
        expected=expected,
        found_kib=there.memory_kib,
        free_kib=free_kib,
        short_kib=short_kib if short_kib > HOLE_PAGES * PAGE_KIB else 0,
        memory_faults=tuple(memory_faults),
        vcpu_faults=tuple(vcpu_faults),
        listed=guest.listed,
    )


def _with_seen(
    finding: GuestFinding, near: Sequence[Places], seen: Sequence[SeenVcpu] | None, host: Host
) -> GuestFinding:
    """Add where the vcpus were seen, and as a fault which of them run away from their memory against their affinity."""
    if seen is None:
        return finding
    away = away_from(near, seen, finding.domain, host)
    faults = off_mask_faults(away, near, seen, finding.domain)
    return replaced(finding, seen=tuple(seen), away=away, vcpu_faults=(*finding.vcpu_faults, *faults))


def _vnode_faults(pnode_of: tuple[int | None, ...], expected: tuple[int, ...]) -> list[str]:
    """Compare the pnode that Xen has recorded for each vnode with the expected one."""
    return [
        f"vnode {v} is on {'no pnode' if pnode is None else f'pnode {pnode}'}, meant for pnode {wanted}"
        for v, (pnode, wanted) in enumerate(zip(pnode_of, expected, strict=True))
        if pnode != wanted
    ]


def _vcpu_faults(guest: RunningGuest, domain: Domain, expected: ExpectedLayout, host: Host) -> list[str]:
    """Compare the mask of each vcpu with the pcpus of its expected pnodes, and with the affinity of its own file."""
    misbound: dict[tuple[Bound, Places, str], list[int]] = defaultdict(list)
    everywhere = frozenset(host.position_of_pcpu)
    for vcpu, (mask, pnodes) in enumerate(zip(domain.affinity, expected.pnodes_of, strict=True)):
        home = {pcpu for pnode in host.pnodes if pnode.id in pnodes for pcpu in pnode.pcpus}
        own = () if guest.stated is None else guest.stated[vcpu] or everywhere
        pcpus = everywhere if mask is None else frozenset(mask)
        if home and home.isdisjoint(pcpus):
            misbound[mask, pnodes, "none"].append(vcpu)
        elif home and not pcpus <= home.union(own):
            misbound[mask, pnodes, "not all"].append(vcpu)
    return [
        f"vcpus {format_cpuset(vcpus)} may run on pcpus {format_cpuset(everywhere if mask is None else mask)}, "
        f"{how} of them on pnode {format_cpuset(pnodes)}"
        for (mask, pnodes, how), vcpus in misbound.items()
    ]


def _owner_faults(domain: Domain, plan: Placement | None) -> list[str]:
    """Name the dedicated vcpus that are not bound to their pcpu of the plan."""
    owned = plan.pcpu_of.get(domain.name, ()) if plan else ()
    pairs = enumerate(zip(domain.affinity, owned, strict=False))
    loose = [vcpu for vcpu, (mask, pcpu) in pairs if pcpu is not None and mask != (pcpu,)]
    return [f"vcpus {format_cpuset(loose)} are not bound to the pcpus that the plan gives them"] if loose else []


def _within_pools(host: Host) -> Host:
    """Limit the mask of every running vcpu to its cpupool; a mask without pcpus of the pool becomes the whole pool."""
    return replace(host, domains=tuple(_within_pool(domain, host) for domain in host.domains))


def _within_pool(domain: Domain, host: Host) -> Domain:
    pool = host.pcpus_of_effective_pool(domain.pool)
    if host.effective_pool(domain.pool) is None or not pool:
        return domain
    bound = [tuple(sorted(pool.intersection(mask or pool) or pool)) for mask in domain.affinity]
    everywhere = len(host.position_of_pcpu)
    return replace(domain, affinity=tuple(None if len(mask) == everywhere else mask for mask in bound))
