"""The costs of nearness, free cores and unplaced vnodes as integers: one function each, its docstring the formula."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from placer.check.future import future_capacity
from placer.check.positions import Positions, Sites, distance
from placer.check.running import running_in_pool
from placer.check.soft_terms import SOFT_TERMS
from placer.instance import Guest, Host, Instance, Pnode
from placer.instance.once import once_for_host

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
    The distance of the memory accesses of one guest.

    Parameters
    ----------
    cost
        The access_distance term.
    traffic
        The sum of the traffic T that the cost weighs; 0 for a guest without vcpus or memory.
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
    Give the traffic T: how much the vcpus of vnode v (row) use the memory of vnode w (column), in 1/1000 of a vcpu.

    ``T[v][w] = vcpus(v) x share(w)`` with ``share(w) = 1000 x memory(w) / memory(guest)``; or, from the guest's own
    matrix, ``entry[v][w] x 1000 x vcpus(guest) / sum of entries``. Both quotients go to the nearest integer,
    halves up. 0 for a guest without vcpus or memory. Vcpus are those that are online.
    """
    if not guest.vcpu_count or not guest.memory_kib:
        return tuple((0,) * len(guest.vnodes) for _ in guest.vnodes)
    if guest.traffic is not None:
        total = sum(map(sum, guest.traffic))
        each = 1000 * len(guest.online)
        return tuple(tuple(_nearest(entry * each, total) for entry in row) for row in guest.traffic)
    shares = [_nearest(1000 * vnode.memory_kib, guest.memory_kib) for vnode in guest.vnodes]
    return tuple(tuple(guest.online_on(vnode) * share for share in shares) for vnode in guest.vnodes)


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
    Price the traffic of a flexible guest that is lost to rounding: (1000 x vcpus - the sum of T) x smallest distance.

    Added to access_distance, it keeps rounding from favouring any number of vnodes. 0 for a guest without memory.
    """
    if not guest.memory_kib:
        return 0
    return (1000 * len(guest.online) - sum(map(sum, traffic(guest)))) * host.smallest_distance


def sharing_price(instance: Instance) -> int:
    """
    Price of a vcpu in a pair that shares a core, in thousandths.

    15000; on a host with fewer threads than vcpus, 15000 x (threads / vcpus)^2, rounded down. Vcpus are those online of
    all guests and of all running domains. A price stated in the objective replaces it: floor(1000 x price + 1/2).
    """
    if instance.objective.core_sharing_price is not None:
        return math.floor(1000 * instance.objective.core_sharing_price + 0.5)
    threads = sum(len(pnode.pcpus) for pnode in instance.host.pnodes)
    vcpus = sum(len(guest.online) for guest in instance.guests)
    vcpus += sum(len(d.online_affinity) for d in instance.host.domains)
    return SHARING_PRICE * threads**2 // vcpus**2 if threads < vcpus else SHARING_PRICE


def pairs(vcpus: int, cores: int) -> int:
    """
    Count the pairs of n vcpus that share a core when n vcpus are spread evenly over c cores.

    r C(q+1, 2) + (c - r) C(q, 2) with q = n div c, r = n mod c; 0 without cores.
    """
    if not cores:
        return 0
    each, more = divmod(vcpus, cores)
    return more * math.comb(each + 1, 2) + (cores - more) * math.comb(each, 2)


def core_sharing(instance: Instance, where: Positions) -> int:
    """
    Sum 2 x price x pairs(vcpus, cores) over the cpupools and pnodes, the price in thousandths.

    Vcpus and cores are those of :func:`core_loads`.
    """
    loads = (load for loads in core_loads(instance, where).values() for load in loads)
    return 2 * sharing_price(instance) * sum(pairs(vcpus, cores) for vcpus, cores in loads)


def core_loads(instance: Instance, where: Positions) -> dict[str | None, list[tuple[int, int]]]:
    """
    Count for each cpupool the vcpus that share cores on each pnode, by position, and these cores.

    Vcpus are the shared vcpus placed there and the vcpus running there, of guests and domains in the cpupool; cores are
    the pnode's cores with a pcpu of the pool that is not among the host's dedicated_pcpus. Guests in no cpupool form
    one pool over all cores. If the host states no dedicated_pcpus, the cores that dedicated vcpus placed there fill are
    taken off, down to 1: one core for each isolated vcpu, and one for each t other dedicated vcpus, rounded up, where t
    is the most pcpus of a core of the host. Only online vcpus share cores.
    """
    host = instance.host
    loads: dict[str | None, list[tuple[int, int]]] = {}
    threads = max((len(core) for pnode in host.pnodes for core in pnode.cores), default=1)
    for name in host.pcpus_of_pool:
        cores, vcpus = list(_cores_of_pool(host, name)), list(running_in_pool(host, name))
        filled = [0] * len(cores)
        for guest in instance.guests:
            for vnode, site in zip(guest.vnodes, where[guest.name], strict=True):
                if site is not None and host.effective_pool(guest.pool) == name:
                    dedicated = len(guest.dedicated.intersection(vnode.vcpus))
                    vcpus[site] += len(guest.online.intersection(vnode.vcpus) - guest.dedicated)
                    filled[site] += dedicated * (threads if guest.thread_policy == "isolate" else 1)
        if host.dedicated_pcpus is None:
            cores = [max(c - -(-f // threads), min(c, 1)) for c, f in zip(cores, filled, strict=True)]
        loads[name] = list(zip(vcpus, cores, strict=True))
    return loads


@once_for_host
def _cores_of_pool(host: Host, name: str | None) -> tuple[int, ...]:
    """Count the cores of each pnode with a pcpu of a cpupool that is not among the host's dedicated_pcpus."""
    pcpus = host.pcpus_of_pool[name].difference(host.dedicated_pcpus or ())
    return tuple(_cores_in(pnode, pcpus) for pnode in host.pnodes)


def _cores_in(pnode: Pnode, pcpus: frozenset[int]) -> int:
    """Count the cores with one of these pcpus; the pcpus themselves if the host states no cores."""
    return sum(not pcpus.isdisjoint(core) for core in pnode.cores) or len(pcpus.intersection(pnode.pcpus))


def _nearest(numerator: int, denominator: int) -> int:
    """Divide to the nearest integer, halves up."""
    return (2 * numerator + denominator) // (2 * denominator)


COSTS: dict[str, Callable[[Instance, Positions], int]] = {
    "unplaced_guests": unplaced_guests,
    "unplaced": unplaced,
    "access_distance": access_distance,
    "core_sharing": core_sharing,
    "future_capacity": future_capacity,
    **SOFT_TERMS,
}
"""Every term that needs no earlier placement, by its name in :mod:`placer.instance.catalogue`."""
