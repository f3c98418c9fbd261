"""Reads the cells of a libvirt domain: ``<cpu><numa><cell>``."""

from __future__ import annotations

import math
from dataclasses import dataclass

from msgspec.structs import replace

from placer.formats.base import Masks
from placer.formats.libvirt.values import set_of, size_of
from placer.formats.text.cpu_lists import bits
from placer.formats.text.xml_text import Node
from placer.instance import Host, Vnode, format_cpuset
from placer.instance.guest import MAX_VNODES

LOCAL_DISTANCE = 10
REMOTE_DISTANCE = 20
UNREACHABLE = 255
"""Distances that libvirt takes where none are stated, and the largest that it accepts."""


@dataclass(frozen=True, kw_only=True)
class Cells:
    """
    The cells of a domain, in the order of their ids.

    Parameters
    ----------
    vnodes
        Memory and vcpus of each cell.
    vdistances
        Distances between the cells; None where no cell states any.
    notes
        What libvirt completes in the cells: a sentence for each.
    """

    vnodes: tuple[Vnode, ...]
    vdistances: tuple[tuple[int, ...], ...] | None
    notes: tuple[str, ...]


def read_cells(root: Node, vcpu_count: int) -> Cells | None:
    """
    Read the cells as libvirt does; None where the domain has none.

    The id of a cell without one is its position. Vcpus on no cell belong to cell 0. A distance that is stated in one
    direction holds in both; distances that are not stated are 10 within a cell and 20 between cells.

    Parameters
    ----------
    root
        The element ``<domain>``.
    vcpu_count
        Number of vcpus of the domain.

    Raises
    ------
    InputError
        With ``file:line``, where libvirt would refuse the cells.
    """
    cpu = root.child("cpu")
    numa = cpu.child("numa") if cpu else None
    cells = _by_id(list(numa.all("cell"))) if numa else []
    if not cells:
        return None
    sets = _vcpus(cells, vcpu_count)
    everywhere = (1 << vcpu_count) - 1
    left = everywhere & ~sum(sets)
    notes = (f"vcpus {format_cpuset(bits(left))} are on no cell, libvirt adds them to cell 0",) if left else ()
    sets[0] |= left
    memory = [math.ceil(size_of(cell, cell.attributes.get("memory", ""))) for cell in cells]
    return Cells(
        vnodes=tuple(Vnode(memory_kib=kib, vcpus=bits(vcpus)) for kib, vcpus in zip(memory, sets, strict=True)),
        vdistances=_distances(cells),
        notes=notes,
    )


def with_vcpus_apart(
    vnodes: tuple[Vnode, ...], masks: Masks | None, common: tuple[int, ...] | None, host: Host
) -> tuple[Vnode, ...]:
    """
    Put vcpus that can run on no pnode to which the memory of their cell is bound into vnodes of their own.

    The cell then names the pnodes to which it is bound, so that it may lie there without vcpus.

    Parameters
    ----------
    masks
        For each vcpu the pcpus that it may run on; None for any.
    common
        Ids of the pnodes to which the memory of cells is bound that name none themselves; None for any.
    """
    bound, apart = [], []
    for v, vnode in enumerate(vnodes):
        fixed = None if vnode.pnode is None else (vnode.pnode,)
        homes = {vcpu: _homes(masks[vcpu] if masks else None, host) for vcpu in vnode.vcpus}
        here = {host.position_of[pnode] for pnode in fixed or vnode.pnodes or common or ()}
        together = here.intersection(*homes.values()) or not here
        named = None if fixed else vnode.pnodes or common
        bound.append(vnode if together or not vnode.memory_kib else replace(vnode, vcpus=(), pnodes=named))
        groups: dict[frozenset[int], list[int]] = {}
        one = frozenset.intersection(*homes.values()) if homes else frozenset()
        for vcpu in vnode.vcpus if bound[-1] is not vnode else ():
            groups.setdefault(one or homes[vcpu], []).append(vcpu)
        apart += [Vnode(memory_kib=0, vcpus=tuple(vcpus), vcpus_of=v) for vcpus in groups.values()]
    return (*bound, *apart)


def _homes(mask: tuple[int, ...] | None, host: Host) -> frozenset[int]:
    """Give the pnodes, by position, on which a vcpu may run."""
    return frozenset(host.position_of_pcpu[pcpu] for pcpu in (host.position_of_pcpu if mask is None else mask))


def _by_id(cells: list[Node]) -> list[Node]:
    if len(cells) > MAX_VNODES:
        raise cells[MAX_VNODES].fault(f"{len(cells)} cells, expected at most {MAX_VNODES}")
    cell_of: dict[int, Node] = {}
    for position, cell in enumerate(cells):
        v = cell.number("id", len(cells) - 1) if "id" in cell.attributes else position
        if v in cell_of:
            raise cell.fault(f"a second cell with id {v}")
        cell_of[v] = cell
    return [cell_of[v] for v in sorted(cell_of)]


def _vcpus(cells: list[Node], vcpu_count: int) -> list[int]:
    sets: list[int] = []
    taken = 0
    for cell in cells:
        vcpus = set_of(cell, cell.attributes["cpus"], "cpus") if "cpus" in cell.attributes else 0
        if vcpus.bit_length() > vcpu_count:
            raise cell.fault(f"names vcpu {vcpus.bit_length() - 1}, expected those of <vcpu>, 0 to {vcpu_count - 1}")
        if vcpus & taken:
            raise cell.fault(f"vcpus {format_cpuset(bits(vcpus & taken))} are on another cell too, expected on one")
        taken |= vcpus
        sets.append(vcpus)
    return sets


def _distances(cells: list[Node]) -> tuple[tuple[int, ...], ...] | None:
    stated: dict[tuple[int, int], int] = {}
    for v, cell in enumerate(cells):
        distances = cell.child("distances")
        for sibling in distances.all("sibling") if distances else ():
            w = sibling.number("id", len(cells) - 1)
            distance = sibling.number("value", UNREACHABLE)
            if distance < LOCAL_DISTANCE or (v == w and distance != LOCAL_DISTANCE):
                expected = "10" if v == w else "10 to 255"
                raise sibling.fault(f"distance {distance} from cell {v} to cell {w}, expected {expected}")
            stated[v, w] = distance
    if not stated:
        return None
    known = {(w, v): distance for (v, w), distance in stated.items()} | stated
    ids = range(len(cells))
    return tuple(tuple(known.get((v, w), LOCAL_DISTANCE if v == w else REMOTE_DISTANCE) for w in ids) for v in ids)
