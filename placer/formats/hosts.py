"""Reads a host from any supported form; the form is recognised by the content."""

from __future__ import annotations

import os
import re
from dataclasses import replace as replace_reading
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from placer.errors import InputError
from placer.formats.base import ParsedHost
from placer.formats.foreign import foreign_text
from placer.formats.linux.free_pages import split_free_pages, with_free_pages
from placer.formats.snapshot.parts import is_snapshot
from placer.formats.text.encodings import replaced, without_carried
from placer.formats.text.files import Source, Text, path_of, read_source
from placer.formats.text.sizes import with_free
from placer.instance import Host
from placer.instance.distances import LOCAL_DISTANCE, REMOTE_DISTANCE, mended_slit, slit_remarks
from placer.instance.note import name_some

if TYPE_CHECKING:
    from placer.formats.snapshot.facts import Facts
    from placer.formats.snapshot.parts import Parts

HostForm = Literal["json", "xl info", "hwloc", "libvirt", "numactl"]

ACCEPTED = (
    "host or instance JSON, xl info -n, numactl -H, XML of hwloc (lstopo) or of virsh capabilities, a sysfs folder "
    "such as /sys, or what the script of placer snapshot prints"
)
_ROOTS: dict[str, HostForm] = {"topology": "hwloc", "capabilities": "libvirt"}
_NUMACTL = re.compile(
    r"^[^\S\n]*(available:\s+\d+\s+nodes?\b|node\s+\d+\s+(cpus|size|free):|node\s+distances:|No NUMA available)",
    re.MULTILINE,
)
_XL_CFG = re.compile(r"^[ \t]*name[ \t]*=[ \t]*[\"']", re.MULTILINE)
_XL_INFO = re.compile(r"^(host|release|xen_\w+|nr_\w+|cpu_topology|numa_info|free_memory)\s*:", re.MULTILINE)


def read_host(source: Source, free: str | None = None) -> ParsedHost:
    """
    Read a host from a file, standard input or a sysfs tree, in any supported form.

    Parameters
    ----------
    source
        A file, its text, or the folder of a sysfs tree.
    free
        Free memory as ``--free`` states it; replaces the memory that the file states.

    Raises
    ------
    InputError
        If the content has no supported form, or is faulty.
    """
    if not isinstance(source, Text) and os.path.isdir(path_of(source)):  # noqa: PTH112 - Path.is_dir fails on long names
        from placer.formats.linux.sysfs import read_sysfs

        return with_slit_checked(read_sysfs(path_of(source), free))
    text, place = read_source(source, "carry")
    json = not is_snapshot(text) and recognise(text, place) == "json"
    if json:  # where every string has a meaning; programs print what they have not checked
        return parse_host_text(without_carried(text, place), place, free)
    return parse_host_text(replaced(text), place, free)


def parse_host_text(text: str, place: str, free: str | None = None) -> ParsedHost:
    """
    Read a host from text in any supported form.

    Parameters
    ----------
    text
        The content of a file, or what a program printed; what ``virsh freepages --all`` prints may stand below it.
    place
        The name of the text for messages.
    free
        Free memory as ``--free`` states it; replaces the memory that the text states.

    Raises
    ------
    InputError
        If the text has no supported form, or is faulty.
    """
    if is_snapshot(text):
        return _parse_snapshot(text, place, free)
    text, free_pages = split_free_pages(text, place)
    form = recognise(text, place)
    reading = _parse(form, text, place, free)
    if free_pages or form != "json":  # JSON says which pages are free
        reading = with_free_pages(
            reading, free_pages, place, memory_is_total=free is None and form in {"hwloc", "libvirt"}
        )
    return with_slit_checked(reading)


def _parse_snapshot(text: str, place: str, free: str | None) -> ParsedHost:
    """Read the host of a snapshot alone; :mod:`placer.api.snapshots` reads what runs on it."""
    from placer.formats.snapshot.facts import read_facts
    from placer.formats.snapshot.parts import split_parts

    parts = split_parts(text, place)
    facts, notes = read_facts(parts)
    reading = host_of_snapshot(parts, facts, free)
    return replace_reading(reading, notes=(*parts.notes, *notes, *reading.notes))


