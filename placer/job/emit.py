"""Writing an answer as configurations, one for each guest, in any of the formats."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from placer.check import Violation
from placer.errors import EmissionError
from placer.formats.configured_guest import ConfiguredGuest, write_vnodes
from placer.formats.libvirt.write_domain import emit_libvirt_xml
from placer.formats.libxl.hypercall import emit_hypercall
from placer.formats.libxl.write_json import emit_libxl_json
from placer.formats.native.rfc2013 import emit_rfc
from placer.formats.qemu import emit_qemu
from placer.formats.text.json_layout import lay_out
from placer.formats.xl.shell import emit_shell
from placer.formats.xl.write_cfg import emit_xl_cfg
from placer.instance import Placement
from placer.job.pinning import bind_dedicated, has_dedicated_pcpus, pin
from placer.job.request import Request


@dataclass(frozen=True)
class Format:
    """
    A configuration format.

    Parameters
    ----------
    emit
        Writes the configuration of one guest.
    suffix
        Suffix of a file with one guest.
    is_json
        Whether the format is JSON, so that several guests fit one object, by name.
    takes_broken
        Whether the format can express a placement that breaks rules, such as a vnode without a pnode.
    """

    emit: Callable[[ConfiguredGuest], str]
    suffix: str
    is_json: bool
    takes_broken: bool = False


FORMATS: dict[str, Format] = {
    "libxl": Format(emit_libxl_json, ".json", is_json=True),
    "xl": Format(emit_xl_cfg, ".cfg", is_json=False),
    "libvirt": Format(emit_libvirt_xml, ".xml", is_json=False),
    "qemu": Format(emit_qemu, ".args", is_json=False),
    "shell": Format(emit_shell, ".sh", is_json=False),
    "hypercall": Format(emit_hypercall, ".json", is_json=True),
    "rfc": Format(emit_rfc, ".json", is_json=True, takes_broken=True),
}


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
