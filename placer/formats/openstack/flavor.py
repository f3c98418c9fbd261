"""Reads guests from OpenStack's flavours in JSON: of ``openstack flavor show`` or ``list``, or of the API."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from placer.errors import InputError, of_each
from placer.formats.base import MAX_NAME, GuestSource, ParsedGuest
from placer.formats.openstack.flavor_cells import Cell, read_cells
from placer.formats.openstack.flavor_pages import read_pages
from placer.formats.openstack.flavor_policies import read_policies
from placer.formats.openstack.flavor_specs import Specs, specs_of
from placer.formats.openstack.flavor_topology import LEVELS, read_topology
from placer.formats.text.json_fields import Fields
from placer.formats.text.typos import typo_notes
from placer.instance import Host, Vnode, shorten
from placer.instance.guest_checks import MAX_VCPUS
from placer.instance.units import MAX_KIB

MIB = 1024
NAMED = 8
"""Keys that one note names. Chosen, not tuned."""
_LISTS = ("flavors", "servers")
_OF_COLUMN = {"Name": "name", "RAM": "ram", "VCPUs": "vcpus", "Properties": "properties"}
"""Columns of ``openstack flavor list`` -> keys of a flavour. Properties are there with ``--long`` only."""
_READ = (
    "hw:numa_nodes",
    "hw:mem_page_size",
    "hw:cpu_policy",
    "hw:cpu_thread_policy",
    "hw:cpu_dedicated_mask",
    "hw:cpu_realtime",
    "hw:cpu_realtime_mask",
    "resources:PCPU",
    "resources:VCPU",
    *(f"hw:cpu_{word}{level}" for word in ("", "max_") for level in LEVELS),
)
"""Extra specs that are read, besides ``hw:numa_cpus.N`` and ``hw:numa_mem.N``."""
_NOT_COUNTED = (
    "hw:pmem",
    "hw:emulator_threads_policy",
    "hw_emulator_threads_policy",
    "hw:pci_numa_affinity_policy",
    "hw_pci_numa_affinity_policy",
    "hw:mem_encryption",
    "pci_passthrough:",
)
"""Keys that nova counts and placer does not: persistent memory, a pcpu for the emulator, devices, encrypted memory."""


def holds_flavors(document: object) -> bool:
    """
    Tell whether JSON holds flavours or servers with their flavour, alone or in lists.

    Examples
    --------
    >>> holds_flavors({"vcpus": 2, "ram": 1024}), holds_flavors({"max_vcpus": 2, "max_memkb": 1048576})
    (True, False)
    """
    if isinstance(document, list):
        return bool(document) and holds_flavors(document[0])
    if not isinstance(document, dict):
        return False
    listed = any(isinstance(document.get(key), list) for key in _LISTS)
    if {"VCPUs", "RAM"} <= document.keys():
        return True  # an entry of openstack flavor list
    return listed or "flavor" in document or ("vcpus" in document and not {"ram", "memory_mb"}.isdisjoint(document))


def read_flavors(document: object, place: str, host: Host) -> list[ParsedGuest]:
    """
    Read each flavour as a guest.

    Parameters
    ----------
    document
        Parsed JSON: a flavour with ``vcpus``, ``ram`` or ``memory_mb`` in MiB, and ``properties`` or ``extra_specs``; a
        guest with ``name``, ``flavor`` and optionally ``image``; a list of these, also in the API's object around it.
    place
        The file's name for messages. A flavour without a name gets the name of the file.
    host
        The host, whose huge pages a flavour may ask for.

    Raises
    ------
    InputError
        With the JSON path, where nova would refuse a flavour.
    """
    path = "$"
    if isinstance(document, dict):
        key = next((key for key in _LISTS if isinstance(document.get(key), list)), None)
        if key is not None:
            document, path = document[key], f"$.{key}"
    if not isinstance(document, list):
        return [_read(Fields.of(_from_table(document), place), host)]
    if not document:
        raise InputError("the list is empty, expected a flavour", place=f"{place}: {path}")
    entries = list(map(_from_table, document))
    return of_each(lambda i: _read(Fields.of(entries[i], place, f"{path}[{i}]"), host), range(len(entries)))


def _from_table(item: Any) -> Any:
    """Give an entry of ``openstack flavor list``, whose keys are titles of columns, the keys of a flavour."""
    if not isinstance(item, dict) or not {"VCPUs", "RAM"} <= item.keys():
        return item
    return {_OF_COLUMN.get(key, key): value for key, value in item.items()}


def _read(document: Fields, host: Host) -> ParsedGuest:
    flavor = document.child("flavor") or document
    image = document.value.get("image") if flavor is not document else None
    specs = specs_of(flavor, document.child("image") if isinstance(image, dict) else None)
    vcpu_count, memory_mib = _sizes(flavor)
    policies = read_policies(specs, vcpu_count)
    cells = read_cells(specs, vcpu_count, memory_mib, numa=policies.cpu_policy != "shared" or _wants_pages(specs))
    memory_kib = memory_mib * MIB
    pages = read_pages(specs, [mib * MIB for _, mib in cells or ()], host)
    return ParsedGuest(
        name=_name(document, flavor),
        type="hvm",
        vcpu_count=vcpu_count,
        memory_kib=memory_kib,
        maxmem_kib=memory_kib,
        vnodes=None if cells is None else tuple(map(_vnode, cells, pages.sizes)),
        topology=read_topology(specs, vcpu_count),
        cpu_policy=policies.cpu_policy,
        dedicated_vcpus=policies.dedicated_vcpus,
        thread_policy=policies.thread_policy,
        one_to_one=cells is not None and len(cells) > 1,
        notes=(*pages.notes, *_notes(specs, numa=cells is not None), *_unlisted(flavor)),
        source=GuestSource(kind="flavor", place=document.place, text=""),
    )


def _vnode(cell: Cell, page_size: int | None) -> Vnode:
    vcpus, memory_mib = cell
    return Vnode(memory_kib=memory_mib * MIB, vcpus=vcpus, page_size=page_size)


def _sizes(flavor: Fields) -> tuple[int, int]:
    vcpu_count = flavor.number("vcpus", MAX_VCPUS)
    if not vcpu_count:
        raise flavor.fault(f"expected vcpus, 1 to {MAX_VCPUS}")
    key = "memory_mb" if "memory_mb" in flavor.value else "ram"
    memory_mib = flavor.number(key, MAX_KIB // MIB)
    if not memory_mib:
        raise flavor.fault("expected ram (or memory_mb), MiB of memory above 0")
    return vcpu_count, memory_mib


def _name(document: Fields, flavor: Fields) -> str:
    name = document.text("name") or flavor.text("name") or flavor.text("original_name")
    name = name or PurePath(document.place).stem.strip("<>-") or "guest"
    if len(name) > MAX_NAME:
        raise document.fault(f"expected at most {MAX_NAME} characters, got {len(name)}", "name")
    return name


def _wants_pages(specs: Specs) -> bool:
    """Tell whether the flavour asks for a page size or persistent memory: nova gives such a guest a NUMA node."""
    return any(specs.both("mem_page_size")) or bool(specs.extra("hw:pmem"))


def _unlisted(flavor: Fields) -> tuple[str, ...]:
    """Say that a list without ``--long`` states no properties."""
    if "Is Public" not in flavor.value or "properties" in flavor.value:
        return ()
    return ("its properties are not known: openstack flavor list --long prints them",)


def _notes(specs: Specs, *, numa: bool) -> list[str]:
    """Note keys that placer does not count, and keys that are probably misspelt."""
    keys = [*specs.flavor.value, *specs.image.value]
    not_counted = [key for key in keys if key.startswith(_NOT_COUNTED)]
    notes = [f"not counted: {', '.join(map(shorten, not_counted[:NAMED]))}"] if not_counted else []
    if not numa and any(key.startswith(("hw:numa_", "hw_numa_")) for key in keys):
        notes.append("without hw:numa_nodes its other NUMA keys mean nothing")
    counted = ("hw:numa_cpus.", "hw_numa_cpus.", "hw:numa_mem.", "hw_numa_mem.", *_NOT_COUNTED)
    others = [key for key in keys if not key.startswith(counted)]
    return notes + typo_notes(others, [*_READ, *(key.replace("hw:", "hw_") for key in _READ)])
