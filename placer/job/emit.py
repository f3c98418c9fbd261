"""Writing an answer as configurations, one for each guest, in any of the formats."""

from __future__ import annotations

import json
from dataclasses import replace as replace_data

from msgspec.structs import replace

from placer.check import Violation
from placer.errors import EmissionError
from placer.formats.configured_guest import ConfiguredGuest, write_vnodes
from placer.formats.text.json_layout import lay_out
from placer.instance import Placement
from placer.job.met import with_met_whole
from placer.job.output_formats import FORMATS, Format
from placer.job.pinning import bind_dedicated, has_dedicated_pcpus, pin
from placer.job.request import Request
from placer.job.start_order import in_start_order


def emit_guests(
    request: Request,
    placement: Placement,
    violations: tuple[Violation, ...],
    format_name: str,
    *,
    pinned: bool = False,
) -> dict[str, str]:
    """
    Write the configuration of every guest.

    Parameters
    ----------
    request
        The instance, and the files its guests came from.
    placement
        The pnodes of the vnodes and the pcpus of dedicated vcpus.
    violations
        Rules that the placement breaks.
    format_name
        A key of :data:`FORMATS`.
    pinned
        Whether to bind every vcpu to the pcpus of its pnode.

    Returns
    -------
    dict
        Guest name -> the text of its configuration, in the order in which Xen should start them
        (:mod:`placer.job.start_order`).

    Raises
    ------
    EmissionError
        If the placement breaks rules, the toolstack would refuse a guest (with every reason), or a pnode lacks memory
        once vcpus are bound.
    """
    request, placement = with_met_whole(request, placement)
    chosen = FORMATS[format_name]
    if violations and not chosen.takes_broken:
        broken = "\n".join(violation.message for violation in violations)
        raise EmissionError(f"the placement breaks rules, no configuration is written:\n{broken}")
    owned = has_dedicated_pcpus(request.instance)
    if owned and not chosen.takes_broken:
        request = bind_dedicated(request, placement)
    if pinned:
        request = pin(request, placement)
    texts, refusals = _emitted(written_guests(request, placement, pinned=pinned or owned), chosen)
    if refusals:
        raise EmissionError("\n".join(refusals))
    return texts


def _emitted(guests: list[ConfiguredGuest], chosen: Format) -> tuple[dict[str, str], list[str]]:
    """Give the text of each guest by name, and the reasons for every guest that is refused."""
    texts: dict[str, str] = {}
    refusals: list[str] = []
    for written in guests:
        try:
            texts[written.guest.name] = chosen.emit(written)
        except EmissionError as error:
            refusals.append(str(error))
    return texts, refusals


def written_guests(request: Request, placement: Placement, *, pinned: bool = False) -> list[ConfiguredGuest]:
    """Combine each guest with its pnodes and with the file it came from."""
    guests = []
    for guest in in_start_order(request.instance, placement):
        reading = request.readings.get(guest.name)
        guests.append(
            ConfiguredGuest(
                guest=guest,
                host=request.instance.host,
                vnodes=write_vnodes(guest, request.instance.host, placement.pnode_of[guest.name]),
                memory_kib=reading.memory_kib if reading else guest.memory_kib,
                maxmem_kib=reading.maxmem_kib if reading else guest.memory_kib,
                source=reading.source if reading else None,
                pinned=pinned,
            )
        )
    return guests


def placed_only(request: Request, placement: Placement) -> tuple[Request, Placement]:
    """
    Restrict a request and its placement to the guests of which every vnode has a pnode.

    Rules between guests are left out: the placement of all guests was held against them.
    """
    guests = tuple(guest for guest in request.instance.guests if None not in placement.pnode_of[guest.name])
    names = {guest.name for guest in guests}
    return (
        replace_data(request, instance=replace(request.instance, guests=guests, rules=())),
        replace(
            placement,
            pnode_of={name: pnodes for name, pnodes in placement.pnode_of.items() if name in names},
            pcpu_of={name: pcpus for name, pcpus in placement.pcpu_of.items() if name in names},
            sets=tuple(name for name in placement.sets if name in names),
        ),
    )


def refusals_of_any_placement(request: Request, format_name: str) -> list[str]:
    """
    Say which guests a format would refuse wherever they were placed, before they are.

    Guests whose number of vnodes is still open are left to :func:`emit_guests`.
    """
    ids, chosen = sorted(request.instance.host.position_of), FORMATS[format_name]
    guests = tuple(guest for guest in request.instance.guests if guest.flexible is None)
    pnode_of: dict[str, tuple[int | None, ...]] = {
        guest.name: tuple(
            ids[v % len(ids)] if vnode.pnode is None else vnode.pnode for v, vnode in enumerate(guest.vnodes)
        )
        for guest in guests
    }
    settled = replace_data(request, instance=replace(request.instance, guests=guests, rules=()))
    return _emitted(written_guests(settled, Placement(pnode_of=pnode_of)), chosen)[1]


def refuse_joining(guest_count: int, format_name: str) -> None:
    """
    Refuse several guests in one text unless the format has a form for that.

    Raises
    ------
    EmissionError
        If there are several guests, and the format has no form for several.
    """
    if guest_count > 1 and FORMATS[format_name].joins is None:
        raise EmissionError(f"{guest_count} guests do not go into one {format_name} file; name a folder for them")


def join(texts: dict[str, str], format_name: str) -> str:
    """
    Combine the configurations of all guests into one text.

    Raises
    ------
    EmissionError
        If there are several guests, and the format has no form for several.
    """
    refuse_joining(len(texts), format_name)
    if len(texts) == 1:
        return next(iter(texts.values()))
    if FORMATS[format_name].joins == "script":
        from placer.formats.xl.shell import join_scripts

        return join_scripts(list(texts.values()))
    return lay_out({name: json.loads(text) for name, text in texts.items()}) + "\n"
