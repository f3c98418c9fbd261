"""Reads a guest from an xl.cfg (xl.cfg(5); Xen tools/xl/xl_parse.c)."""

from __future__ import annotations

import re

from placer.errors import InputError
from placer.formats.base import MAX_NAME, GuestSource, ParsedGuest, online_note
from placer.formats.devices import devices_on
from placer.formats.stubdomain import stubdomain
from placer.formats.text.typos import typo_notes
from placer.formats.xl.affinity import read_affinity
from placer.formats.xl.cpupools import pool_named
from placer.formats.xl.pci import read_pci
from placer.formats.xl.syntax import Config, parse
from placer.formats.xl.values import number_of, string_of
from placer.formats.xl.vnuma import Vnuma, read_vnuma
from placer.instance import GuestType, Host, shorten
from placer.instance.guest_checks import MAX_VCPUS
from placer.instance.note import Note
from placer.instance.units import MAX_KIB

MIB = 1024
MAX_MIB = MAX_KIB // MIB

_TYPES: dict[str, GuestType] = {"hvm": "hvm", "pvh": "pvh", "pv": "pv"}
_BUILDERS: dict[str, GuestType] = {"hvm": "hvm", "generic": "pv"}
_READ = (
    *("name", "type", "builder", "vcpus", "maxvcpus", "memory", "maxmem", "vnuma", "cpus", "cpus_soft", "pool", "pci"),
    "uuid",
    *("hap", "shadow_memory", "cpuid", "cpu_weight", "cap", "numa_placement"),
)
"""Keys that are read, and keys of xl that resemble one of them: neither is taken for a misspelt key."""
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NOT_KEYS = ("nodes", "numa_placement", "vnodes", "vnumamem", "vnuma_vcpumap", "vnuma_vnodemap")
"""Keys that people write although xl ignores them; the last four are keys of the vNUMA patches of 2013."""


def read_xl_cfg(text: str, place: str, host: Host, *, keep_pnodes: bool = True) -> ParsedGuest:
    """
    Read a guest from an xl.cfg.

    Parameters
    ----------
    text
        The file.
    place
        Its name for messages.
    host
        The host that the file's pnodes, pcpus, cpupool and devices belong to.
    keep_pnodes
        Whether vnodes are fixed on the pnodes that the file gives them.

    Raises
    ------
    InputError
        With ``file:line`` and the rule, where xl would refuse the guest, or would read a value otherwise than people
        read it.
    """
    config = parse(text, place)
    notes: list[str] = []
    vnuma = read_vnuma(config, host, keep_pnodes=keep_pnodes)
    guest_type = _type(config, notes)
    vcpu_count, online = _vcpu_count(config, vnuma, notes)
    memory_mib, maxmem_mib = _memory(config, vnuma, notes)
    hard_affinity, hard_notes = read_affinity(config, "cpus", vcpu_count=vcpu_count, host=host)
    soft_affinity, soft_notes = read_affinity(config, "cpus_soft", vcpu_count=vcpu_count, host=host)
    assigned = read_pci(config)
    stub_kib, stub_notes = _stubdomain(config, guest_type)
    notes += stub_notes
    devices, device_notes = devices_on(host, assigned.addresses, assigned.names)
    return ParsedGuest(
        name=_name(config),
        type=guest_type,
        vcpu_count=vcpu_count,
        online_vcpus=tuple(range(online)) if online < vcpu_count else None,
        memory_kib=memory_mib * MIB,
        maxmem_kib=maxmem_mib * MIB,
        vnodes=vnuma.vnodes if vnuma else None,
        pool=_pool(config, host),
        hard_affinity=hard_affinity,
        soft_affinity=soft_affinity,
        vdistances=vnuma.vdistances if vnuma else None,
        devices=devices,
        assigned=(*assigned.addresses, *assigned.names),
        overhead_kib=_overhead_kib(config, vcpu_count, maxmem_mib) if guest_type != "pv" else 0,
        stubdomain_kib=stub_kib,
        notes=(*notes, *hard_notes, *soft_notes, *device_notes, *_ignored_notes(config)),
        source=GuestSource(kind="xl", place=place, text=text),
        uuid=_uuid(config),
    )


def _uuid(config: Config) -> str | None:
    """Read the uuid as uuid_parse(3) does, with which xl reads it (parse_config_data, xl_parse.c)."""
    value = string_of(config, "uuid")
    if value is not None and not _UUID.fullmatch(value):
        raise config.fault("uuid", f'xl: Failed to parse UUID, expected 8-4-4-4-12 hex digits, got "{shorten(value)}"')
    return value


def _name(config: Config) -> str:
    name = string_of(config, "name")
    if name is None:
        raise InputError("no name, expected name=", place=config.place)
    if not 1 <= len(name) <= MAX_NAME:
        raise config.fault("name", f"expected a name of 1 to {MAX_NAME} characters, got {len(name)}")
    return name


