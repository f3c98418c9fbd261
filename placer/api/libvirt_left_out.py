"""Domains of libvirt that run and are not described as a plan needs it, and what they are known to hold."""

from __future__ import annotations

import re
from contextlib import suppress
from xml.sax.saxutils import unescape

from placer.api.snapshot_parts import Sources
from placer.audit.left_out import LeftOut
from placer.errors import InputError
from placer.formats.snapshot.node_memory import read_held
from placer.formats.snapshot.parts import Part, Parts
from placer.instance.note import name_some

DOMAINS, MAPS = "virsh-dumpxml", "numa-maps"
LISTS = ("virsh-list", "virsh-list-after")
_NAME = re.compile(r"<name>([^<]{1,255})</name>")


def left_out_domain(uuid: str, part: Part | None, maps: Part | None, why: str) -> LeftOut:
    """Give a domain that runs and is not planned, with its name where it can be read, and what its QEMU holds."""
    name = _NAME.search(part.text.content) if part is not None else None
    held = None
    if maps is not None and maps.good:
        with suppress(InputError):
            held = read_held(maps.text)
    return LeftOut(
        name=unescape(name[1]) if name else uuid, why=f"is left out: {why}", memory_kib=held, settled=held is not None
    )


def not_described(sources: Sources) -> list[LeftOut]:
    """Give the domains that a list has and that are not described, and say what is not known without the lists."""
    parts = sources.parts
    before, after = (listed(parts, name) for name in LISTS)
    maps = parts.about(MAPS)
    if before is None:
        sources.notes.append(f"{parts.place}: which domains run is not known: the output of virsh list is not in it")
    if after is None:
        sources.notes.append(
            f"{parts.place}: domains that started or ended while it was taken are not told apart: the second output of "
            "virsh list is not in it"
        )
        sources.assumed.append("no domain was coming or going")
    names = sorted(((before or set()) | (after or set())) - parts.about(DOMAINS).keys())
    there = [uuid for uuid in names if after is None or uuid in after]
    if there:
        sources.notes.append(f"{parts.place}: run, and are not described in it: {name_some(there)}")
    left_out = [left_out_domain(uuid, None, maps.get(uuid), "it is not described in the snapshot") for uuid in there]
    if before is None and after is None:
        sources.assumed.append("no other domain runs")
        why = "may run: the output of virsh list is not in the snapshot"
        left_out.append(LeftOut(name="that no list names", why=why))
    return left_out


def listed(parts: Parts, name: str) -> set[str] | None:
    """Give the uuids that ``virsh list --uuid`` prints; None where it failed."""
    part = parts.parts.get(name)
    return None if part is None or part.code != 0 else set(part.text.content.split())
