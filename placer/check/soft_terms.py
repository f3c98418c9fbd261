"""The cost terms in tiers below nearness and free cores: one function each, its docstring the formula."""

from __future__ import annotations

from collections.abc import Callable

from placer.check.positions import Positions, distance
from placer.instance import Instance

LEAST_WRITTEN, LARGEST_WRITTEN = 11, 254
"""Range of a written vdistance: guests ignore a SLIT with less than 11 off its diagonal, and 255 is unreachable."""


def device_distance(instance: Instance, where: Positions) -> int:
    """
    Sum over guests with devices: floor(sum over vnodes and devices of 1000 x vcpus(v) x d(v, device) / devices).

    d(v, device) is the distance from the pnode of v to the pnode of the device; devices are those of the guest,
    vcpus(v) are those online.
    """
    host, total = instance.host, 0
    position_of = {device.id: host.position_of[device.pnode] for device in host.devices}
    for guest in instance.guests:
        far = sum(
            1000 * guest.online_on(vnode) * distance(host, p, position_of[device])
            for vnode, p in zip(guest.vnodes, where[guest.name], strict=True)
            for device in guest.devices
        )
        total += far // len(guest.devices) if guest.devices else 0
    return total


def soft_affinity(instance: Instance, where: Positions) -> int:
    """Sum 1000 over the online vcpus whose soft mask has no pcpu of their vnode's pnode, or whose vnode has none."""
    count = 0
    for guest in instance.guests:
        masks = guest.soft_affinity or (None,) * guest.vcpu_count
        for vnode, p in zip(guest.vnodes, where[guest.name], strict=True):
            here = set() if p is None else set(instance.host.pnodes[p].pcpus)
            preferred = [mask for mask in map(masks.__getitem__, guest.online.intersection(vnode.vcpus)) if mask]
            count += sum(here.isdisjoint(mask) for mask in preferred)
    return 1000 * count


def vdistance(instance: Instance, where: Positions) -> int:
    """
    Sum 1000 x |wanted - written| over guests with vdistances and ordered pairs of vnodes v != w.

    A vnode without memory and vcpus lies nowhere: its distances are written as wanted. Any other written distance is
    d(v, w), at least 11 and at most 254.
    """
    total = 0
    for guest, sites in ((guest, where[guest.name]) for guest in instance.guests):
        for v, row in enumerate(guest.vdistances or ()):
            for w, wanted in enumerate(row):
                written = min(max(distance(instance.host, sites[v], sites[w]), LEAST_WRITTEN), LARGEST_WRITTEN)
                nowhere = any(not guest.vnodes[end].memory_kib and not guest.vnodes[end].vcpus for end in (v, w))
                total += abs(wanted - written) if v != w and not nowhere else 0
    return 1000 * total


def device_pnodes(instance: Instance, where: Positions) -> int:
    """Sum 1000 over the online vcpus of guests without devices whose vnode stands on a pnode with a device."""
    taken = {instance.host.position_of[device.pnode] for device in instance.host.devices}
    return 1000 * sum(
        guest.online_on(vnode)
        for guest in instance.guests
        if not guest.devices
        for vnode, p in zip(guest.vnodes, where[guest.name], strict=True)
        if p in taken
    )


def shape(instance: Instance, where: Positions) -> int:
    """
    ``pack``: sum floor(MiB left) over pnodes that hold a vnode. ``spread``: the maximum over pnodes of
    ceil(1000 x memory of its vnodes / memory). ``none``: 0.

    The memory left is that of the pnode less that of its vnodes; overhead and reserve do not count, huge pages do.
    """
    held: dict[int, int] = {}
    for guest in instance.guests:
        for vnode, p in zip(guest.vnodes, where[guest.name], strict=True):
            if p is not None:
                held[p] = held.get(p, 0) + vnode.memory_kib
    memory = [pnode.free_kib for pnode in instance.host.pnodes]
    match instance.objective.shape:
        case "pack":
            return sum((memory[p] - kib) // 1024 for p, kib in held.items())
        case "spread":
            return max((-(-1000 * kib // memory[p]) for p, kib in held.items() if memory[p]), default=0)
        case _:
            return 0


SOFT_TERMS: dict[str, Callable[[Instance, Positions], int]] = {
    "device_distance": device_distance,
    "soft_affinity": soft_affinity,
    "vdistance": vdistance,
    "device_pnodes": device_pnodes,
    "shape": shape,
}
"""These terms by name."""
