"""From the files on the command line to a Request."""

from __future__ import annotations

from pathlib import PurePath

from placer.errors import InputError
from placer.instance import Host
from placer.read.files import place_of, read_text
from placer.read.reading import GuestReading, HostReading
from placer.request import MemoryChoice, Request, assemble, free_pnodes, of_instance, with_reserve


def read_request(
    files: list[str],
    *,
    host: str | None,
    reserve: str | None = None,
    free: bool = False,
    memory: MemoryChoice | None = None,
    always_vnuma: bool = False,
) -> Request:
    """
    Read an instance file, or a host and guest files.

    Parameters
    ----------
    files
        One instance, or the guests where a host is given; ``-`` is standard input.
    host
        File of the host.
    reserve, free, memory, always_vnuma
        As the options of ``placer solve`` have them.
    """
    if [*files, host].count("-") > 1:
        raise InputError("standard input (-) can be read once only", place="usage")
    if host is None:
        request = _read_instance(files, reserve)
    else:
        reading = read_host(host)
        reading = HostReading(host=_reserved(reading.host, reserve), notes=reading.notes)
        guests = [guest for file in files for guest in read_guests(file, reading.host)]
        request = assemble(reading, guests, memory=memory, always_vnuma=always_vnuma)
    return free_pnodes(request) if free else request


def read_host(path: str) -> HostReading:
    """Read a host in any of the forms placer knows, told apart by content."""
    text = read_text(path)
    place = place_of(path)
    if text.lstrip().startswith("{"):
        from placer.read.instance_json import parse_host

        host = parse_host(text, place)
        notes = (f"{place} states no distances: 10 within a pnode and 20 between pnodes are assumed",)
        return HostReading(host=host, notes=notes if host.slit is None else ())
    from placer.read.xl_info import read_xl_info

    return read_xl_info(text, place)


def read_guests(path: str, host: Host) -> list[GuestReading]:
    """Read the guest of a file, or the guests of an ``xl list -l``, told apart by content."""
    text = read_text(path)
    place = place_of(path)
    if text.lstrip().startswith(("{", "[")):
        from placer.read.libxl_json import read_libxl_json

        return read_libxl_json(text, place, host)
    from placer.read.xl_cfg import read_xl_cfg

    return [read_xl_cfg(text, place, host)]


def _read_instance(files: list[str], reserve: str | None) -> Request:
    from msgspec.structs import replace

    from placer.read.instance_json import parse_instance

    if len(files) != 1:
        raise InputError(f"expected one instance, got {len(files)} files; guest files need --host", place="usage")
    if PurePath(files[0]).suffix == ".cfg":
        raise InputError("looks like an xl.cfg; give the host with --host", place=files[0])
    instance = parse_instance(read_text(files[0]), place_of(files[0]))
    instance = replace(instance, host=_reserved(instance.host, reserve))
    return of_instance(instance, place=place_of(files[0]))


def _reserved(host: Host, reserve: str | None) -> Host:
    return host if reserve is None else with_reserve(host, reserve)
