"""What a plan comes to in each tier, from the definitions."""

from __future__ import annotations

from collections.abc import Iterable

from placer.fleet.bound.stages import Tier
from placer.fleet.model.fleet import Fleet
from placer.fleet.plan.plan import HostPlan
from placer.fleet.problem.loads import capacity_of
from placer.fleet.problem.problem import FleetProblem
from placer.instance.apart import as_placed


def tier_values(
    fleet: Fleet, problem: FleetProblem, hosts: dict[str, HostPlan], unplaced: Iterable[str]
) -> dict[Tier, int]:
    """
    Give the value of every tier.

    Parameters
    ----------
    hosts
        The hosts that hold a guest of the fleet.
    unplaced
        The guests without a place.
    """
    left = list(unplaced)
    idle = {host for each in problem.types if each.in_use for host in each.hosts}.difference(hosts)
    guests = [fleet.guests[fleet.guest_entry[guest]].guest for guest in left]
    return {
        "unplaced_guests": len(left),
        "unplaced": sum(guest.memory_kib + 1024 * guest.vcpu_count for guest in guests),
        "hosts": len(hosts) + len(idle),
        "spread": max((_fullest(plan) for plan in hosts.values()), default=0) if fleet.aim == "spread" else 0,
    }


def _fullest(plan: HostPlan) -> int:
    """Give the use of the fullest pnode of a host, in thousandths of the memory that it offers, rounded up."""
    held = dict.fromkeys(plan.model.host.position_of, 0)
    for guest in as_placed(plan.model, plan.places.counts(), plan.places.apart).guests:
        for vnode, pnode in zip(guest.vnodes, plan.places.pnode_of[guest.name], strict=True):
            if pnode is not None and guest.name in plan.names:
                held[pnode] += vnode.memory_kib + guest.overhead_share_kib(vnode)
    offers = [kib for _, kib in capacity_of(plan.model.host)]
    return max((-(-1000 * held[p] // kib) for p, kib in zip(held, offers, strict=True) if kib), default=0)
