"""The cost terms, one function each, whose docstring is its formula. All of them are integers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from placer.check.positions import Positions, Sites, distance
from placer.check.soft_terms import SOFT_TERMS
from placer.instance import UNREACHABLE, Domain, Guest, Host, Instance, Pnode

Matrix = tuple[tuple[int, ...], ...]

SHARING_PRICE = 15_000
"""
What a vcpu pays for each other vcpu on its core, in thousandths of a unit of distance. XAPI measured that
packing a guest on the SMT siblings of one node loses 40 to 75 % of its throughput, while keeping it local wins
about 20 % (xapi-project/xen-api pull request 6763).
"""


@dataclass(frozen=True, kw_only=True)
class Access:
    """
    How far memory accesses go.

    Parameters
    ----------
    cost
        The access_distance term.
    traffic
        The sum of T it stands over; 0 for a guest without vcpus or memory.
    """

    cost: int
    traffic: int

    @property
    def mean_distance(self) -> float | None:
        """Mean distance of a memory access; None where nothing accesses memory."""
        return self.cost / self.traffic if self.traffic else None


def unplaced_guests(instance: Instance, where: Positions) -> int:
    """Count the guests with a vnode without a pnode."""
    return sum(None in where[guest.name] for guest in instance.guests)


def unplaced(instance: Instance, where: Positions) -> int:
    """Sum memory_kib + 1024 x vcpus over the vnodes without a pnode."""
    return sum(
        vnode.memory_kib + 1024 * len(vnode.vcpus)
        for guest in instance.guests
        for vnode, p in zip(guest.vnodes, where[guest.name], strict=True)
        if p is None
    )


def traffic(guest: Guest) -> Matrix:
    """
    T, how much the vcpus of vnode v (row) use the memory of vnode w (column), in thousandths of a vcpu.

    ``T[v][w] = vcpus(v) x share(w)`` with ``share(w) = 1000 x memory(w) / memory(guest)``; or, from the guest's own
    matrix, ``entry[v][w] x 1000 x vcpus(guest) / sum of entries``. Both quotients go to the nearest integer,
    halves up. 0 for a guest without vcpus or memory.
    """
    if not guest.vcpu_count or not guest.memory_kib:
        return tuple((0,) * len(guest.vnodes) for _ in guest.vnodes)
    if guest.traffic is not None:
        total = sum(map(sum, guest.traffic))
        return tuple(tuple(_nearest(entry * 1000 * guest.vcpu_count, total) for entry in row) for row in guest.traffic)
    shares = [_nearest(1000 * vnode.memory_kib, guest.memory_kib) for vnode in guest.vnodes]
    return tuple(tuple(len(vnode.vcpus) * share for share in shares) for vnode in guest.vnodes)


def access(guest: Guest, host: Host, sites: Sites) -> Access:
    """Sum T[v][w] x d(v, w), and T, over all ordered pairs of vnodes (v, w), v = w included."""
    rows = traffic(guest)
    cost = sum(
        flow * distance(host, p, q)
        for p, row in zip(sites, rows, strict=True)
        for q, flow in zip(sites, row, strict=True)
    )
    return Access(cost=cost, traffic=sum(map(sum, rows)))


def access_distance(instance: Instance, where: Positions) -> int:
    """Sum the cost of every guest's accesses."""
    return sum(access(guest, instance.host, where[guest.name]).cost for guest in instance.guests)


def traffic_rounding_loss(guest: Guest, host: Host) -> int:
    """
    What rounding takes off the traffic of a cut guest, at the smallest distance: so that it favours no number of parts.

    (1000 x vcpus - the sum of T) x d; 0 for a guest without memory.
    """
    if not guest.memory_kib:
        return 0
    return (1000 * guest.vcpu_count - sum(map(sum, traffic(guest)))) * host.smallest_distance


def sharing_price(instance: Instance) -> int:
    """
    Price of a vcpu in a pair that shares a core, in thousandths.

    15000; on a host with fewer threads than vcpus, those of the guests and those that run already,
    15000 x (threads / vcpus)^2, rounded down. The objective's own price takes its place: floor(1000 x price + 1/2).
    """
    if instance.objective.core_sharing_price is not None:
        return math.floor(1000 * instance.objective.core_sharing_price + 0.5)
    threads = sum(len(pnode.pcpus) for pnode in instance.host.pnodes)
    vcpus = sum(guest.vcpu_count for guest in instance.guests) + sum(len(d.affinity) for d in instance.host.domains)
    return SHARING_PRICE * threads**2 // vcpus**2 if threads < vcpus else SHARING_PRICE


