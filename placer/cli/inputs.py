"""From the files on the command line to a Request."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from placer.errors import InputError
from placer.formats.base import ParsedGuest, ParsedHost
from placer.formats.text.files import place_of, read_text
from placer.instance import Host
from placer.job.request import MemoryChoice, Request, VnodesChoice, assemble, free_pnodes, from_instance, with_reserve

if TYPE_CHECKING:
    from placer.formats.xl.list_domains import RunningGuest


def read_request(
    files: list[str],
    *,
    host: str | None,
    free_memory: str | None = None,
    reserve: str | None = None,
    running: str | None = None,
    vcpu_list: str | None = None,
    pools: str | None = None,
    free: bool = False,
    memory: MemoryChoice | None = None,
    always_vnuma: bool = False,
    objective: str | None = None,
    vnodes: VnodesChoice = None,
) -> Request:
    """
    Read an instance file, or a host and guest files.

    Parameters
    ----------
    files
        One instance, or the guests where a host is given; ``-`` is standard input.
    host
        File of the host, or the folder of a sysfs tree.
    running, vcpu_list
        Files of what runs on that host.
    pools
        File of its cpupools.
    free_memory, reserve, free, memory, always_vnuma, objective, vnodes
        As the options of ``placer solve`` have them.
    """
    if [*files, host, running, vcpu_list, pools, objective].count("-") > 1:
        raise InputError("standard input (-) can be read once only", place="usage")
    if host is None:
        if running is not None or vcpu_list is not None:
            raise InputError("--running and --vcpu-list need --host; an instance has its domains", place="usage")
        if pools is not None:
            raise InputError("--pools needs --host; an instance has its cpupools", place="usage")
        if vnodes is not None:
            raise InputError("--vnodes needs --host; guests of an instance say so themselves", place="usage")
        request = _read_instance(files, free_memory, reserve)
    else:
        from placer.formats.hosts import read_host

        reading = with_pools(read_host(host, free_memory), pools)
        reading = ParsedHost(host=reserved(reading.host, reserve), notes=reading.notes)
        if running is not None or vcpu_list is not None:
            reading = _with_load(reading, running, vcpu_list)
        guests = [guest for file in files for guest in read_guests(file, reading.host)]
        request = assemble(reading, guests, memory=memory, always_vnuma=always_vnuma, vnodes=vnodes)
    request = free_pnodes(request) if free else request
    return request if objective is None else _under(request, objective)


def _under(request: Request, objective: str) -> Request:
    from dataclasses import replace as change

    from msgspec.structs import replace

    from placer.formats.native.objectives import choose_objective

    instance = request.instance
    return change(request, instance=replace(instance, objective=choose_objective(instance.objective, objective)))


def read_guests(path: str, host: Host) -> list[ParsedGuest]:
    """Read the guests of a file (an ``xl list -l`` or a list of flavours has several), told apart by content."""
    text = read_text(path)
    place = place_of(path)
    if text.lstrip().startswith(("{", "[")):
        return _read_json_guests(text, place, host)
    if text.lstrip().startswith("<"):
        from placer.formats.libvirt.read_domain import read_libvirt_domain

        return [read_libvirt_domain(text, place, host)]
    from placer.formats.xl.read_cfg import read_xl_cfg

    return [read_xl_cfg(text, place, host)]


def _read_json_guests(text: str, place: str, host: Host) -> list[ParsedGuest]:
    from placer.formats.libxl.read_json import guests_of
    from placer.formats.openstack.flavor import holds_flavors, read_flavors
    from placer.formats.text.json_text import parse_json

    document = parse_json(text, place)
    return read_flavors(document, place) if holds_flavors(document) else guests_of(document, place, host)


def read_running(host: Host, running: str | None, vcpu_list: str | None) -> tuple[Host, list[RunningGuest]]:
    """
    Read what runs on a host.

    Returns
    -------
    host : Host
        With its domains.
    guests : list of RunningGuest
        Those of ``running``.
    """
    from msgspec.structs import replace

    from placer.audit.audit import running_domains
    from placer.formats.xl.list_domains import read_xl_list
    from placer.formats.xl.vcpu_list import read_xl_vcpu_list

    guests = read_xl_list(read_text(running), place_of(running), host) if running is not None else []
    listed = read_xl_vcpu_list(read_text(vcpu_list), place_of(vcpu_list), host) if vcpu_list is not None else []
    place = place_of(vcpu_list or running or "-")
    try:
        return replace(host, domains=running_domains(guests, listed)), guests
    except (InputError, ValueError) as error:
        raise InputError(str(error), place=place) from None


def with_pools(reading: ParsedHost, pools: str | None) -> ParsedHost:
    """Read the cpupools of a host, where a file of them is given."""
    if pools is None:
        return reading
    from placer.formats.xl.cpupools import pool_notes, read_xl_cpupools

    host = read_xl_cpupools(read_text(pools), place_of(pools), reading.host)
    return ParsedHost(host=host, notes=(*reading.notes, *pool_notes(host)))


def _with_load(reading: ParsedHost, running: str | None, vcpu_list: str | None) -> ParsedHost:
    from placer.audit.audit import load_notes
    from placer.formats.xl.info import VCPUS_NOT_COUNTED

    host, _ = read_running(reading.host, running, vcpu_list)
    notes = [note for note in reading.notes if note != VCPUS_NOT_COUNTED]
    return ParsedHost(host=host, notes=(*notes, *load_notes(host)))


def _read_instance(files: list[str], free_memory: str | None, reserve: str | None) -> Request:
    from msgspec.structs import replace

    from placer.formats.native.instance_json import parse_instance
    from placer.formats.text.sizes import with_free

    if len(files) != 1:
        raise InputError(f"expected one instance, got {len(files)} files; guest files need --host", place="usage")
    if PurePath(files[0]).suffix == ".cfg":
        raise InputError("looks like an xl.cfg; give the host with --host", place=files[0])
    text = read_text(files[0])
    if text.lstrip().startswith("<"):
        raise InputError("is XML, expected an instance; give the host with --host", place=place_of(files[0]))
    instance = parse_instance(text, place_of(files[0]))
    if free_memory is not None:
        instance = replace(instance, host=with_free(instance.host, free_memory))
    instance = replace(instance, host=reserved(instance.host, reserve))
    return from_instance(instance, place=place_of(files[0]))


def reserved(host: Host, reserve: str | None) -> Host:
    """Set the reserves that ``--reserve`` states, if it does."""
    return host if reserve is None else with_reserve(host, reserve)
