"""The audit of a running host: whether the memory and vcpus of every guest are on the pnodes they were meant for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace as replaced

from msgspec.structs import replace

from placer.audit.expected import Bound, ExpectedLayout, Places, expected_by_config, expected_by_plan
from placer.audit.findings import AuditReport, GuestFinding
from placer.errors import InputError
from placer.formats.xl.list_domains import RunningGuest
from placer.formats.xl.numa_dump import PAGE_KIB, DumpedDomain, NumaDump
from placer.instance import Domain, Host, Placement, format_cpuset, format_size

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


def running_domains(guests: Sequence[RunningGuest], listed: Sequence[Domain]) -> tuple[Domain, ...]:
    """
    Combine the domains of ``xl list -l`` and ``xl vcpu-list``.

    Parameters
    ----------
    guests
        From ``xl list -l``, which knows the cpupools.
    listed
        From ``xl vcpu-list``, which knows the pcpus that vcpus are bound to now, and Domain-0.

    Returns
    -------
    tuple of Domain
        By number.

    Raises
    ------
    InputError
        If the two lists contradict each other.
    """
    by_domid = {domain.domid: domain for domain in listed}
    for guest in guests:
        here, there = guest.domain, by_domid.get(guest.domain.domid, guest.domain)
        if (here.name, len(here.affinity)) != (there.name, len(there.affinity)):
            raise InputError(
                f'domain {here.domid} is "{here.name}" with {len(here.affinity)} vcpus in xl list and "{there.name}" '
                f"with {len(there.affinity)} in xl vcpu-list; were both taken at the same time?"
            )
        by_domid[here.domid] = replace(there, pool=here.pool)
    return tuple(sorted(by_domid.values(), key=lambda domain: domain.domid or 0))


def load_notes(host: Host) -> tuple[str, ...]:
    """Say how many running vcpus of a host are counted as load, and which are not, or not exactly."""
    count = len(host.domains)
    notes = [f"{host.running_vcpu_count} vcpus of {count} running domain{'s' * (count != 1)} are counted as load"]
    if all(domain.domid != 0 for domain in host.domains):
        notes.append("the vcpus of Domain-0 are not counted: only xl vcpu-list states them")
    narrow = [domain.name for domain in host.domains if _narrow(domain, host)]
    if narrow:
        notes.append(f"bound to some of a pnode's pcpus, and counted as if bound to all of them: {', '.join(narrow)}")
    return tuple(notes)


def audit(host: Host, guests: Sequence[RunningGuest], dump: NumaDump, plan: Placement | None = None) -> AuditReport:
    """
    Compare the pnodes of running guests with the pnodes they were meant for.

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

    Raises
    ------
    InputError
        If a guest is not in the dump, or has another number of vnodes there; or if the dump or the plan names pnodes
        that the host does not have.
    """
    _check_pnodes(host, dump, plan)
    host = _within_pools(host)
    plans = plan.pnode_of if plan else {}
    domain_of = {domain.domid: domain for domain in host.domains}
    found = []
    for guest in guests:
        domain = domain_of[guest.domain.domid]
        there = dump.domains.get(domain.domid) if domain.domid is not None else None
        if there is None or (there.pnode_of is not None and len(there.pnode_of) != len(guest.vnodes or ())):
            what = "is not in the NUMA dump" if there is None else "has other vnodes in the NUMA dump"
            raise InputError(
                f'domain {domain.domid} "{domain.name}" {what}; were xl list and the dump taken at the same time?'
            )
        spread = plan is not None and domain.name in plan.sets
        finding = _finding(guest, domain, there, host, plans.get(domain.name), spread=spread)
        found.append(replaced(finding, faults=(*finding.faults, *_owner_faults(domain, plan))))
    names = {domain.name for domain in host.domains}
    missing = tuple(name for name, pnodes in plans.items() if name not in names and None not in pnodes)
    return AuditReport(host=host, guests=tuple(found), missing=missing, dump=dump)


def _finding(
    guest: RunningGuest,
    domain: Domain,
    there: DumpedDomain,
    host: Host,
    planned: tuple[int | None, ...] | None,
    *,
    spread: bool,
) -> GuestFinding:
    expected, faults = (
        expected_by_plan(guest, planned, host, spread=spread)
        if planned is not None
        else (expected_by_config(guest, host), [])
    )
    free_pages = FREE_PAGES + (guest.video_kib // PAGE_KIB + VIDEO_EXTRA_PAGES if guest.video_kib else 0)
    short_kib = guest.memory_kib - sum(there.memory_kib.values())
    misplaced_kib = expected.misplaced_kib(there.memory_kib)
    if there.pnode_of is not None and expected.pnode_of is not None:
        faults += _vnode_faults(there.pnode_of, expected.pnode_of)
    if sum(misplaced_kib.values()) > free_pages * PAGE_KIB:
        where = ", ".join(f"{format_size(kib)} on pnode {pnode}" for pnode, kib in misplaced_kib.items())
        faults.append(f"memory lies where none was meant to be: {where}")
    faults += _vcpu_faults(guest, domain, expected, host)
    return GuestFinding(
        domain=domain,
        expected=expected,
        found_kib=there.memory_kib,
        free_kib=free_pages * PAGE_KIB,
        short_kib=short_kib if short_kib > HOLE_PAGES * PAGE_KIB else 0,
        faults=tuple(faults),
    )


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
        f"vcpus {format_cpuset(vcpus)} run on pcpus {format_cpuset(everywhere if mask is None else mask)}, "
        f"{how} of them on pnode {format_cpuset(pnodes)}"
        for (mask, pnodes, how), vcpus in misbound.items()
    ]


def _owner_faults(domain: Domain, plan: Placement | None) -> list[str]:
    """Name the dedicated vcpus that are not bound to their pcpu of the plan."""
    owned = plan.pcpu_of.get(domain.name, ()) if plan else ()
    pairs = enumerate(zip(domain.affinity, owned, strict=False))
    loose = [vcpu for vcpu, (mask, pcpu) in pairs if pcpu is not None and mask != (pcpu,)]
    return [f"vcpus {format_cpuset(loose)} are not bound to the pcpus that the plan gives them"] if loose else []


def _check_pnodes(host: Host, dump: NumaDump, plan: Placement | None) -> None:
    """Refuse a dump or a plan of another host."""
    dumped = {pnode for domain in dump.domains.values() for pnode in domain.memory_kib}
    planned = {pnode for pnodes in (plan.pnode_of if plan else {}).values() for pnode in pnodes if pnode is not None}
    for what, pnodes in (("NUMA dump", dumped), ("plan", planned)):
        if not pnodes <= host.position_of.keys():
            missing, known = format_cpuset(pnodes - host.position_of.keys()), format_cpuset(host.position_of)
            raise InputError(f"the {what} names pnode {missing}, this host has {known}")


def _narrow(domain: Domain, host: Host) -> bool:
    """Whether some vcpu is bound to only some of the pcpus that its cpupool has on a pnode."""
    pool = host.pcpus_of_effective_pool(domain.pool)
    homes = [home for pnode in host.pnodes if (home := pool.intersection(pnode.pcpus))]
    return any(0 < len(home.intersection(mask or ())) < len(home) for mask in set(domain.affinity) for home in homes)


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