def core_group_of(host: Host) -> tuple[int, ...]:
    """
    For each pnode the one whose cores it shares: itself where it has memory.

    Without, the nearest with memory by its own row of the SLIT, the first of several; itself where it reaches none.
    """
    with_memory, groups = [p for p, pnode in enumerate(host.pnodes) if pnode.memory_kib], []
    for q, pnode in enumerate(host.pnodes):
        reached = [p for p in with_memory if host.distances[q][p] < UNREACHABLE]
        nearest = min(reached, key=lambda p: host.distances[q][p], default=q)
        groups.append(q if pnode.memory_kib else nearest)
    return tuple(groups)


def pairs(vcpus: int, cores: int) -> int:
    """
    Pairs of n vcpus that share a core where they are spread evenly over c cores.

    r C(q+1, 2) + (c - r) C(q, 2) with q = n div c, r = n mod c; 0 without cores.
    """
    if not cores:
        return 0
    each, more = divmod(vcpus, cores)
    return more * math.comb(each + 1, 2) + (cores - more) * math.comb(each, 2)


def running_vcpus(host: Host, domains: Iterable[Domain] | None = None) -> list[int]:
    """
    For each pnode the sum of 1/k over the vcpus of domains that may run on it and k - 1 others, rounded down.

    A vcpu may run on the pnodes of the pcpus it is bound to, on all with pcpus where it is bound to none: those of its
    domain's cpupool, all of the pool where it is bound to none of these. One that may run on nothing but dedicated
    pcpus of the host does not count. ``domains`` are some of the host's, or all.
    """
    load, owned = [Fraction(0) for _ in host.pnodes], set(host.dedicated_pcpus or ())
    masks = [(mask, d.pool) for d in (host.domains if domains is None else domains) for mask in d.affinity]
    for (mask, pool), count in Counter(masks).items():
        pcpus = host.pcpus_of_effective_pool(pool).intersection(
            mask or host.pcpus_of_effective_pool(pool)
        ) or host.pcpus_of_effective_pool(pool)
        may = [p for p, pnode in enumerate(host.pnodes) if not set(pnode.pcpus).isdisjoint(pcpus)]
        for p in may if not owned.issuperset(pcpus) else ():
            load[p] += Fraction(count, len(may))
    return list(map(math.floor, load))


def core_sharing(instance: Instance, where: Positions) -> int:
    """
    Sum 2 x price x pairs(vcpus, cores) over the cpupools and core groups, the price in thousandths.

    Vcpus are the shared ones placed there and those running there that are in the cpupool, cores those with a pcpu of
    it, not among the host's dedicated_pcpus; guests in no cpupool form one pool over all cores. Where the host has no
    dedicated_pcpus cores are less those that dedicated vcpus placed there fill, one for each that is isolated and
    one for each t others, t the most pcpus of a core of the host, rounded up; at least 1.
    """
    host, shared = instance.host, 0
    group_of = core_group_of(host)
    threads = max((len(core) for pnode in host.pnodes for core in pnode.cores), default=1)
    for name, pcpus in host.pcpus_of_pool.items():
        cores, vcpus, filled = ([0] * len(group_of) for _ in range(3))
        running = running_vcpus(host, [d for d in host.domains if host.effective_pool(d.pool) == name])
        for p, pnode in enumerate(host.pnodes):
            cores[group_of[p]] += _cores_in(pnode, pcpus.difference(host.dedicated_pcpus or ()))
            vcpus[group_of[p]] += running[p]
        for guest in instance.guests:
            for vnode, site in zip(guest.vnodes, where[guest.name], strict=True):
                if site is not None and host.effective_pool(guest.pool) == name:
                    dedicated = len(guest.dedicated.intersection(vnode.vcpus))
                    vcpus[group_of[site]] += len(vnode.vcpus) - dedicated
                    filled[group_of[site]] += dedicated * (threads if guest.thread_policy == "isolate" else 1)
        if host.dedicated_pcpus is None:
            cores = [max(c - -(-f // threads), min(c, 1)) for c, f in zip(cores, filled, strict=True)]
        shared += sum(map(pairs, vcpus, cores))
    return 2 * sharing_price(instance) * shared


def _cores_in(pnode: Pnode, pcpus: frozenset[int]) -> int:
    """Cores with one of these pcpus, or the pcpus themselves where the host states no cores."""
    return sum(not pcpus.isdisjoint(core) for core in pnode.cores) or len(pcpus.intersection(pnode.pcpus))


def _nearest(numerator: int, denominator: int) -> int:
    """Divide to the nearest integer, halves up."""
    return (2 * numerator + denominator) // (2 * denominator)


COSTS: dict[str, Callable[[Instance, Positions], int]] = {
    "unplaced_guests": unplaced_guests,
    "unplaced": unplaced,
    "access_distance": access_distance,
    "core_sharing": core_sharing,
    **SOFT_TERMS,
}
"""Every term of a placement alone by its name (:mod:`placer.instance.catalogue`)."""
