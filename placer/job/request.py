"""The input of a command: an instance, the files its guests came from, and the assumptions made while reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from dataclasses import replace as replace_request

from msgspec.structs import replace

from placer.errors import Faults, InputError
from placer.formats.base import ParsedGuest, ParsedHost, RunningFacts
from placer.instance import Guest, Instance
from placer.instance.distances import slit_remarks
from placer.instance.note import Note, about
from placer.job.option_notes import unheeded_vnuma
from placer.job.problem_guests import (
    MemoryChoice,
    VnodesChoice,
    choose_memory,
    less_stubdomains,
    problem_guest,
    refuse_same_name,
)
from placer.job.replanned import replanned, still_load_notes


@dataclass(frozen=True, kw_only=True)
class Request:
    """
    An instance to solve, with what a report says of it and what a configuration is written from.

    Parameters
    ----------
    instance
        Host and guests.
    readings
        Guest name -> the guest as its file states it; empty for guests from an instance file.
    headlines
        Notes that stand first in the report, below the status.
    notes
        Assumptions made while reading, a sentence each; a report groups those on guests (:class:`.note.GuestNote`).
    vnodes
        How many vnodes guests may get whose files state none; applied by :func:`placer.job.settled.settled`.
    always_vnuma
        Names of the guests that are written with vnuma even where their parts meet on one pnode.
    running
        What is known of the domains on the host; None where nothing is.
    free_notes
        As in :class:`placer.formats.base.ParsedHost`.
    as_read
        The request before its guests were settled, for a host whose free memory changes; None for one not settled.
    """

    instance: Instance
    readings: dict[str, ParsedGuest] = field(default_factory=dict)
    headlines: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    vnodes: VnodesChoice = None
    always_vnuma: frozenset[str] = frozenset()
    running: RunningFacts | None = None
    free_notes: tuple[str, ...] = ()
    as_read: Request | None = None


def assemble(
    host: ParsedHost,
    guests: Sequence[ParsedGuest],
    *,
    memory: MemoryChoice | None = None,
    always_vnuma: bool = False,
    migratable: bool = False,
    vnodes: VnodesChoice = None,
    faults: Faults | None = None,
) -> Request:
    """
    Combine a host and guests; a guest whose file states no vnodes becomes flexible, one that runs is no load.

    Parameters
    ----------
    memory
        As :func:`placer.assemble` has it, and the other choices.
        Guests of type pv and pvh never have vnuma, which Xen starts for hvm only.
    faults
        Collects the faults of guests, which are then left out of the request; None raises all of them.

    Raises
    ------
    InputError
        If two guests have the same name, or a guest contradicts itself or the choice of its memory.
    """
    if always_vnuma and migratable:
        raise InputError("vnuma always and migratable contradict each other: no guest with vnuma can migrate")
    host = replanned(host, guests)
    placed: list[Guest] = []
    readings: dict[str, ParsedGuest] = {}
    notes = list(host.notes)
    collected = Faults() if faults is None else faults
    for reading in guests:
        with collected.kept():
            if reading.name in readings:
                refuse_same_name(readings[reading.name], reading)
            chosen = choose_memory(reading, memory)
            placed.append(problem_guest(chosen, vnodes, always_vnuma=always_vnuma, migratable=migratable))
            readings[reading.name] = chosen
            said = [*chosen.notes, *(unheeded_vnuma(chosen) if always_vnuma else ())]
            notes += [about(reading.name, note, joint=": ") for note in said]
    if faults is None:
        collected.raise_all()
    instance = Instance(host=less_stubdomains(host.host, readings.values()), guests=tuple(placed))
    return Request(
        instance=instance,
        readings=readings,
        headlines=_fixed(instance),
        notes=tuple(notes),
        vnodes=vnodes,
        always_vnuma=_always_vnuma(instance),
        running=host.running,
        free_notes=host.free_notes,
    )


def from_instance(instance: Instance, *, place: str) -> Request:
    """
    Make a request of an instance file.

    Parameters
    ----------
    place
        Name of the file, for messages.
    """
    assumed = instance.host.slit is None and instance.host.bandwidth is None
    notes = [f"{place} states no distances: 10 within a pnode and 20 between pnodes are assumed"] if assumed else []
    notes += slit_remarks(instance.host.slit, [pnode.id for pnode in instance.host.pnodes])
    return Request(
        instance=instance,
        headlines=_fixed(instance),
        notes=(*notes, *still_load_notes(instance)),
        always_vnuma=_always_vnuma(instance),
    )


def with_chosen_vnodes(request: Request, placed: Instance, *, optimal: bool) -> Request:
    """
    Give flexible guests the vnodes that the solve chose, with a note on each number.

    Parameters
    ----------
    placed
        The instance with the chosen vnodes.
    optimal
        Whether it is proved that no other number costs less.
    """
    notes = []
    for guest, cut in zip(request.instance.guests, placed.guests, strict=True):
        if guest.flexible is None or cut.seen_vnodes < len(cut.vnodes):
            continue
        k, counts = len(cut.vnodes), guest.flexible.counts
        said = f"a set of {k} pnodes" if cut.form == "set" else f"{k} vnode{'s' if k > 1 else ''}"
        if len(counts) > 1:
            said += f" of {counts[0]} to {counts[-1]}"
            said += ", no other number costs less" if optimal else ", not proved to cost least"
        notes.append(about(guest.name, f"states no vnodes: {said}"))
    return replace_request(request, instance=placed, notes=(*request.notes, *notes))


def free_pnodes(request: Request) -> Request:
    """Remove every fixed pnode from the vnodes, so that all of them are placed."""
    guests = tuple(
        replace(guest, vnodes=tuple(replace(vnode, pnode=None) for vnode in guest.vnodes))
        for guest in request.instance.guests
    )
    return replace_request(request, instance=replace(request.instance, guests=guests), headlines=())


def of_qemu(request: Request) -> list[str]:
    """Give the names of the guests that QEMU runs."""
    sources = {name: reading.source for name, reading in request.readings.items()}
    return [name for name, source in sources.items() if source is not None and source.of_qemu]


def _always_vnuma(instance: Instance) -> frozenset[str]:
    return frozenset(guest.name for guest in instance.guests if guest.flexible and guest.flexible.always_vnuma)


def _fixed(instance: Instance) -> tuple[str, ...]:
    lines = []
    for guest in instance.guests:
        fixed = [f"vnode {v} on pnode {vnode.pnode}" for v, vnode in enumerate(guest.vnodes) if vnode.pnode is not None]
        if fixed:
            anew = "--free-pnodes places them anew"
            said = Note(f"fixes {', '.join(fixed)}; {anew}", kind=f"fixes its vnodes on pnodes; {anew}")
            lines.append(about(guest.name, said))
    return tuple(lines)
