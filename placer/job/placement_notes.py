"""Notes on a placement: what it means for the guests."""

from __future__ import annotations

from placer.check.positions import positions
from placer.check.set_room import set_loads
from placer.formats.configured_guest import write_vnodes
from placer.instance import Instance, Placement, format_cpuset, format_size
from placer.instance.note import GuestNote, Note, about, name_some
from placer.job.request import Request


def placement_notes(request: Request, placement: Placement) -> list[str]:
    """Say which guests are merged, spread, may stray, cannot migrate, or are written other than their files ask."""
    instance = request.instance
    return [
        *_merged(instance, placement),
        *_spread(instance, placement),
        *_apart(instance, placement),
        *_may_stray(instance, placement),
        *_start_order(instance, placement),
        *_cannot_migrate(request, placement),
        *_own_soft_affinity(instance, placement),
        *_own_vdistances(instance, placement),
    ]


def of_qemu(request: Request) -> list[str]:
    """Give the names of the guests that QEMU runs."""
    sources = {name: reading.source for name, reading in request.readings.items()}
    return [name for name, source in sources.items() if source is not None and source.of_qemu]


def _cannot_migrate(request: Request, placement: Placement) -> list[str]:
    """Name the guests that Xen starts with vnuma: it saves and migrates none of these."""
    kvm = of_qemu(request)
    names = [
        guest.name
        for guest in request.instance.guests
        if guest.name not in kvm
        and guest.type == "hvm"
        and not guest.has_own_affinity
        and None not in placement.pnode_of[guest.name]
    ]
    if not names:
        return []
    out = _way_out(request, names)
    return [f"started with vnuma, so that Xen can neither save nor migrate them: {name_some(names)}{out}"]


def _way_out(request: Request, names: list[str]) -> str:
    """Name the option that would give a guest a set of pnodes instead, if some guest did not ask for vnuma itself."""
    chosen = [name for name in names if (reading := request.readings.get(name)) and reading.vnodes is None]
    if not chosen:
        return ""
    return "; --migratable gives sets of pnodes" + ("" if chosen == names else f" to {name_some(chosen)}")


def _spread(instance: Instance, placement: Placement) -> list[GuestNote]:
    """Name the pnodes of each guest that is spread over a set."""
    return [
        about(
            guest.name,
            Note(
                f"memory spread over pnodes {_and(placement.pnode_of[guest.name])}, without vnuma",
                kind="memory spread over a set of pnodes, without vnuma",
            ),
            joint=": ",
        )
        for guest in instance.guests
        if guest.form == "set" and None not in placement.pnode_of[guest.name]
    ]


def _apart(instance: Instance, placement: Placement) -> list[GuestNote]:
    """Say of each guest where its memory lies and its vcpus run, if these are different pnodes."""
    why = "pnodes with both do not take it, or its file binds it so (--free and --reserve change what pnodes have)"
    notes = []
    for guest in instance.guests:
        pnodes = list(zip(guest.vnodes, placement.pnode_of[guest.name], strict=True))
        memory = {pnode for vnode, pnode in pnodes if vnode.memory_kib and pnode is not None}
        vcpus = {pnode for vnode, pnode in pnodes if vnode.vcpus and pnode is not None}
        placed = None not in placement.pnode_of[guest.name]
        if placed and guest.seen_vnodes < len(guest.vnodes) and memory != vcpus:
            said = (
                f"its memory is on pnode {format_cpuset(memory)}, its vcpus run on pnode {format_cpuset(vcpus)}: {why}"
            )
            notes.append(about(guest.name, Note(said, kind=f"memory and vcpus on different pnodes: {why}"), joint=": "))
    return notes


def _may_stray(instance: Instance, placement: Placement) -> list[str]:
    """Say which sets may find memory outside, and how much; what is proved of their costs then depends on it."""
    if not instance.sets_may_stray or instance.host.low_zone_kib is None:
        return []
    amounts, strays = [], {}
    for pnode, (need, room, names) in zip(
        instance.host.pnodes, set_loads(instance, positions(instance, placement)), strict=True
    ):
        if need > room:
            amounts.append(f"{format_size(need - room)} of the parts on pnode {pnode.id}")
            strays.update(dict.fromkeys(names))
    if not amounts:
        return []
    return [
        f"may stray: up to {', '.join(amounts)} may land outside their sets, and the proof holds only if none does: "
        f"{name_some(list(strays))}"
    ]


def _start_order(instance: Instance, placement: Placement) -> list[str]:
    """Name the guests on sets of pnodes that are to be started before those with vnuma, on a host with a low zone."""
    placed = [guest for guest in instance.guests if None not in placement.pnode_of[guest.name]]
    sets = [guest.name for guest in placed if guest.form == "set"]
    if instance.host.low_zone_kib is None or not sets or all(guest.has_own_affinity for guest in placed):
        return []
    return [
        f"start guests on sets of pnodes before those with vnuma, which alone can use the low zone: {name_some(sets)}"
    ]


def _and(pnodes: tuple[int | None, ...]) -> str:
    *most, last = map(str, sorted(pnode for pnode in pnodes if pnode is not None))
    return f"{', '.join(most)} and {last}"


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
        f"soft affinity of their own files is kept, and draws vcpus to pnodes without their memory: {name_some(names)}"
    ]


def _own_vdistances(instance: Instance, placement: Placement) -> list[GuestNote]:
    """Name the guests whose files ask for other distances between vnodes than those of the pnodes they stand on."""
    notes = []
    for guest in instance.guests:
        pnodes = placement.pnode_of[guest.name]
        if guest.vdistances is None or None in pnodes:
            continue
        written = tuple(vnode.distances for vnode in write_vnodes(guest, instance.host, pnodes))
        if written != guest.vdistances:
            said = "the distances between its vnodes are written as those of their pnodes, not as its file states them"
            notes.append(about(guest.name, said, joint=": "))
    return notes


def _merged(instance: Instance, placement: Placement) -> list[GuestNote]:
    """Name the guests that placer cut and of whose vnodes some share a pnode: these are written as one."""
    notes = []
    for guest in instance.guests:
        seen = placement.pnode_of[guest.name][: guest.seen_vnodes]
        pnodes = [pnode for pnode in seen if pnode is not None]
        count = len(set(pnodes))
        if guest.form == "parts" and count < len(pnodes):
            where = f"{count} pnodes" if count > 1 else "one pnode"
            said = "its {} meet on {} and are written as one there"
            notes.append(
                about(
                    guest.name,
                    Note(said.format(f"{len(pnodes)} vnodes", where), kind=said.format("vnodes", "fewer pnodes")),
                    joint=": ",
                )
            )
    return notes
