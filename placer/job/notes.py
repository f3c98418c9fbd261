"""Notes on an answer: the assumptions, what the placement means for the guests, and what no cost counts."""

from __future__ import annotations

from collections import defaultdict

from placer.check.positions import positions
from placer.check.set_room import set_loads
from placer.instance import UNREACHABLE, Guest, Host, Instance, Placement, format_cpuset, format_size
from placer.job.binding_notes import binding_notes
from placer.job.request import Request
from placer.job.topology_notes import topology_notes

NAMED = 6
"""Guests named in one note before the rest are counted; about a line. Chosen, not tuned."""


def answer_notes(request: Request, placement: Placement | None) -> list[str]:
    """
    Give the notes of a request and those on its placement, a sentence each.

    Parameters
    ----------
    placement
        None where nothing was placed.
    """
    instance = request.instance
    lines = list(request.notes)
    if placement is not None:
        lines += _merged(instance, placement)
        lines += topology_notes(request, placement)
        lines += _spread(instance, placement)
        lines += _may_stray(instance, placement)
        lines += _cannot_migrate(request, placement)
        lines += _own_soft_affinity(instance, placement)
        lines += binding_notes(request, placement)
    elif any(guest.form == "parts" for guest in instance.guests):
        lines.append("proved for guests cut into vnodes of equal size (up to whole MiB and vcpus), not for other cuts")
    if instance.host.bandwidth is not None:
        lines.append("distances are the host's bandwidths, 10 x local / remote, not its SLIT")
    lines += _fallen_apart(instance.host)
    lines += _devices(instance)
    lines += _only_hvm(instance)
    lines += _unknown_pools(instance)
    lines += _narrow_masks(instance)
    lines += _unbound(instance)
    lines += _roaming(instance)
    lines += _beside_memory(request)
    return lines


def _fallen_apart(host: Host) -> list[str]:
    """Name the parts of a host between which no memory can be reached: a guest stays within one of them."""
    if all(distance < UNREACHABLE for row in host.distances for distance in row):
        return []  # an ordinary host, which pays for no graph library
    from placer.graphs.host import reachable_parts

    parts = [format_cpuset(part) for part in reachable_parts(host)]
    if len(parts) == 1:
        return []
    return [f"the pnodes fall into parts that cannot reach each other, a guest stays within one: {', '.join(parts)}"]


def _devices(instance: Instance) -> list[str]:
    pnode_of = {device.id: device.pnode for device in instance.host.devices}
    return [
        f'guest "{guest.name}" has devices: ' + _listed([f"{each} on pnode {pnode_of[each]}" for each in guest.devices])
        for guest in instance.guests
        if guest.devices
    ]


def _cannot_migrate(request: Request, placement: Placement) -> list[str]:
    """Name the guests that Xen starts with vnuma: it saves and migrates none of these."""
    of_qemu = _of_qemu(request)
    names = [
        guest.name
        for guest in request.instance.guests
        if guest.name not in of_qemu
        and guest.type == "hvm"
        and not guest.has_own_affinity
        and None not in placement.pnode_of[guest.name]
    ]
    if not names:
        return []
    return [
        f"started with vnuma, so that Xen can neither save nor migrate them: {_listed(names)}{_way_out(request, names)}"
    ]


def _way_out(request: Request, names: list[str]) -> str:
    """Name the option that would give a guest a set of pnodes instead, if some guest did not ask for vnuma itself."""
    chosen = [name for name in names if (reading := request.readings.get(name)) and reading.vnodes is None]
    if not chosen:
        return ""
    return "; --migratable gives sets of pnodes" + ("" if chosen == names else f" to {_listed(chosen)}")


def _spread(instance: Instance, placement: Placement) -> list[str]:
    """Name the pnodes of each guest that is spread over a set."""
    return [
        f'guest "{guest.name}": memory spread over pnodes {_and(placement.pnode_of[guest.name])}, without vnuma'
        for guest in instance.guests
        if guest.form == "set" and None not in placement.pnode_of[guest.name]
    ]


