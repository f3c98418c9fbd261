"""What placer writes for a request, put before the real xl and libxl."""

from __future__ import annotations

import json
from collections.abc import Iterator

from placer.instance import Guest, Instance, Placement
from placer.job.emit import emit_guests
from placer.job.request import Request
from tests.xen.expected_info import expected, told
from tests.xen.xen_packages import Platform
from tests.xen.xen_programs import Json, Libxl, Said

Texts = dict[str, str]
"""Guest name -> what placer wrote."""


def emitted(request: Request, placement: Placement, format_name: str) -> Texts:
    """Write every guest of a placed request."""
    return emit_guests(request, placement, (), format_name)


def refused(instance: Instance, placement: Placement, texts: Texts, format_name: str, platform: Platform) -> list[str]:
    """
    List what the real xl and libxl refuse, or read otherwise than it was planned.

    Parameters
    ----------
    texts
        Files of the format, of guests that came from the instance itself.
    format_name
        ``xl`` or ``libxl``.
    platform
        Whose xl and libxl.
    """
    libxl = Libxl(instance.host, platform)
    guest_of = {guest.name: guest for guest in instance.guests}
    faults: list[str] = []
    for name, text in texts.items():
        plan = expected(instance, placement, name)
        for fault in _faults(libxl, guest_of[name], plan, text, format_name):
            faults.append(f"{name} as {format_name}: {fault}")
    return faults


def _faults(libxl: Libxl, guest: Guest, plan: Json, text: str, format_name: str) -> Iterator[str]:
    said = libxl.parse(text) if format_name == "xl" else _as_domain(libxl, guest, text)
    if said.refusal is None:
        read = told(said.config["b_info"], libxl.host)
        yield from (f"{key} is {read[key]}, planned {plan[key]}" for key in plan if read[key] != plan[key])
        if format_name == "xl" and said.config["c_info"].get("pool_name") != guest.pool:
            yield "xl reads another cpupool"
        if libxl.read_back(said.config, whole=True) != said.config:
            yield "libxl does not print what it read"
        said = libxl.create(said.config)
    if said.refusal is not None:
        yield said.refusal


def _as_domain(libxl: Libxl, guest: Guest, text: str) -> Said:
    """Make a domain config of a build info; libxl must read every field of it, but for those it leaves out."""
    build_info = json.loads(text)
    read = libxl.read_back(build_info)
    config = {"c_info": {"type": guest.type, "name": guest.name}, "b_info": read}
    config = libxl.read_back(config, whole=True)
    lost = {key for key, value in build_info.items() if read.get(key) != value} - {f"type.{guest.type}", "vnuma_nodes"}
    return Said(refusal=f"libxl reads {sorted(lost)} otherwise" if lost else None, config=config)
