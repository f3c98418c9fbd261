"""Reads ``<numatune>`` of a libvirt domain: the pnodes on which its memory may lie."""

from __future__ import annotations

from dataclasses import dataclass

from placer.formats.base import Binding
from placer.formats.libvirt.values import set_of
from placer.formats.text.cpu_lists import bits
from placer.formats.text.xml_text import Node
from placer.instance import Host, Vnode, format_cpuset, shorten

PnodeSet = tuple[int, ...] | None
"""Ids of pnodes; None for any."""

_NONE: PnodeSet = ()
"""No set, where None stands for any pnode."""
_MODES = ("strict", "restrictive", "preferred", "interleave")


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
        where ``pnodes`` says the same. A cell without vcpus names them even then: so it may lie on pnodes without
        pcpus.
    spread
        Whether the memory of a guest without cells is interleaved over ``pnodes``.
    filled
        Whether the memory of a guest without cells is bound to ``pnodes``, which Linux fills one after the other.
    bindings
        The nodesets that a placement replaces, where it has to choose or differs.
    notes
        What placer does not weigh: a sentence for each.
    """

    pnode_of: tuple[int | None, ...]
    pnodes: PnodeSet
    pnodes_of: tuple[PnodeSet, ...] | None = None
    spread: bool = False
    filled: bool = False
    bindings: tuple[Binding, ...] = ()
    notes: tuple[str, ...]


class _Found:
    """What the elements say besides the pnodes that they allow."""

    def __init__(self, host: Host, vnodes: tuple[Vnode, ...]) -> None:
        self.host, self.vnodes, self.cell_count = host, vnodes, len(vnodes)
        self.notes: list[str] = []
        self.bindings: list[Binding] = []


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
        does not have.
    """
    found = _Found(host, vnodes)
    numatune = root.child("numatune")
    if numatune is None:
        return Numatune(pnode_of=(None,) * len(vnodes), pnodes=None, notes=())
    memory = numatune.child("memory")
    common = _binding(memory, None, found) if memory else None
    allowed = _allowed(numatune, common, found)
    bindings = tuple(found.bindings)
    if not vnodes:
        mode = memory.attributes.get("mode", "strict") if memory is not None and len(common or ()) > 1 else None
        notes, spread, filled = tuple(found.notes), mode == "interleave", mode in {"strict", "restrictive"}
        return Numatune(pnode_of=(), pnodes=common, spread=spread, filled=filled, bindings=bindings, notes=notes)
    pnode_of = tuple(pnodes[0] if pnodes is not None and len(pnodes) == 1 else None for pnodes in allowed)
    open_cells = [(v, pnodes) for v, pnodes in enumerate(allowed) if pnode_of[v] is None and not vnodes[v].is_empty]
    only = _common({pnodes for _, pnodes in open_cells}, pnode_of)
    named = {v: pnodes for v, pnodes in open_cells if pnodes is not None and (only is _NONE or not vnodes[v].vcpus)}
    return Numatune(
        pnode_of=pnode_of,
        pnodes=None if only is _NONE else only,
        pnodes_of=tuple(named.get(v) for v in range(len(vnodes))) if named else None,
        bindings=bindings,
        notes=tuple(found.notes),
    )


def _allowed(numatune: Node, common: PnodeSet, found: _Found) -> list[PnodeSet]:
    """Give each cell the pnodes of its ``memnode``, or those of the whole guest where it has none."""
    cell_count = found.cell_count
    allowed = [common] * cell_count
    seen: set[int] = set()
    for memnode in numatune.all("memnode"):
        if not cell_count:
            raise memnode.fault("the domain has no cells, expected <cpu><numa><cell> for it")
        v = memnode.number("cellid", cell_count - 1)
        if v in seen:
            raise memnode.fault(f"a second memnode for cell {v}")
        seen.add(v)
        allowed[v] = _binding(memnode, v, found)
    return allowed


def _common(sets: set[PnodeSet], pnode_of: tuple[int | None, ...]) -> PnodeSet:
    """Give the set of pnodes for the whole guest that says as much as the sets of its cells; ``_NONE`` if none does."""
    fixed = {pnode for pnode in pnode_of if pnode is not None}
    if len(sets) > 1 or not all(not pnodes or fixed.issubset(pnodes) for pnodes in sets):
        return _NONE
    return next(iter(sets), None)


def _binding(node: Node, cell: int | None, found: _Found) -> PnodeSet:
    """Give the pnodes that an element allows, None for any; keep what a placement changes of it, or does not weigh."""
    host, what = found.host, "the guest's memory" if cell is None else f"the memory of cell {cell}"
    mode = node.attributes.get("mode", "strict")
    if mode not in _MODES:
        raise node.fault(f'expected mode {", ".join(_MODES)}, got "{shorten(mode)}"')
    if node.attributes.get("placement") == "auto":
        found.notes.append(f"numatune leaves {what} to numad, placer chooses instead")
        return None
    if "nodeset" not in node.attributes:
        return None
    pnodes = bits(set_of(node, node.attributes["nodeset"], "nodeset"))
    missing = [pnode for pnode in pnodes if pnode not in host.position_of]
    if missing:
        has = format_cpuset(host.position_of)
        raise node.fault(f"nodeset names pnode {format_cpuset(missing)}, this host has pnodes {has}")
    if mode == "interleave" and len(pnodes) > 1:
        if found.cell_count:
            found.notes.append(
                f'numatune mode "interleave" spreads {what} over pnodes {format_cpuset(pnodes)}, and is kept: the '
                'placement counts each cell on one of them; mode "strict" puts it there'
            )
        return pnodes
    if mode == "preferred" and cell is not None and _is_tier(found.vnodes[cell], pnodes, host):
        found.notes.append(
            f'numatune mode "preferred" for {what} is kept, and counted as strict: the cell has no vcpus, and '
            f"prefers memory without pcpus, pnode {format_cpuset(pnodes)}"
        )
        return pnodes
    if mode == "preferred":
        found.notes.append(f'numatune mode "preferred" for {what} is not weighed; mode "strict" binds it')
    what = f'the nodeset of numatune mode "{mode}" for {what}'
    way = "and it is written so (--format libvirt), in the same mode"
    prefers = mode == "preferred"
    found.bindings.append(Binding(what=what, pnodes=pnodes, cell=cell, way=way, replaced=True, preferred=prefers))
    return None if mode == "preferred" else pnodes


def _is_tier(vnode: Vnode, pnodes: tuple[int, ...], host: Host) -> bool:
    """Whether a cell stands for memory of its own kind (CXL, HBM): it has no vcpus, and its pnodes have no pcpus."""
    return not vnode.vcpus and not any(host.pnodes[host.position_of[pnode]].pcpus for pnode in pnodes)
