"""The costs below nearness and free cores, one function each, whose docstring is its formula."""

from __future__ import annotations

from collections.abc import Callable

from placer.check.positions import Positions, distance
from placer.instance import Instance

LEAST_WRITTEN, LARGEST_WRITTEN = 11, 254
"""Guests ignore a SLIT with less than 11 off its diagonal, and read 255 as unreachable."""


def device_distance(instance: Instance, where: Positions) -> int:
    """
    Sum over guests with devices: 1000 x vcpus(v) x d(pnode of v, pnode of the device) over vnodes and devices.

    Divided by the number of the guest's devices, and rounded down, guest by guest.
    """
    host, total = instance.host, 0
    position_of = {device.id: host.position_of[device.pnode] for device in host.devices}
    for guest in instance.guests:
        far = sum(
            1000 * len(vnode.vcpus) * distance(host, p, position_of[device])
            for vnode, p in zip(guest.vnodes, where[guest.name], strict=True)
            for device in guest.devices
        )
        total += far // len(guest.devices) if guest.devices else 0
    return total


def soft_affinity(instance: Instance, where: Positions) -> int:
    """Count 1000 for every vcpu whose soft mask has no pcpu on its vnode's pnode, or whose vnode has no pnode."""
    count = 0
    for guest in instance.guests:
        masks = guest.soft_affinity or (None,) * guest.vcpu_count
        for vnode, p in zip(guest.vnodes, where[guest.name], strict=True):
            here = set() if p is None else set(instance.host.pnodes[p].pcpus)
            wishes = [mask for mask in map(masks.__getitem__, vnode.vcpus) if mask is not None]
            count += sum(here.isdisjoint(mask) for mask in wishes)
    return 1000 * count


def vdistance(instance: Instance, where: Positions) -> int:
    """
    1000 x the sum over guests that want distances, over ordered pairs v != w, of |wanted - written|.

    Written is d(v, w), at least 11 and at most 254.
    """
    total = 0
    for guest, sites in ((guest, where[guest.name]) for guest in instance.guests):
        for v, row in enumerate(guest.vdistances or ()):
            for w, wanted in enumerate(row):
                written = min(max(distance(instance.host, sites[v], sites[w]), LEAST_WRITTEN), LARGEST_WRITTEN)
                total += abs(wanted - written) if v != w else 0
    return 1000 * total


def shape(instance: Instance, where: Positions) -> int:
    """
    ``pack``: the MiB left on each pnode that holds a vnode, rounded down and summed. ``spread``: of the thousandths of
    its memory that each pnode gives to vnodes, rounded up, the most. ``none``: 0.

    Left is its memory less its vnodes'; overhead and reserve do not count.
    """
    held: dict[int, int] = {}
    for guest in instance.guests:
        for vnode, p in zip(guest.vnodes, where[guest.name], strict=True):
            if p is not None:
                held[p] = held.get(p, 0) + vnode.memory_kib
    memory = [pnode.memory_kib for pnode in instance.host.pnodes]
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
    "shape": shape,
}
"""These terms by name."""