def _type(config: Config, notes: list[str]) -> GuestType:
    stated = _choice(config, "type", _TYPES)
    built = _choice(config, "builder", _BUILDERS)
    if stated and built and stated != built:
        raise config.fault("builder", f"builder= means {built} and type= says {stated}, expected the same")
    if stated is None and built is None:
        notes.append('no type=, which xl takes as pv; vnuma needs type="hvm"')
    return stated or built or "pv"


def _choice(config: Config, key: str, choices: dict[str, GuestType]) -> GuestType | None:
    value = string_of(config, key)
    if value is not None and value not in choices:
        raise config.fault(key, f'expected {key} to be one of {", ".join(choices)}, got "{value[:60]}"')
    return None if value is None else choices[value]


def _vcpu_count(config: Config, vnuma: Vnuma | None, notes: list[str]) -> tuple[int, int]:
    """Read the vcpus that the guest may have, and those that it starts with: the first ones."""
    vcpus = number_of(config, "vcpus", least=1, most=MAX_VCPUS)
    maxvcpus = number_of(config, "maxvcpus", least=1, most=MAX_VCPUS)
    listed = sum(len(vnode.vcpus) for vnode in vnuma.vnodes) if vnuma else None
    if listed is not None and maxvcpus not in (None, listed):
        raise config.fault("maxvcpus", f"maxvcpus is {maxvcpus} and vnuma has {listed} vcpus, expected the same")
    count = listed or maxvcpus or vcpus or 1
    if vcpus is not None and vcpus > count:
        raise config.fault("vcpus", f"vcpus is {vcpus}, expected at most the guest's {count} (maxvcpus or vnuma)")
    if vcpus is None and count > 1:
        said = "no vcpus=: xl starts the guest with 1 of its"
        notes.append(Note(f"{said} {count} vcpus online", kind=f"{said} vcpus online"))
    elif (vcpus or 1) < count:
        notes.append(online_note(vcpus or 1, count))
    return count, vcpus or 1


def _memory(config: Config, vnuma: Vnuma | None, notes: list[str]) -> tuple[int, int]:
    """Read memory and maxmem, in MiB; vnodes determine maxmem."""
    memory = number_of(config, "memory", least=1, most=MAX_MIB, unit="MiB")
    maxmem = number_of(config, "maxmem", least=1, most=MAX_MIB, unit="MiB")
    if vnuma:
        total = sum(vnode.memory_kib for vnode in vnuma.vnodes) // MIB
        key, stated = ("memory", memory) if maxmem is None else ("maxmem", maxmem)
        if stated not in (None, total):
            raise config.fault(
                key, f"{key} is {stated} MiB and the vnodes' sizes add up to {total} MiB, expected the same"
            )
        maxmem = total
    if memory is None and maxmem is None:
        raise InputError("no memory, expected memory= in MiB (xl would start the guest with 32)", place=config.place)
    if memory is None:
        said = "no memory=: the guest starts with all of its"
        notes.append(Note(f"{said} {maxmem} MiB", kind=f"{said} maxmem"))
    memory, maxmem = memory or maxmem or 0, maxmem or memory or 0
    if memory > maxmem:
        raise config.fault("memory", f"memory is {memory} MiB, more than maxmem, {maxmem} MiB")
    return memory, maxmem


def _overhead_kib(config: Config, vcpu_count: int, maxmem_mib: int) -> int:
    """
    Compute the memory that Xen needs for an hvm or pvh guest besides the guest's own, in KiB (benchmarks/xen_sets.md).

    It is 1 MiB per vcpu and 4 KiB per MiB of memory, 8 KiB without HAP (libxl__get_required_paging_memory), unless
    ``shadow_memory=`` states another size; and 2 MiB in either case.
    """
    hap = number_of(config, "hap", least=0, most=2**31)
    shadow_mib = number_of(config, "shadow_memory", least=0, most=MAX_MIB, unit="MiB")
    if shadow_mib is not None:
        return shadow_mib * MIB + 2 * MIB
    return vcpu_count * MIB + maxmem_mib * (8 if hap == 0 else 4) + 2 * MIB


def _stubdomain(config: Config, guest_type: GuestType) -> tuple[int, list[str]]:
    stated_mib = number_of(config, "stubdomain_memory", least=0, most=MAX_MIB, unit="MiB")
    has_one = number_of(config, "device_model_stubdomain_override", least=0, most=2**31)
    model = string_of(config, "device_model_version")
    return stubdomain(bool(has_one) and guest_type == "hvm", (stated_mib or 0) * MIB, model)


def _pool(config: Config, host: Host) -> str | None:
    stated = string_of(config, "pool")
    if stated is None:
        return None
    try:
        return pool_named(stated, host)
    except ValueError as error:
        raise config.fault("pool", str(error)) from None


def _ignored_notes(config: Config) -> list[str]:
    stated = {assignment.key for assignment in config.assignments}
    notes = [f"{key}= is no key of xl, which ignores it" for key in _NOT_KEYS if key in stated]
    notes += typo_notes(sorted(stated), _READ)
    if isinstance(config.value_of("pci"), str):
        notes.append("pci= is no list, and xl ignores it")
    return notes
