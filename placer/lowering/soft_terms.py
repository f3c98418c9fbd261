"""The terms in tiers below nearness and free cores: devices, soft affinity, vdistances and shape."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from placer.assignment import FlooredLinear, Flow, IntArray, Linear, MaxUtilization, ResidualCapacity, Term
from placer.instance import UNREACHABLE, Host, Instance
from placer.instance.once import once_for_host
from placer.instance.units import KIB_PER_MIB

Groups = tuple[IntArray, ...]

LEAST_WRITTEN, LARGEST_WRITTEN = 11, 254
"""Range of a written vdistance: guests ignore a SLIT with less than 11 off its diagonal, and 255 is unreachable."""


@dataclass(frozen=True, kw_only=True)
class SoftTerm:
    """
    A term that takes a weight: how it is lowered, and a bound on its cost.

    Parameters
    ----------
    lower
        Gives its terms, from an instance, the items of each guest, and whether there is an unplaced site.
    most
        Bounds the cost of the term from above, in integers that cannot overflow.
    """

    lower: Callable[[Instance, Groups, bool], Sequence[Term]]
    most: Callable[[Instance], int]


@once_for_host
def site_distances(host: Host, *, with_unplaced_site: bool) -> IntArray:
    """Give d by position, ``[m, m]``; to and from the unplaced site it is the largest finite distance."""
    distances = np.array(host.distances, dtype=np.int64)
    if with_unplaced_site:
        distances = np.pad(distances, (0, 1), constant_values=host.largest_distance)
    distances.setflags(write=False)
    return distances


def device_distance(
    instance: Instance, groups: tuple[IntArray, ...], *, with_unplaced_site: bool
) -> list[Linear | Flow | FlooredLinear]:
    """
    Sum floor(sum of 1000 x vcpus(v) x d(pnode(v), pnode of the device) over devices and vnodes / devices) over guests.

    A Linear term for guests whose number of devices divides 1000, where nothing is rounded; else a FlooredLinear each.
    """
    host, places = instance.host, site_distances(instance.host, with_unplaced_site=with_unplaced_site)
    pnode_of = {device.id: host.position_of[device.pnode] for device in host.devices}
    terms: list[Linear | Flow | FlooredLinear] = []
    cost = np.zeros((sum(map(len, groups)), len(places)), dtype=np.int64)
    for guest, items in zip(instance.guests, groups, strict=True):
        far = places[:, [pnode_of[device] for device in guest.devices]].sum(axis=1)
        vcpus = np.array([guest.online_on(vnode) for vnode in guest.vnodes], dtype=np.int64)
        count = len(guest.devices)
        if count and 1000 % count == 0:
            cost[items] = np.outer(1000 // count * vcpus, far)
        elif count:
            own = np.outer(1000 * vcpus, far)
            terms.append(FlooredLinear(name="device_distance", items=items, cost=own, divisor=count))
    return [*([Linear(name="device_distance", cost=cost)] if cost.any() else []), *terms]


def soft_affinity(instance: Instance, *, with_unplaced_site: bool) -> list[Linear]:
    """Charge 1000 for each online vcpu with a soft mask that has no pcpu of the pnode of its vnode."""
    host = instance.host
    cost = np.zeros(
        (sum(len(g.vnodes) for g in instance.guests), len(host.pnodes) + with_unplaced_site), dtype=np.int64
    )
    items = iter(range(len(cost)))
    for guest in instance.guests:
        for vnode in guest.vnodes:
            row = cost[next(items)]
            for vcpu in guest.online.intersection(vnode.vcpus) if guest.soft_affinity else ():
                mask = guest.soft_affinity[vcpu] if guest.soft_affinity else None
                if mask is not None:
                    row += 1000
                    row[sorted({host.position_of_pcpu[pcpu] for pcpu in mask})] -= 1000
    return [Linear(name="soft_affinity", cost=cost)] if cost.any() else []


def vdistance(instance: Instance, groups: tuple[IntArray, ...], *, with_unplaced_site: bool) -> list[Flow]:
    """
    Sum 1000 x |wanted - written vdistance| over guests and ordered pairs v != w of vnodes with memory or vcpus.

    One Flow for each guest and wanted value u: the pairs of vnodes that want u, times |u - written| by pair of pnodes.
    """
    written = np.clip(
        site_distances(instance.host, with_unplaced_site=with_unplaced_site), LEAST_WRITTEN, LARGEST_WRITTEN
    )
    flows = []
    for guest, all_items in zip(instance.guests, groups, strict=True):
        items = all_items[: guest.seen_vnodes]
        wanted = np.array(guest.vdistances if guest.vdistances else np.zeros((len(items), len(items))), dtype=np.int64)
        lies = np.array([not vnode.is_empty for vnode in guest.vnodes[: len(items)]])
        apart = ~np.eye(len(items), dtype=bool) & np.outer(lies, lies) & (guest.vdistances is not None)
        flows += [
            Flow(
                name="vdistance",
                items=items,
                flow=1000 * (apart & (wanted == u)),
                distance=np.abs(u - written),
            )
            for u in sorted(set(wanted[apart].tolist()))
        ]
    return flows


def device_pnodes(instance: Instance, *, with_unplaced_site: bool) -> list[Linear]:
    """Charge 1000 for each online vcpu of a guest without devices on a pnode to which a device is attached."""
    host = instance.host
    stay_off = np.zeros(len(host.pnodes) + with_unplaced_site, dtype=np.int64)
    stay_off[[host.position_of[device.pnode] for device in host.devices]] = 1000
    vcpus = [0 if guest.devices else guest.online_on(vnode) for guest in instance.guests for vnode in guest.vnodes]
    cost = np.outer(np.array(vcpus, dtype=np.int64), stay_off)
    return [Linear(name="device_pnodes", cost=cost)] if cost.any() else []


def shape(instance: Instance, *, with_unplaced_site: bool) -> tuple[Term, ...]:
    """
    Lower the term shape.

    ``pack``: sum the MiB left free over the pnodes that hold a vnode of this instance; ``spread``: the largest of
    ceil(1000 x memory of the vnodes on it / memory) over pnodes; ``none``: nothing. Memory in huge pages counts too.
    """
    if instance.objective.shape == "none":
        return ()
    weight = np.array([vnode.memory_kib for guest in instance.guests for vnode in guest.vnodes], dtype=np.int64)
    room = np.array([pnode.free_kib for pnode in instance.host.pnodes] + [-1] * with_unplaced_site, dtype=np.int64)
    if instance.objective.shape == "spread":
        return (MaxUtilization(name="shape", weight=weight, room=room),)
    return (ResidualCapacity(name="shape", weight=weight, room=room, unit=KIB_PER_MIB),)


def most_device_distance(instance: Instance) -> int:
    """Bound the term by every vcpu of a guest with devices at the largest distance."""
    return 1000 * UNREACHABLE * sum(guest.vcpu_count for guest in instance.guests if guest.devices)


def most_soft_affinity(instance: Instance) -> int:
    """Bound the term by every vcpu away from its mask."""
    return 1000 * sum(guest.vcpu_count for guest in instance.guests)


def most_device_pnodes(instance: Instance) -> int:
    """Bound the term by every vcpu of a guest without devices on a pnode with one."""
    return 1000 * sum(guest.vcpu_count for guest in instance.guests if not guest.devices)


def most_vdistance(instance: Instance) -> int:
    """Bound the term by every pair of vnodes off by the largest distance."""
    return 1000 * UNREACHABLE * sum(len(guest.vnodes) ** 2 for guest in instance.guests if guest.vdistances)


SOFT_TERMS = {
    "device_distance": SoftTerm(
        lower=lambda instance, groups, unplaced: device_distance(instance, groups, with_unplaced_site=unplaced),
        most=most_device_distance,
    ),
    "soft_affinity": SoftTerm(
        lower=lambda instance, _, unplaced: soft_affinity(instance, with_unplaced_site=unplaced),
        most=most_soft_affinity,
    ),
    "vdistance": SoftTerm(
        lower=lambda instance, groups, unplaced: vdistance(instance, groups, with_unplaced_site=unplaced),
        most=most_vdistance,
    ),
    "device_pnodes": SoftTerm(
        lower=lambda instance, _, unplaced: device_pnodes(instance, with_unplaced_site=unplaced),
        most=most_device_pnodes,
    ),
}
"""The terms that take a weight, by name; shape stands alone in its tier."""
