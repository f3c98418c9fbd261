"""Reads the NUMA nodes that a flavour asks for."""

from __future__ import annotations

from placer.formats.openstack.flavor_specs import Specs, Stated
from placer.instance import format_cpuset, parse_cpuset
from placer.instance.guest import MAX_VNODES
from placer.instance.units import MAX_KIB

Cell = tuple[tuple[int, ...], int]
"""Ids of the vcpus, and memory in MiB."""


def read_cells(specs: Specs, vcpu_count: int, memory_mib: int, *, numa: bool) -> list[Cell] | None:
    """
    Read ``hw:numa_nodes``, ``hw:numa_cpus.N`` and ``hw:numa_mem.N``, or the image's properties of the same meaning.

    Parameters
    ----------
    specs
        The flavour's extra specs and the image's properties.
    vcpu_count, memory_mib
        Number of vcpus and memory in MiB of the flavour.
    numa
        Whether nova gives the guest one NUMA node where the flavour asks for none.

    Returns
    -------
    list of Cell or None
        None where the guest has no NUMA nodes.

    Raises
    ------
    InputError
        With the JSON path, where nova refuses them.
    """
    nodes = specs.one("numa_nodes")
    if nodes is None and not numa:
        return None
    count = 1 if nodes is None else nodes.number(1, MAX_VNODES)
    fault = specs.flavor.fault if nodes is None else nodes.fault
    vcpus, memory = _numbered(specs, "numa_cpus"), _numbered(specs, "numa_mem")
    if not vcpus and not memory:
        if vcpu_count % count or memory_mib % count:
            uneven = f"{vcpu_count} vcpus and {memory_mib} MiB do not divide evenly by {count}"
            raise fault(f"{uneven}; uneven nodes need numa_cpus.N and numa_mem.N")
        return _even(vcpu_count, memory_mib, count)
    if len(vcpus) != count or len(memory) != count:
        wanted = "for N = 0" if count == 1 else f"for each N from 0 to {count - 1}"
        got = f"got {len(vcpus)} and {len(memory)} in a row"
        raise fault(f"{count} node{'s' * (count > 1)}, expected numa_cpus.N and numa_mem.N {wanted} and no more, {got}")
    _check_vcpus(vcpus, vcpu_count)
    sizes = [size.number(0, MAX_KIB) for size in memory]
    if sum(sizes) != memory_mib:
        raise memory[0].fault(f"the nodes have {sum(sizes)} MiB, expected the {memory_mib} MiB of the flavour")
    return list(zip(map(_ids, vcpus), sizes, strict=True))


def _even(vcpu_count: int, memory_mib: int, count: int) -> list[Cell]:
    each = vcpu_count // count
    return [(tuple(range(v * each, (v + 1) * each)), memory_mib // count) for v in range(count)]


def _numbered(specs: Specs, name: str) -> list[Stated]:
    """Get ``name.0``, ``name.1`` and so on, up to the first that is missing."""
    found: list[Stated] = []
    while len(found) <= MAX_VNODES and (stated := specs.one(f"{name}.{len(found)}")) is not None:
        found.append(stated)
    return found


def _ids(stated: Stated) -> tuple[int, ...]:
    try:
        return parse_cpuset(stated.text)
    except ValueError as error:
        raise stated.fault(str(error)) from None


def _check_vcpus(stated: list[Stated], vcpu_count: int) -> None:
    seen: set[int] = set()
    for each in stated:
        vcpus = _ids(each)
        beyond = [vcpu for vcpu in vcpus if vcpu >= vcpu_count]
        if beyond:
            raise each.fault(f"names vcpu {format_cpuset(beyond)}, expected vcpus of 0 to {vcpu_count - 1}")
        if not seen.isdisjoint(vcpus):
            raise each.fault(
                f"names vcpu {format_cpuset(seen.intersection(vcpus))} once more, expected each on one node"
            )
        seen.update(vcpus)
    missing = set(range(vcpu_count)) - seen
    if missing:
        raise stated[0].fault(f"vcpus {format_cpuset(missing)} are on no node, expected each on one")
