"""The part of a snapshot that states the host."""

from __future__ import annotations

import dataclasses
from typing import Literal

from msgspec.structs import replace

from placer.errors import InputError
from placer.formats.base import MAX_NAME, ParsedHost
from placer.formats.snapshot.facts import Facts
from placer.formats.snapshot.node_memory import read_distances, read_free, read_freecell, stated
from placer.formats.snapshot.parts import Part, Parts
from placer.formats.text.files import Text
from placer.instance import shorten

Toolstack = Literal["xl", "libvirt"]

XL_INFO, CAPABILITIES = "xl-info", "virsh-capabilities"
NO_TOOLSTACK = "toolstack"
FREE_PAGES, FREE_CELLS, NODE_MEMORY = "virsh-freepages", "virsh-freecell", "node-memory"
WITHOUT_CACHES = (
    "free memory is what Linux has free on each node, which leaves out the caches that it gives up on demand; --free "
    "states another"
)


def host_part(parts: Parts, facts: Facts) -> Part:
    """
    Give the part that states the host.

    Raises
    ------
    InputError
        With ``file:line``, if the part is missing, failed, or is cut off.
    """
    place = parts.place
    part = parts.parts.get(XL_INFO) or parts.parts.get(CAPABILITIES)
    none_there = parts.parts.get(NO_TOOLSTACK)
    if part is None and none_there is not None and none_there.said:
        raise InputError(f"states no host: {shorten(none_there.said[0], 200)}", place=f"{place}:{none_there.line}")
    if part is None:
        missing = "states no host: the output of xl info -n or virsh capabilities is not in it"
        cut = "" if parts.whole else f"; {parts.notes[-1]}"
        raise InputError(f"{missing}{cut or _other_user(facts)}", place=place)
    if not part.good:
        raise InputError(f"states no host: {part.why}{_other_user(facts)}", place=f"{place}:{part.line}")
    return part if part.name == XL_INFO else _with_free_pages(part, parts.parts.get(FREE_PAGES))


def _with_free_pages(part: Part, pages: Part | None) -> Part:
    """Put the free pages below the capabilities, where the reader of hosts looks for them, at their own lines."""
    if pages is None or not pages.good:
        return part
    content, below = part.text.content, pages.text.content
    lines = content.count("\n") + 1
    joined = content + "\n" + below[lines:] if below.startswith("\n" * lines) else content
    return dataclasses.replace(part, text=Text(joined, part.text.place))


def free_memory(parts: Parts) -> str | None:
    """Give the free memory of a host of libvirt as ``--free`` states it; None for others, and where it is not known."""
    if toolstack_of(parts) != "libvirt":
        return None
    for name, read in ((FREE_CELLS, read_freecell), (NODE_MEMORY, read_free)):
        part = parts.parts.get(name)
        if part is not None and part.good and (free := read(part.text)):
            return stated(free)
    return None


def with_more(reading: ParsedHost, parts: Parts, facts: Facts) -> ParsedHost:
    """Give the host its name and distances where its own part does not state them."""
    host, notes = reading.host, reading.notes
    memory = parts.parts.get(NODE_MEMORY)
    if not host.name and facts.host:
        host = replace(host, name=facts.host[:MAX_NAME])
    if host.slit is None and memory is not None and memory.good and toolstack_of(parts) == "libvirt":
        slit = read_distances(memory.text)
        if slit is not None and len(slit) == len(host.pnodes):
            host, notes = replace(host, slit=slit), tuple(note for note in notes if "are assumed" not in note)
    return dataclasses.replace(reading, host=host, notes=notes)


def toolstack_of(parts: Parts) -> Toolstack:
    """Tell which toolstack was asked; that of Xen where both were."""
    return "xl" if XL_INFO in parts.parts else "libvirt"


def same_name(name: str, other: str) -> bool:
    """Whether two names are of one host, as far as both are known; one may be with its domain and one without."""
    return not name or not other or name.partition(".")[0] == other.partition(".")[0]


def check_host_name(facts: Facts, name: str, part: Part) -> None:
    """
    Refuse a part of another host.

    Raises
    ------
    InputError
        With ``file:line``, if the part names another host than the snapshot.
    """
    if not same_name(facts.host, name):
        raise InputError(
            f'{part.command} is of host "{shorten(name)}", the snapshot of "{shorten(facts.host)}": '
            "parts of two hosts are mixed",
            place=f"{part.text.place}:{part.line}",
        )


def _other_user(facts: Facts) -> str:
    return f"; {facts.as_other_user}" if facts.as_other_user else ""
