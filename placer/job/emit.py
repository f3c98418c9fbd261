"""Writing an answer as configurations, one for each guest, in any of the formats."""

from __future__ import annotations

import json

from placer.check import Violation
from placer.errors import EmissionError
from placer.formats.configured_guest import ConfiguredGuest, write_vnodes
from placer.formats.text.json_layout import lay_out
from placer.instance import Placement
from placer.job.output_formats import FORMATS
from placer.job.pinning import bind_dedicated, has_dedicated_pcpus, pin
from placer.job.request import Request


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
        Guest name -> the text of its configuration.

    Raises
    ------
    EmissionError
        If the placement breaks rules, the toolstack would refuse a guest (with every reason), or a pnode lacks memory
        once vcpus are bound.
    """
    chosen = FORMATS[format_name]
    if violations and not chosen.takes_broken:
        broken = "\n".join(violation.message for violation in violations)
        raise EmissionError(f"the placement breaks rules, no configuration is written:\n{broken}")
    owned = has_dedicated_pcpus(request.instance)
    if owned and not chosen.takes_broken:
        request = bind_dedicated(request, placement)
    if pinned:
        request = pin(request, placement)
    texts: dict[str, str] = {}
    refusals: list[str] = []
    for written in written_guests(request, placement, pinned=pinned or owned):
        try:
            texts[written.guest.name] = chosen.emit(written)
        except EmissionError as error:
            refusals.append(str(error))
    if refusals:
        raise EmissionError("\n".join(refusals))
    return texts


def written_guests(request: Request, placement: Placement, *, pinned: bool = False) -> list[ConfiguredGuest]:
    """Combine each guest with its pnodes and with the file it came from."""
    guests = []
    for guest in request.instance.guests:
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


def refuse_joining(guest_count: int, format_name: str) -> None:
    """
    Refuse several guests in one text unless the format is JSON.

    Raises
    ------
    EmissionError
        If there are several guests, and the format is not JSON.
    """
    if guest_count > 1 and not FORMATS[format_name].is_json:
        raise EmissionError(f"{guest_count} guests do not go into one {format_name} file; name a folder with --output")


def join(texts: dict[str, str], format_name: str) -> str:
    """
    Combine the configurations of all guests into one text.

    Raises
    ------
    EmissionError
        If there are several guests, and the format is not JSON.
    """
    refuse_joining(len(texts), format_name)
    if len(texts) == 1:
        return next(iter(texts.values()))
    return lay_out({name: json.loads(text) for name, text in texts.items()}) + "\n"
