"""Reads ``<numatune>`` of a libvirt domain: the pnodes on which its memory may lie."""

from __future__ import annotations

from dataclasses import dataclass

from placer.formats.libvirt.values import set_of
from placer.formats.text.cpu_lists import bits
from placer.formats.text.xml_text import Node
from placer.instance import Host, Vnode, format_cpuset, shorten

PnodeSet = tuple[int, ...] | None
"""Ids of pnodes; None for any."""

_BINDING = ("strict", "restrictive")
_PREFERENCES = ("preferred", "interleave")


@dataclass(frozen=True, kw_only=True)
class Numatune:
    """
    On which pnodes the memory of a guest may lie.

    Parameters
    ----------
    pnode_of
        For each cell the id of its pnode where the file binds the cell to exactly one, else None.
    pnodes
        Ids of the pnodes that all cells without a pnode, or a guest without cells, may use; None for any.
    pnodes_of
        For each cell without a pnode the ids of the pnodes that it may use, None for any. The whole field is None
        where ``pnodes`` says the same.
    notes
        What placer does not keep: a sentence for each.
    """

    pnode_of: tuple[int | None, ...]
    pnodes: PnodeSet
    pnodes_of: tuple[PnodeSet, ...] | None = None
    notes: tuple[str, ...]


def read_numatune(root: Node, vnodes: tuple[Vnode, ...], host: Host) -> Numatune:
    """
    Read the bindings of a domain.

    Parameters
    ----------
    root
        The element ``<domain>``.
    vnodes
        The cells of the domain; empty where it has none.
    host
        The host whose pnodes the bindings name.

    Raises
    ------
    InputError
        With ``file:line``, if a binding names no pnode, a pnode that the host does not have or a cell that the domain
        does not have; or if a cell without vcpus is bound to several pnodes and other cells to other ones.
    """
    notes: list[str] = []
    numatune = root.child("numatune")
    if numatune is None:
        return Numatune(pnode_of=(None,) * len(vnodes), pnodes=None, notes=())
    memory = numatune.child("memory")
    common = _binding(memory, "the guest's memory", host, notes) if memory else None
    allowed = _allowed(numatune, len(vnodes), common, host, notes)
    if not vnodes:
        return Numatune(pnode_of=(), pnodes=common, notes=tuple(notes))
    pnode_of = tuple(pnodes[0] if pnodes is not None and len(pnodes) == 1 else None for pnodes in allowed)
    sets = {pnodes for pnodes, pnode in zip(allowed, pnode_of, strict=True) if pnode is None}
    if _one_set_says_all(sets, pnode_of):
        return Numatune(pnode_of=pnode_of, pnodes=next(iter(sets), None), notes=tuple(notes))
    pnodes_of = tuple(pnodes if pnode is None else None for pnodes, pnode in zip(allowed, pnode_of, strict=True))
    _refuse_cells_without_vcpus(numatune, vnodes, pnodes_of)
    notes.append("its cells are bound to different sets of pnodes: placer limits each cell's vcpus to their pcpus")
    return Numatune(pnode_of=pnode_of, pnodes=None, pnodes_of=pnodes_of, notes=tuple(notes))


def _allowed(numatune: Node, cell_count: int, common: PnodeSet, host: Host, notes: list[str]) -> list[PnodeSet]:
    """Give each cell the pnodes of its ``memnode``, or those of the whole guest where it has none."""
    allowed = [common] * cell_count
    seen: set[int] = set()
    for memnode in numatune.all("memnode"):
        if not cell_count:
            raise memnode.fault("the domain has no cells, expected <cpu><numa><cell> for it")
        v = memnode.number("cellid", cell_count - 1)
        if v in seen:
            raise memnode.fault(f"a second memnode for cell {v}")
        seen.add(v)
        allowed[v] = _binding(memnode, f"the memory of cell {v}", host, notes)
    return allowed


def _one_set_says_all(sets: set[PnodeSet], pnode_of: tuple[int | None, ...]) -> bool:
    """Tell whether one set of pnodes for the whole guest says as much as the sets of its cells."""
    fixed = {pnode for pnode in pnode_of if pnode is not None}
    return len(sets) < 2 and all(not pnodes or fixed.issubset(pnodes) for pnodes in sets)


def _refuse_cells_without_vcpus(numatune: Node, vnodes: tuple[Vnode, ...], pnodes_of: tuple[PnodeSet, ...]) -> None:
    """Refuse a set of pnodes for a cell without vcpus: only the affinity of vcpus could keep the cell there."""
    for v, pnodes in enumerate(pnodes_of):
        if pnodes is not None and not vnodes[v].vcpus:
            raise numatune.fault(
                f"cell {v}, which has no vcpus, is bound to pnodes {format_cpuset(pnodes)} and other cells to others; "
                "expected one pnode for it, or the same for all"
            )


def _binding(node: Node, what: str, host: Host, notes: list[str]) -> PnodeSet:
    mode = node.attributes.get("mode", "strict")
    if mode not in (*_BINDING, *_PREFERENCES):
        raise node.fault(f'expected mode {", ".join((*_BINDING, *_PREFERENCES))}, got "{shorten(mode)}"')
    if node.attributes.get("placement") == "auto":
        notes.append(f"numatune leaves {what} to numad, placer chooses instead")
        return None
    if mode in _PREFERENCES:
        notes.append(f'numatune mode "{mode}" for {what} is a preference, which placer ignores')
        return None
    if "nodeset" not in node.attributes:
        return None
    pnodes = set_of(node, node.attributes["nodeset"], "nodeset")
    missing = [pnode for pnode in bits(pnodes) if pnode not in host.position_of]
    if missing:
        has = format_cpuset(host.position_of)
        raise node.fault(f"nodeset names pnode {format_cpuset(missing)}, this host has pnodes {has}")
    return bits(pnodes)