def host_of_snapshot(parts: Parts, facts: Facts, free: str | None = None) -> ParsedHost:
    """
    Read the host of a snapshot that is split into its parts.

    Parameters
    ----------
    free
        Free memory as ``--free`` states it; replaces the memory that the snapshot states.

    Raises
    ------
    InputError
        With ``file:line``, if the snapshot states no host, or that of another machine.
    """
    from placer.formats.snapshot.host_part import WITHOUT_CACHES, check_host_name, free_memory, host_part, with_more

    part, known = host_part(parts, facts), free_memory(parts)
    first = free if known is None else known
    reading = parse_host_text(part.text.content, parts.place, first)
    check_host_name(facts, reading.host.name, part)
    reading = with_more(reading, parts, facts)
    if known is not None:
        host = reading.host if free is None else with_free(reading.host, free)
        reading = replace_reading(reading, host=host, notes=(*reading.notes, WITHOUT_CACHES))
    return with_slit_checked(reading)


def with_slit_checked(reading: ParsedHost) -> ParsedHost:
    """Complete a SLIT that lacks entries, and note that, and distances that can hardly be meant."""
    host = reading.host
    remarks = slit_remarks(host.slit, [pnode.id for pnode in host.pnodes])
    if not remarks or host.slit is None:
        return reading
    mended = replace(host, slit=mended_slit(host.slit))
    return replace_reading(reading, host=mended, notes=(*reading.notes, *remarks))


def _parse(form: HostForm, text: str, place: str, free: str | None) -> ParsedHost:
    if form == "hwloc":
        from placer.formats.linux.hwloc_xml import read_hwloc_xml

        return read_hwloc_xml(text, place, free)
    if form == "libvirt":
        from placer.formats.libvirt.capabilities import read_libvirt_capabilities

        return read_libvirt_capabilities(text, place, free)
    if form == "numactl":
        from placer.formats.linux.numactl import read_numactl

        return read_numactl(text, place, free)
    if form == "xl info":
        from placer.formats.xl.info import read_xl_info

        return read_xl_info(text, place, free)
    reading = _of_json(text, place)
    return reading if free is None else ParsedHost(host=with_free(reading.host, free), notes=reading.notes)


def recognise(text: str, place: str) -> HostForm:
    """
    Recognise the form of a text that holds a host.

    JSON and XML are recognised by their first character, XML further by its root element; texts of programs by a line
    that only this program prints.

    Raises
    ------
    InputError
        If the text has no supported form.

    Examples
    --------
    >>> recognise("<?xml version='1.0'?><capabilities/>", "caps.xml"), recognise("node 0 cpus: 0 1", "node.txt")
    ('libvirt', 'numactl')
    """
    start = text.removeprefix("\ufeff").lstrip()
    if start.startswith("{"):
        return "json"
    if start.startswith("<"):
        return _recognise_xml(start, place)
    if _XL_INFO.search(text):
        return "xl info"
    if _NUMACTL.search(text):
        return "numactl"
    looks = foreign_text(text) or ("an xl.cfg" if _XL_CFG.search(text) else None)
    what = f"looks like {looks}, not like a host" if looks else "no form of a host that placer reads"
    raise InputError(f"{what}, expected {ACCEPTED}", place=place)


def _recognise_xml(text: str, place: str) -> HostForm:
    from placer.formats.text.xml_text import root_name

    root = root_name(text, place)
    if root == "domain":
        raise InputError("a guest of libvirt, expected a host: virsh capabilities prints it", place=place)
    if root not in _ROOTS:
        raise InputError(f"XML of something else, expected {ACCEPTED}", place=place)
    return _ROOTS[root]


def _of_json(text: str, place: str) -> ParsedHost:
    from placer.formats.native.instance_json import parse_host, parse_instance
    from placer.formats.text.json_text import parse_json

    written = parse_json(text, place)
    instance = isinstance(written, dict) and "pnodes" not in written and "host" in written
    if not instance:
        host = parse_host(text, place)
        return ParsedHost(host=host, notes=_assumed(host, place))
    whole = parse_instance(text, place)
    notes = _assumed(whole.host, place)
    if whole.guests:
        left = name_some([guest.name for guest in whole.guests])
        notes = (f"of the instance {place} the host alone is read, not its guests: {left}", *notes)
    return ParsedHost(host=whole.host, notes=notes)


def _assumed(host: Host, place: str) -> tuple[str, ...]:
    if host.slit is not None:
        return ()
    assumed = f"{LOCAL_DISTANCE} within a pnode and {REMOTE_DISTANCE} between pnodes are assumed"
    return (f"{place} states no distances: {assumed}",)
