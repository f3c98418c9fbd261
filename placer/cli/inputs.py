"""From the files on the command line to a Request."""

from __future__ import annotations

from dataclasses import replace as change
from pathlib import PurePath

from placer.cli.stdin import refuse_two_stdin
from placer.errors import Faults, InputError
from placer.formats.base import ParsedGuest
from placer.formats.text.files import place_of, read_text
from placer.instance import Host, Instance
from placer.instance.note import name_some
from placer.job.problem_guests import MemoryChoice, VnodesChoice
from placer.job.request import Request, assemble, free_pnodes, from_instance


def read_request(
    files: list[str],
    *,
    host: str | None,
    free_memory: str | None = None,
    reserve: str | None = None,
    running: str | None = None,
    vcpu_list: str | None = None,
    numa_dump: str | None = None,
    pools: str | None = None,
    free: bool = False,
    memory: MemoryChoice | None = None,
    always_vnuma: bool = False,
    migratable: bool = False,
    objective: str | None = None,
    vnodes: VnodesChoice = None,
    faults: Faults | None = None,
) -> Request:
    """
    Read an instance file, or a host and guest files.

    Parameters
    ----------
    files
        One instance, or the guests where a host is given; ``-`` is standard input.
    host
        File of the host, or the folder of a sysfs tree.
    running, vcpu_list, numa_dump
        Files of what runs on that host.
    pools
        File of its cpupools.
    free_memory, reserve, free, memory, always_vnuma, objective, vnodes
        As the options of ``placer solve`` have them.
    faults
        Collects the faults of guests, which are then left out of the request; None raises all of them.
    """
    refuse_two_stdin([*files, host, running, vcpu_list, numa_dump, pools, objective])
    if host is None:
        _refuse_without_host(running or vcpu_list, numa_dump, pools)
        _refuse_forms(vnodes, memory, always_vnuma=always_vnuma, migratable=migratable)
        request = _read_instance(files, free_memory, reserve)
    else:
        from placer.api.reading import read_host

        parsed = read_host(
            host,
            free=free_memory,
            reserve=reserve,
            pools=pools,
            running=running,
            vcpu_list=vcpu_list,
            numa_dump=numa_dump,
        )
        collected = Faults() if faults is None else faults
        guests, left_out = _read_guests(files, parsed.host, collected, keep_pnodes=not free)
        request = assemble(
            change(parsed, notes=(*parsed.notes, *left_out)),
            guests,
            memory=memory,
            always_vnuma=always_vnuma,
            migratable=migratable,
            vnodes=vnodes,
            faults=collected,
        )
        if faults is None:
            collected.raise_all()
    request = free_pnodes(request) if free else request
    return request if objective is None else under_objective(request, objective)


def _read_guests(
    files: list[str], host: Host, faults: Faults, *, keep_pnodes: bool
) -> tuple[list[ParsedGuest], list[str]]:
    """Read the guests of files and folders, as far as they can be read, and name the files of folders left out."""
    from placer.formats.guests import SUFFIXES, guest_files, read_guests

    guests: list[ParsedGuest] = []
    notes = []
    for file in files:
        with faults.kept():
            inside, left_out = guest_files(file)
            if left_out:
                notes.append(f"{file}: not read, no {', '.join(SUFFIXES)}: {name_some(left_out)}")
            for each in inside:
                with faults.kept():
                    guests += read_guests(each, host, keep_pnodes=keep_pnodes)
    return guests, notes


def _refuse_without_host(running: str | None, numa_dump: str | None, pools: str | None) -> None:
    if running is not None:
        raise InputError("--running and --vcpu-list need --host; an instance has its domains", place="usage")
    if numa_dump is not None:
        raise InputError("--numa-dump needs --host; an instance states its free memory", place="usage")
    if pools is not None:
        raise InputError("--pools needs --host; an instance has its cpupools", place="usage")


def _refuse_forms(vnodes: VnodesChoice, memory: MemoryChoice | None, *, always_vnuma: bool, migratable: bool) -> None:
    """Refuse what chooses the form of guests of files: those of an instance state theirs."""
    options = {
        "--vnodes": (vnodes is not None, "least and most in flexible"),
        "--memory": (memory is not None, "memory_kib"),
        "--vnuma always": (always_vnuma, "always_vnuma in flexible"),
        "--migratable": (migratable, '"form": "set" beside flexible'),
    }
    for option, (given, key) in options.items():
        if given:
            said = f"{option} needs --host; guests of an instance say so themselves, with {key}"
            raise InputError(said, place="usage")


def under_objective(request: Request, objective: str) -> Request:
    """Give a request the objective of the option."""
    from msgspec.structs import replace

    from placer.formats.native.objectives import choose_objective

    instance = request.instance
    return change(request, instance=replace(instance, objective=choose_objective(instance.objective, objective)))


def _read_instance(files: list[str], free_memory: str | None, reserve: str | None) -> Request:
    from placer.formats.foreign import foreign_text
    from placer.formats.native.instance_json import parse_instance

    if len(files) != 1:
        raise InputError(f"expected one instance, got {len(files)} files; guest files need --host", place="usage")
    if PurePath(files[0]).suffix == ".cfg":
        raise InputError("looks like an xl.cfg; give the host with --host", place=files[0])
    text = read_text(files[0])
    if text.lstrip().startswith("<"):
        raise InputError("is XML, expected an instance; give the host with --host", place=place_of(files[0]))
    if not text.lstrip("\ufeff \t\r\n").startswith(("{", "[")) and (looks := foreign_text(text)):
        raise InputError(f"looks like {looks}, expected an instance", place=place_of(files[0]))
    return instance_request(parse_instance(text, place_of(files[0])), place_of(files[0]), free_memory, reserve)


def instance_request(instance: Instance, place: str, free_memory: str | None, reserve: str | None) -> Request:
    """Make a request of an instance, with the free memory and the reserves of the options."""
    from msgspec.structs import replace

    from placer.api.side_inputs import with_reserve
    from placer.formats.text.sizes import with_free

    if free_memory is not None:
        instance = replace(instance, host=with_free(instance.host, free_memory))
    instance = replace(instance, host=with_reserve(instance.host, reserve))
    return from_instance(instance, place=place)