def _may_stray(instance: Instance, placement: Placement) -> list[str]:
    """Say which sets may find memory outside, and how much; what is proved of their costs then depends on it."""
    if not instance.sets_may_stray or instance.host.low_zone_kib is None:
        return []
    lines = []
    for pnode, (need, room, names) in zip(
        instance.host.pnodes, set_loads(instance, positions(instance, placement)), strict=True
    ):
        if need > room:
            lines.append(
                f"may stray: up to {format_size(need - room)} of the parts on pnode {pnode.id} may land outside their "
                f"sets, and the proof holds only if none does: {_listed(list(names))}"
            )
    return lines


def _and(pnodes: tuple[int | None, ...]) -> str:
    *most, last = map(str, sorted(pnode for pnode in pnodes if pnode is not None))
    return f"{', '.join(most)} and {last}"


def _of_qemu(request: Request) -> list[str]:
    sources = {name: reading.source for name, reading in request.readings.items()}
    return [name for name, source in sources.items() if source is not None and source.of_qemu]


def _beside_memory(request: Request) -> list[str]:
    """Name the guests of QEMU: numatune binds all memory of the process, not only that of its guest."""
    names = _of_qemu(request)
    if not names:
        return []
    return [f"memory of QEMU besides that of its guest is not counted; --reserve leaves room for it: {_listed(names)}"]


def _only_hvm(instance: Instance) -> list[str]:
    """Name the guests that libxl refuses to start with vnuma (pv) or fails to start with it (pvh)."""
    names = [guest.name for guest in instance.guests if guest.type != "hvm" and not guest.has_own_affinity]
    if not names:
        return []
    return [f"Xen starts vnuma for hvm guests only; the xl and libxl formats refuse: {_listed(names)}"]


def _own_soft_affinity(instance: Instance, placement: Placement) -> list[str]:
    """Name the guests whose own soft affinity prefers pnodes other than that of a vnode."""
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
        f"soft affinity of their own files is kept, and draws vcpus to pnodes without their memory: {_listed(names)}"
    ]


def _merged(instance: Instance, placement: Placement) -> list[str]:
    """Name the vnodes that placer cut and that share a pnode: they are written as one."""
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
    """Name the guests whose cpupool limits nothing because its pcpus are not known."""
    names = [guest.name for guest in instance.guests if guest.pool is not None and not instance.host.cpupools]
    if not names:
        return []
    return [
        "the cpupools of the host are not known (--pools reads them from xl cpupool-list -c), so these guests "
        f"are not kept to theirs: {_listed(names)}"
    ]


def _narrow_masks(instance: Instance) -> list[str]:
    """Name the guests whose hard affinity allows only some of the pcpus that their pool has on a pnode."""
    names = [guest.name for guest in instance.guests if _has_narrow_mask(guest, instance.host)]
    if not names:
        return []
    return [
        "core_sharing assumes that vcpus spread over all cores of a pnode; affinity to only some of its pcpus is kept, "
        f"but the shared cores it causes are not counted: {_listed(names)}"
    ]


def _unbound(instance: Instance) -> list[str]:
    """Name the running guests that may run on exclusive pnodes because they are bound to no pnode."""
    names = [domain.name for domain in instance.host.domains if None in domain.affinity]
    if not names or not any(rule.exclusive for rule in instance.rules):
        return []
    return [
        f"exclusive pnodes are free of running guests bound to them, but these are bound to no pnode: {_listed(names)}"
    ]


def _roaming(instance: Instance) -> list[str]:
    """Name the running guests that may run on a pcpu of a dedicated vcpu."""
    roam = [d.name for d in instance.host.domains if any(mask is None or len(mask) > 1 for mask in d.affinity)]
    if not roam or not any(guest.dedicated for guest in instance.guests):
        return []
    return [f"running guests that are not bound to one pcpu each may run on pcpus of dedicated vcpus: {_listed(roam)}"]


def _has_narrow_mask(guest: Guest, host: Host) -> bool:
    homes = [host.pcpus_of_effective_pool(guest.pool).intersection(pnode.pcpus) for pnode in host.pnodes]
    masks = set(guest.hard_affinity or ()) - {None}
    return any(0 < len(home.intersection(mask or ())) < len(home) for mask in masks for home in homes)


def _listed(names: list[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
