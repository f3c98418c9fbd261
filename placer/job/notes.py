"""What a person should know about an answer besides its figures."""

from __future__ import annotations

from collections import defaultdict

from placer.instance import Guest, Host, Instance, Placement, format_cpuset
from placer.job.request import Request

NAMED = 6
"""Guests named in one remark before the rest are counted."""


def remarks(request: Request, placement: Placement | None) -> list[str]:
    """Collect what was assumed, what the placement means for the guests, and what the costs leave out."""
    instance = request.instance
    lines = list(request.notes)
    if placement is not None:
        lines += _merged(instance, placement)
        lines += _cannot_migrate(request, placement)
        lines += _own_soft_affinity(instance, placement)
    elif any(guest.form == "parts" for guest in instance.guests):
        lines.append("proved for the vnodes that placer cut (as equal as they go), not for every way to cut a guest")
    if instance.host.bandwidth is not None:
        lines.append("distances are the host's bandwidths, 10 x local / remote, not its SLIT")
    lines += _devices(instance)
    lines += _only_hvm(instance)
    lines += _unknown_pools(instance)
    lines += _narrow_masks(instance)
    lines += _unbound(instance)
    lines += _roaming(instance)
    lines += _beside_memory(request)
    return lines


def _devices(instance: Instance) -> list[str]:
    pnode_of = {device.id: device.pnode for device in instance.host.devices}
    return [
        f'guest "{guest.name}" has devices: ' + _listed([f"{each} on pnode {pnode_of[each]}" for each in guest.devices])
        for guest in instance.guests
        if guest.devices
    ]


def _cannot_migrate(request: Request, placement: Placement) -> list[str]:
    of_qemu = _of_qemu(request)
    names = [
        guest.name
        for guest in request.instance.guests
        if guest.name not in of_qemu
        and guest.type == "hvm"
        and guest.form != "whole"
        and None not in placement.pnode_of[guest.name]
    ]
    if not names:
        return []
    return [f"started with vnuma, so that Xen can neither save nor migrate them: {_listed(names)}"]


def _of_qemu(request: Request) -> list[str]:
    sources = {name: reading.source for name, reading in request.readings.items()}
    return [name for name, source in sources.items() if source is not None and source.of_qemu]


def _beside_memory(request: Request) -> list[str]:
    """Name the guests that take more of a pnode than their memory: numatune binds all of QEMU."""
    names = _of_qemu(request)
    if not names:
        return []
    return [f"what QEMU needs besides the memory of a guest is not counted, --reserve leaves room: {_listed(names)}"]


def _only_hvm(instance: Instance) -> list[str]:
    names = [guest.name for guest in instance.guests if guest.type != "hvm" and guest.form != "whole"]
    if not names:
        return []
    return [f"Xen starts vnuma for hvm guests only, the xl and libxl formats refuse: {_listed(names)}"]


def _own_soft_affinity(instance: Instance, placement: Placement) -> list[str]:
    """Name the guests whose own soft affinity, kept as written, draws vcpus away from their memory."""
    names = []
    for guest in instance.guests:
        for vnode, pnode in zip(guest.vnodes, placement.pnode_of[guest.name], strict=True):
            masks = [guest.soft_affinity[vcpu] for vcpu in vnode.vcpus] if guest.soft_affinity else []
            owners = [{instance.host.position_of_pcpu[pcpu] for pcpu in mask} for mask in masks if mask is not None]
            if pnode is not None and any(instance.host.position_of[pnode] not in owner for owner in owners):
                names.append(guest.name)
                break
    if not names:
        return []
    return [
        "their own soft affinity is kept as it was written and draws vcpus to other pnodes than their memory is on: "
        f"{_listed(names)}"
    ]


def _merged(instance: Instance, placement: Placement) -> list[str]:
    lines = []
    for guest in instance.guests:
        vnodes_on: dict[int, list[int]] = defaultdict(list)
        for v, pnode in enumerate(placement.pnode_of[guest.name]):
            if pnode is not None and guest.form == "parts":
                vnodes_on[pnode].append(v)
        lines += [
            f'guest "{guest.name}": vnodes {format_cpuset(vnodes)} stand on pnode {pnode} and are written as one'
            for pnode, vnodes in vnodes_on.items()
            if len(vnodes) > 1
        ]
    return lines


def _unknown_pools(instance: Instance) -> list[str]:
    """Name the guests whose cpupool limits nothing, because nobody said which pcpus it has."""
    names = [guest.name for guest in instance.guests if guest.pool is not None and not instance.host.cpupools]
    if not names:
        return []
    return [
        "the cpupools of the host are not known (--pools reads what xl cpupool-list -c prints), so that these are not "
        f"kept to theirs: {_listed(names)}"
    ]


def _narrow_masks(instance: Instance) -> list[str]:
    names = [guest.name for guest in instance.guests if _has_narrow_mask(guest, instance.host)]
    if not names:
        return []
    return [
        "core_sharing spreads vcpus over all cores of a pnode; hard affinity that allows only some of a pnode's pcpus "
        f"is kept but not priced there: {_listed(names)}"
    ]


def _unbound(instance: Instance) -> list[str]:
    """Name the running guests that no exclusive rule can keep off, because they may run on any pnode."""
    names = [domain.name for domain in instance.host.domains if None in domain.affinity]
    if not names or not any(rule.exclusive for rule in instance.rules):
        return []
    return [f"exclusive pnodes are free of running guests bound to them; these may run on any: {_listed(names)}"]


def _roaming(instance: Instance) -> list[str]:
    """Name the running guests that may run on a pcpu that a dedicated vcpu owns."""
    roam = [d.name for d in instance.host.domains if any(mask is None or len(mask) > 1 for mask in d.affinity)]
    if not roam or not any(guest.dedicated for guest in instance.guests):
        return []
    return [f"dedicated vcpus share their pcpus with running guests that may run on several: {_listed(roam)}"]


def _has_narrow_mask(guest: Guest, host: Host) -> bool:
    homes = [host.pcpus_of_effective_pool(guest.pool).intersection(pnode.pcpus) for pnode in host.pnodes]
    masks = set(guest.hard_affinity or ()) - {None}
    return any(0 < len(home.intersection(mask or ())) < len(home) for mask in masks for home in homes)


def _listed(names: list[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
