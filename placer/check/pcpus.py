"""The rules about pcpus, over all guests together: what a placement breaks, in words with figures."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from placer.check.claims import claims
from placer.check.huge_pages import huge_pages
from placer.check.positions import Positions
from placer.check.rules import MOST_NAMED, Violation, memory
from placer.check.running import bound_alone, running_vcpus
from placer.check.set_room import set_affinity, set_room
from placer.instance import Guest, Host, Instance, Placement, format_cpuset


def overcommit(instance: Instance, where: Positions) -> Iterator[Violation]:
    """
    On each pnode that holds shared vcpus: shared vcpus + running vcpus <= overcommit x pcpus left to them.

    Left are all pcpus but the dedicated pcpus of the host; if the host states none, all but one for each dedicated vcpu
    on the pnode. A host that states no limit takes any number. Vcpus that
    are offline do not count.
    """
    host, limit = instance.host, instance.host.vcpus_per_pcpu
    if limit is None:
        return
    running = running_vcpus(host)
    for p, pnode in enumerate(host.pnodes):
        held = [
            (
                guest.name,
                v,
                len(guest.online.intersection(vnode.vcpus) - guest.dedicated),
                len(guest.dedicated.intersection(vnode.vcpus)),
            )
            for guest in instance.guests
            for v, (vnode, site) in enumerate(zip(guest.vnodes, where[guest.name], strict=True))
            if site == p and vnode.vcpus
        ]
        owned = len(set(pnode.pcpus).intersection(host.dedicated_pcpus or ()))
        if host.dedicated_pcpus is None:
            owned = sum(dedicated for _, _, _, dedicated in held)
        vcpus, most = sum(shared for _, _, shared, _ in held), math.floor(limit * (len(pnode.pcpus) - owned))
        sharing = [row for row in held if row[2]]
        if (sharing or (held and owned and host.dedicated_pcpus is None)) and vcpus + running[p] > most:
            names = [f'guest "{name}" vnode {v} ({count})' for name, v, count, _ in sharing[:MOST_NAMED]]
            names += [f"{len(sharing) - MOST_NAMED} more"] if len(sharing) > MOST_NAMED else []
            left = f"{len(pnode.pcpus) - owned} left of {len(pnode.pcpus)}" if owned else f"{len(pnode.pcpus)}"
            yield Violation(
                rule="overcommit",
                message=f"pnode {pnode.id} takes {most} vcpus (overcommit {host.overcommit:g}, {left} pcpus), "
                f"{running[p]} run there and its vnodes have {vcpus}" + (f": {', '.join(names)}" if names else ""),
                guests=tuple(dict.fromkeys(name for name, _, _, _ in held)),
            )


@dataclass(frozen=True)
class _Owner:
    """A dedicated vcpu on a pnode, and the pcpu it was given."""

    guest: Guest
    vnode: int
    vcpu: int
    site: int
    pcpu: int | None


def dedicated(instance: Instance, placement: Placement, where: Positions) -> Iterator[Violation]:
    """
    Every dedicated vcpu owns a pcpu, every shared vcpu has one left, and thread policies hold.

    The pcpu that a dedicated vcpu owns is on its pnode, in its hard mask and in its cpupool, among the host's dedicated
    pcpus if the host states any, owned by no other vcpu, and not the only pcpu of a running vcpu. The pcpu that is left
    to a shared vcpu is on its pnode, in its hard mask and in its cpupool, not among the host's dedicated pcpus, not
    owned, and not on the core of an isolated vcpu.
    """
    host = instance.host
    owners = [
        _Owner(guest, v, vcpu, site, placement.pcpu_of.get(guest.name, (None,) * guest.vcpu_count)[vcpu])
        for guest in instance.guests
        for v, (vnode, site) in enumerate(zip(guest.vnodes, where[guest.name], strict=True))
        for vcpu in sorted(guest.dedicated.intersection(vnode.vcpus))
        if site is not None
    ]
    occupied = bound_alone(host)
    times = Counter(owner.pcpu for owner in owners)
    for owner in owners:
        for fault in _own_faults(owner, host, occupied, times):
            yield _violation("dedicated", owner.guest, f"vcpu {owner.vcpu} {fault}")
    for guest in instance.guests:
        entitled = {owner.vcpu for owner in owners if owner.guest is guest}
        for vcpu, pcpu in enumerate(placement.pcpu_of.get(guest.name, ())):
            if pcpu is not None and vcpu not in entitled:
                fault = f"vcpu {vcpu} owns pcpu {pcpu}, expected none: it is not dedicated, or nowhere"
                yield _violation("dedicated", guest, fault)
    yield from _shared(instance, where, owners)
    yield from _threads(host, owners, occupied)


def _own_faults(owner: _Owner, host: Host, occupied: frozenset[int], times: Counter[int | None]) -> Iterator[str]:
    pcpu, pnode = owner.pcpu, host.pnodes[owner.site]
    mask = owner.guest.hard_affinity[owner.vcpu] if owner.guest.hard_affinity else None
    if pcpu is None:
        yield "is dedicated and owns no pcpu"
        return
    if pcpu not in pnode.pcpus:
        yield f"owns pcpu {pcpu}, its pnode {pnode.id} has {format_cpuset(pnode.pcpus) or 'none'}"
    if mask is not None and pcpu not in mask:
        yield f"owns pcpu {pcpu}, it may run only on pcpus {format_cpuset(mask)}"
    if pcpu not in host.pcpus_of_effective_pool(owner.guest.pool):
        pool = host.pcpus_of_effective_pool(owner.guest.pool)
        yield f"owns pcpu {pcpu}, its cpupool has {format_cpuset(pool) or 'none'}"
    if host.dedicated_pcpus is not None and pcpu not in host.dedicated_pcpus:
        yield f"owns pcpu {pcpu}, dedicated are {format_cpuset(host.dedicated_pcpus) or 'none'}"
    if pcpu in occupied:
        yield f"owns pcpu {pcpu}, to which a running vcpu is bound"
    if times[pcpu] > 1:
        yield f"owns pcpu {pcpu}, which {times[pcpu]} vcpus own"


def _shared(instance: Instance, where: Positions, owners: list[_Owner]) -> Iterator[Violation]:
    """Every shared vcpu has a pcpu left."""
    host = instance.host
    gone = set(host.dedicated_pcpus or ()) | {owner.pcpu for owner in owners if owner.pcpu is not None}
    for owner in owners:
        if owner.guest.thread_policy == "isolate":
            gone.update(_core(host, owner))
    for guest in instance.guests if gone else ():
        masks = guest.hard_affinity or (None,) * guest.vcpu_count
        for v, (vnode, site) in enumerate(zip(guest.vnodes, where[guest.name], strict=True)):
            here = host.pcpus_of_effective_pool(guest.pool).intersection(
                () if site is None else host.pnodes[site].pcpus
            )
            stuck = [
                vcpu
                for vcpu in sorted(set(vnode.vcpus) - guest.dedicated)
                if here.intersection(masks[vcpu] or here) and here.intersection(masks[vcpu] or here) <= gone
            ]
            if stuck and site is not None:
                pnode = host.pnodes[site].id
                fault = f"vnode {v}: dedicated vcpus leave its vcpus {format_cpuset(stuck)} no pcpu of pnode {pnode}"
                yield _violation("dedicated", guest, fault)


def _threads(host: Host, owners: list[_Owner], occupied: frozenset[int]) -> Iterator[Violation]:
    """``isolate``: no other vcpu on the core; ``require``: all cores of a vnode but one carry two of its vcpus."""
    used = Counter(core for owner in owners if (core := _core(host, owner)))
    of_vnode: dict[tuple[str, int], Counter[tuple[int, ...]]] = {}
    guests = {owner.guest.name: owner.guest for owner in owners}
    for owner in owners:
        core = _core(host, owner)
        if core and owner.guest.thread_policy == "isolate" and (used[core] > 1 or not occupied.isdisjoint(core)):
            fault = f"vcpu {owner.vcpu} is to be isolated, others use pcpus {format_cpuset(core)} of its core"
            yield _violation("thread_policy", owner.guest, fault)
        if core and owner.guest.thread_policy == "require":
            of_vnode.setdefault((owner.guest.name, owner.vnode), Counter())[core] += 1
    for (name, v), cores in of_vnode.items():
        single = [core for core, count in cores.items() if count == 1]
        if len(single) > 1:
            fault = f"vnode {v} has {len(single)} cores with one of its vcpus, thread_policy require allows one"
            yield _violation("thread_policy", guests[name], fault)


def _core(host: Host, owner: _Owner) -> tuple[int, ...]:
    """Give the pcpus of the core of the owned pcpu; none if the vcpu owns no pcpu of its pnode."""
    pnode = host.pnodes[owner.site]
    cores = pnode.cores or tuple((pcpu,) for pcpu in pnode.pcpus)
    return next((core for core in cores if owner.pcpu in core), ())


def _violation(rule: str, guest: Guest, fault: str) -> Violation:
    return Violation(rule=rule, message=f'guest "{guest.name}" {fault}', guests=(guest.name,))


PNODE_RULES: dict[str, Callable[[Instance, Positions], Iterator[Violation]]] = {
    "memory": memory,
    "claims": claims,
    "huge_pages": huge_pages,
    "overcommit": overcommit,
    "set_room": set_room,
    "set_affinity": set_affinity,
}
"""The rules about what each pnode offers to all of its vnodes together, by name."""
