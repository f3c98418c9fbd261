"""Reads ``<numatune>`` of a libvirt domain: on which pnodes its memory may lie."""

from __future__ import annotations

from dataclasses import dataclass

from placer.formats.libvirt.values import set_of
from placer.formats.text.cpu_lists import bits
from placer.formats.text.xml_text import Node
from placer.instance import Host, Vnode, format_cpuset, shorten

_BINDING = ("strict", "restrictive")
_WISHES = ("preferred", "interleave")


@dataclass(frozen=True, kw_only=True)
class Numatune:
    """
    Where memory may lie.

    Parameters
    ----------
    pnode_of
        For each cell the id of the one pnode it is bound to, None where there is a choice.
    pnodes
        Ids of the pnodes that the cells with a choice, or the guest without cells, may use; None for any.
    pnodes_of
        The same of each cell, where they are not the same for all cells with a choice; else None.
    notes
        What is not kept, a sentence each.
    """

    pnode_of: tuple[int | None, ...]
    pnodes: tuple[int, ...] | None
    pnodes_of: tuple[tuple[int, ...] | None, ...] | None = None
    notes: tuple[str, ...]


def read_numatune(root: Node, vnodes: tuple[Vnode, ...], host: Host) -> Numatune:
    """
    Read the bindings.

    Parameters
    ----------
    vnodes
        Its cells; none where it has none.

    Raises
    ------
    InputError
        With ``file:line``, if a binding names no pnode or one the host does not have, or a cell that is not there, or
        if a cell without vcpus is bound to another set of pnodes than the other cells with a choice.
    """
    cell_count = len(vnodes)
    notes: list[str] = []
    numatune = root.child("numatune")
    if numatune is None:
        return Numatune(pnode_of=(None,) * cell_count, pnodes=None, notes=())
    memory = numatune.child("memory")
    common = _binding(memory, "the guest's memory", host, notes) if memory else None
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
    pnode_of = tuple(pnodes[0] if pnodes is not None and len(pnodes) == 1 else None for pnodes in allowed)
    if not cell_count:
        return Numatune(pnode_of=(), pnodes=common, notes=tuple(notes))
    free = [v for v, pnode in enumerate(pnode_of) if pnode is None]
    sets = {allowed[v] for v in free}
    if len(sets) < 2 and not any(
        pnodes and pnode not in pnodes for pnodes in sets for pnode in pnode_of if pnode is not None
    ):
        return Numatune(pnode_of=pnode_of, pnodes=next(iter(sets), None), notes=tuple(notes))
    for v in free:
        if allowed[v] is not None and not vnodes[v].vcpus:
            raise numatune.fault(
                f"cell {v}, which has no vcpus, is bound to pnodes {_words(allowed[v])} and other cells to others; "
                "expected one pnode for it, or the same for all"
            )
    notes.append("its cells are bound to different sets of pnodes, which placer keeps by where their vcpus may run")
    pnodes_of = tuple(allowed[v] if v in free else None for v in range(cell_count))
    return Numatune(pnode_of=pnode_of, pnodes=None, pnodes_of=pnodes_of, notes=tuple(notes))


def _words(pnodes: tuple[int, ...] | None) -> str:
    return "any" if pnodes is None else format_cpuset(pnodes)


def _binding(node: Node, what: str, host: Host, notes: list[str]) -> tuple[int, ...] | None:
    mode = node.attributes.get("mode", "strict")
    if mode not in (*_BINDING, *_WISHES):
        raise node.fault(f'expected mode {", ".join((*_BINDING, *_WISHES))}, got "{shorten(mode)}"')
    if node.attributes.get("placement") == "auto":
        notes.append(f"numatune leaves {what} to numad, placer chooses instead")
        return None
    if mode in _WISHES:
        notes.append(f'numatune mode "{mode}" for {what} is a wish, which placer does not keep')
        return None
    if "nodeset" not in node.attributes:
        return None
    pnodes = set_of(node, node.attributes["nodeset"], "nodeset")
    missing = [pnode for pnode in bits(pnodes) if pnode not in host.position_of]
    if missing:
        has = format_cpuset(host.position_of)
        raise node.fault(f"nodeset names pnode {format_cpuset(missing)}, this host has pnodes {has}")
    return bits(pnodes)
