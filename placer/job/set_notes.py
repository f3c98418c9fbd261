"""Notes on guests without vnuma, above all on sets of pnodes, and what the proof of an answer assumes of them."""

from __future__ import annotations

from placer.check.positions import positions
from placer.check.set_room import set_loads
from placer.instance import Guest, Instance, Placement, format_size
from placer.instance.note import GuestNote, Note, about, name_some
from placer.job.request import Request, of_qemu
from placer.job.start_order import Stray, straying, strays


def set_notes(request: Request, placement: Placement) -> list[str]:
    """Say which guests are spread over which pnodes, may get other parts than planned, and when to start them."""
    return [
        *_spread(request, placement),
        *_filled(request, placement),
        *_may_stray(request.instance, placement),
        *_start_order(request.instance, placement),
    ]


def assumes_parts(request: Request, placement: Placement) -> bool:
    """Whether a proof of the costs holds only if memory lands as it is planned."""
    return bool(_filled_guests(request, placement) or _may_stray(request.instance, placement))


def _sets(instance: Instance, placement: Placement) -> list[Guest]:
    return [guest for guest in instance.guests if guest.form == "set" and None not in placement.pnode_of[guest.name]]


def _spread(request: Request, placement: Placement) -> list[GuestNote]:
    """Name the pnodes of each guest that is spread over a set."""
    kvm, notes = of_qemu(request), []
    for guest in _sets(request.instance, placement):
        *most, last = map(str, sorted(pnode for pnode in placement.pnode_of[guest.name] if pnode is not None))
        without = f"without {'cells' if guest.name in kvm else 'vnuma'}"
        said = f"memory spread over pnodes {', '.join(most)} and {last}, {without}"
        notes.append(about(guest.name, Note(said, kind=f"memory spread over a set of pnodes, {without}"), joint=": "))
    return notes


def _filled_guests(request: Request, placement: Placement) -> list[Guest]:
    """Give the sets whose nodeset Linux fills node by node, as their own files ask."""
    filled = {name for name, reading in request.readings.items() if reading.filled}
    return [guest for guest in _sets(request.instance, placement) if guest.name in filled]


def _filled(request: Request, placement: Placement) -> list[GuestNote]:
    """Say of sets that Linux fills node by node that their parts are an estimate, and whose memory they may take."""
    filled = _filled_guests(request, placement)
    notes = []
    for guest in filled:
        mine = set(placement.pnode_of[guest.name])
        beside = [
            other.name
            for other in request.instance.guests
            if other not in filled
            and any(
                vnode.memory_kib and pnode in mine
                for vnode, pnode in zip(other.vnodes, placement.pnode_of[other.name], strict=True)
            )
        ]
        said = "its nodeset is filled from the node of the writing thread on, so its parts and its cost are an estimate"
        way = 'mode "interleave" divides evenly'
        after = "; else start it after the others on its pnodes, whose memory it may take" if beside else ""
        kind = f"{said}; {way}{after}"
        note = Note(f"{kind}: {name_some(beside)}" if beside else kind, kind=kind)
        notes.append(about(guest.name, note, joint=": "))
    return notes


def _may_stray(instance: Instance, placement: Placement) -> list[str]:
    """Say which guests may find memory elsewhere, or uneven parts, and how much; what is proved depends on it."""
    short = strays(instance, placement)
    if not short:
        return []
    every = {pnode.id for pnode in instance.host.pnodes if pnode.memory_kib}
    everywhere = {guest.name for guest in _sets(instance, placement) if every.issubset(placement.pnode_of[guest.name])}
    return [
        *_strays(short, everywhere, "may land on other pnodes, and the proof holds only if none does"),
        *_strays(
            short,
            {name for *_, names in short for name in names} - everywhere,
            "may land on other pnodes or find no memory, as these sets have all pnodes, and the proof holds only if "
            "their parts are even",
        ),
    ]


def _strays(short: list[Stray], but: set[str], what: str) -> list[str]:
    """Say what becomes of memory that pnodes lack, of all guests there but some."""
    mine = [(pnode, kib, [name for name in names if name not in but]) for pnode, kib, names in short]
    amounts = [f"{format_size(kib)} of the memory planned for pnode {pnode}" for pnode, kib, names in mine if names]
    if not amounts:
        return []
    return [
        f"may stray: up to {', '.join(amounts)} {what}: "
        f"{name_some(list(dict.fromkeys(name for *_, names in mine for name in names)))}"
    ]


def _start_order(instance: Instance, placement: Placement) -> list[str]:
    """Name the guests without vnuma to be started before those with it, or after them, where that matters."""
    if instance.host.low_zone_kib is None:
        return []
    where, first = positions(instance, placement), list[str]()
    for p, (need, room, names) in enumerate(set_loads(instance, where)):
        others = sum(
            vnode.memory_kib
            for guest in instance.guests
            if not guest.has_own_affinity
            for vnode, site in zip(guest.vnodes, where[guest.name], strict=True)
            if site == p
        )
        if others and need + others > room:
            first += names
    last, notes = straying(instance, placement), []
    sure = [name for name in dict.fromkeys(first) if name not in last]
    if sure:
        notes.append(
            "start these before guests with vnuma, which could take the memory that they count on: " + name_some(sure)
        )
    if last and any(not guest.has_own_affinity for guest in instance.guests):
        notes.append(
            "start these after guests with vnuma, whose memory theirs could take where it strays, so that Xen refuses "
            f"them: {name_some(list(last))}"
        )
    return notes
