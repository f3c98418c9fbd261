"""Reads ``<numatune>`` of a libvirt domain: on which pnodes its memory may lie."""

from __future__ import annotations

from dataclasses import dataclass

from placer.instance import Host, format_cpuset, shorten
from placer.read.cpu_lists import bits
from placer.read.libvirt_values import set_of
from placer.read.xml_text import Node

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
    notes
        What is not kept, a sentence each.
    """

    pnode_of: tuple[int | None, ...]
    pnodes: tuple[int, ...] | None
    notes: tuple[str, ...]


def read_numatune(root: Node, cell_count: int, host: Host) -> Numatune:
    """
    Read the bindings.

    Raises
    ------
    InputError
        With ``file:line``, if a binding names no pnode or one the host does not have, or a cell that is not there,
        or cells with a choice are bound to different sets of pnodes: placer keeps one set for a guest.
    """
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
    return Numatune(pnode_of=pnode_of, pnodes=_common(numatune, allowed, pnode_of), notes=tuple(notes))


def _common(
    numatune: Node, allowed: list[tuple[int, ...] | None], pnode_of: tuple[int | None, ...]
) -> tuple[int, ...] | None:
    """Give the pnodes of the cells with a choice."""
    free = [v for v, pnode in enumerate(pnode_of) if pnode is None]
    if not free:
        return None
    pnodes = allowed[free[0]]
    others = [v for v in free if allowed[v] != pnodes]
    others += [
        v for v, pnode in enumerate(pnode_of) if pnode is not None and pnodes is not None and pnode not in pnodes
    ]
    if others:
        raise numatune.fault(
            f"cell {free[0]} is bound to pnodes {_words(pnodes)} and cell {others[0]} to {_words(allowed[others[0]])}; "
            "placer keeps one set of pnodes for a guest, expected the same, or one pnode for each cell"
        )
    return pnodes


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
