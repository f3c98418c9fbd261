"""Notes on an answer: the assumptions, what the placement means for the guests, and what no cost counts."""

from __future__ import annotations

from placer.instance import UNREACHABLE, Guest, Host, Instance, Placement, format_cpuset
from placer.instance.note import GuestNote, Note, about, grouped, name_some
from placer.job.binding_notes import binding_notes
from placer.job.forms import sets_with_devices
from placer.job.met import merged_notes, with_met_whole
from placer.job.placement_notes import placement_notes
from placer.job.request import Request, of_qemu
from placer.job.set_notes import set_notes
from placer.job.topology_notes import topology_notes


def answer_notes(request: Request, placement: Placement | None) -> list[str]:
    """
    Give the notes of a request and those on its placement, a sentence each; those of one kind are one.

    Parameters
    ----------
    placement
        None where nothing was placed.
    """
    instance = request.instance
    lines: list[str] = list(request.notes)
    if placement is not None:
        met, where = with_met_whole(request, placement)
        lines += merged_notes(request, placement, met)
        request, placement, instance = met, where, met.instance
        lines += set_notes(request, placement)
        lines += placement_notes(request, placement)
        lines += topology_notes(request, placement)
        lines += binding_notes(request, placement)
    elif any(guest.form == "parts" for guest in instance.guests):
        lines.append("proved for guests cut into vnodes of equal size (up to whole MiB and vcpus), not for other cuts")
    if instance.host.bandwidth is not None:
        lines.append("distances are the host's bandwidths, 10 x local / remote, not its SLIT")
    lines += _fallen_apart(instance.host)
    lines += _devices(instance)
    lines += sets_with_devices(instance, request.readings)
    lines += _only_hvm(instance)
    lines += _unknown_pools(instance)
    lines += _narrow_masks(instance)
    lines += _unbound(instance)
    lines += _roaming(instance)
    lines += _beside_memory(request)
    return grouped(lines)


def _fallen_apart(host: Host) -> list[str]:
    """Name the parts of a host between which no memory can be reached: a guest stays within one of them."""
    if all(distance < UNREACHABLE for row in host.distances for distance in row):
        return []  # an ordinary host, which pays for no graph library
    from placer.graphs.host import reachable_parts

    parts = [format_cpuset(part) for part in reachable_parts(host)]
    if len(parts) == 1:
        return []
    return [f"the pnodes fall into parts that cannot reach each other, a guest stays within one: {', '.join(parts)}"]


def _devices(instance: Instance) -> list[GuestNote]:
    pnode_of = {device.id: device.pnode for device in instance.host.devices}
    return [
        about(
            guest.name,
            Note(
                f"has devices: {name_some([f'{each} on pnode {pnode_of[each]}' for each in guest.devices])}",
                kind="has devices",
            ),
        )
        for guest in instance.guests
        if guest.devices
    ]


def _beside_memory(request: Request) -> list[str]:
    """Name the guests of QEMU: numatune binds all memory of the process, not only that of its guest."""
    names = of_qemu(request)
    if not names:
        return []
    return [
        f"memory of QEMU besides that of its guest is not counted; --reserve leaves room for it: {name_some(names)}"
    ]


def _only_hvm(instance: Instance) -> list[str]:
    """Name the guests that libxl refuses to start with vnuma (pv) or fails to start with it (pvh)."""
    names = [guest.name for guest in instance.guests if guest.type != "hvm" and not guest.has_own_affinity]
    if not names:
        return []
    return [f"Xen starts vnuma for hvm guests only; the xl and libxl formats refuse: {name_some(names)}"]


def _unknown_pools(instance: Instance) -> list[str]:
    """Name the guests whose cpupool limits nothing because its pcpus are not known."""
    names = [guest.name for guest in instance.guests if guest.pool is not None and not instance.host.cpupools]
    if not names:
        return []
    return [
        "the cpupools of the host are not known (--pools reads them from xl cpupool-list -c), so these guests "
        f"are not kept to theirs: {name_some(names)}"
    ]


def _narrow_masks(instance: Instance) -> list[str]:
    """Name the guests whose hard affinity allows only some of the pcpus that their pool has on a pnode."""
    names = [guest.name for guest in instance.guests if _has_narrow_mask(guest, instance.host)]
    if not names:
        return []
    return [
        "core_sharing assumes that vcpus spread over all cores of a pnode; affinity to only some of its pcpus is kept, "
        f"but the shared cores it causes are not counted: {name_some(names)}"
    ]


def _unbound(instance: Instance) -> list[str]:
    """Name the running guests that may run on exclusive pnodes because they are bound to no pnode."""
    names = [domain.name for domain in instance.host.domains if None in domain.affinity]
    if not names or not any(rule.exclusive for rule in instance.rules):
        return []
    said = "exclusive pnodes are free of running guests bound to them, but these are bound to no pnode"
    return [f"{said}: {name_some(names)}"]


def _roaming(instance: Instance) -> list[str]:
    """Name the running guests that may run on a pcpu of a dedicated vcpu."""
    roam = [d.name for d in instance.host.domains if any(mask is None or len(mask) > 1 for mask in d.affinity)]
    if not roam or not any(guest.dedicated for guest in instance.guests):
        return []
    return [
        f"running guests that are not bound to one pcpu each may run on pcpus of dedicated vcpus: {name_some(roam)}"
    ]


def _has_narrow_mask(guest: Guest, host: Host) -> bool:
    homes = [host.pcpus_of_effective_pool(guest.pool).intersection(pnode.pcpus) for pnode in host.pnodes]
    masks = set(guest.hard_affinity or ()) - {None}
    return any(0 < len(home.intersection(mask or ())) < len(home) for mask in masks for home in homes)
