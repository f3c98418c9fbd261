"""Notes on what a guest's own file binds elsewhere than the placement, and on nodesets that the placement changes."""

from __future__ import annotations

from collections.abc import Iterator

from placer.formats.base import Binding
from placer.instance import Guest, Placement, format_cpuset
from placer.instance.note import Note, about
from placer.job.request import Request


def binding_notes(request: Request, placement: Placement) -> list[str]:
    """Give a sentence for each binding that the placement contradicts, or changes, with the way out."""
    return [
        about(guest.name, words, joint=": ")
        for guest in request.instance.guests
        if guest.name in request.readings
        for binding in request.readings[guest.name].bindings
        for words in _in_words(binding, guest, placement)
    ]


def _in_words(binding: Binding, guest: Guest, placement: Placement) -> Iterator[Note]:
    rows = list(zip(guest.vnodes, placement.pnode_of[guest.name], strict=True))
    if binding.cell is not None and guest.form == "vnuma":  # else its own cells are not what was placed
        rows = rows[binding.cell : binding.cell + 1] or rows
    # a nodeset is for memory: vcpus may stand elsewhere than the memory they belong to
    held = {pnode for vnode, pnode in rows if pnode is not None and (vnode.memory_kib or not binding.replaced)}
    if binding.preferred and binding.cell is None and len(held) > 1:
        yield _preference(binding, guest, held)
        return
    if not held or (held == set(binding.pnodes) if binding.replaced else held.issuperset(binding.pnodes)):
        return
    there, here = name_pnodes(binding.pnodes), name_pnodes(held)
    if binding.replaced:
        said = f"{binding.what} names {there}; the placement has it on {here}, {binding.way}"
        yield Note(said, kind=f"{binding.what} names other pnodes than the placement, {binding.way}")
    else:
        said = f"{binding.what} is on {there}, the placement on {here}: {binding.way}"
        yield Note(said, kind=f"{binding.what} is on other pnodes than the placement: {binding.way}")


def _preference(binding: Binding, guest: Guest, held: set[int]) -> Note:
    """Say what becomes of a preference of the whole guest, which is for one pnode, on several."""
    if guest.form == "set":
        way = 'mode "interleave" is written for it (--format libvirt), as a preference is for one pnode'
    else:
        way = "it stays for memory in no cell, and cells without a memnode get one in this mode (--format libvirt)"
    there = f"{binding.what} names {name_pnodes(binding.pnodes)}"
    return Note(f"{there}; the placement has it on {name_pnodes(held)}, {way}", kind=f"{binding.what}: {way}")


def name_pnodes(ids: tuple[int, ...] | set[int]) -> str:
    """Give "pnode 0" or "pnodes 0,2"."""
    return f"pnode{'s' if len(ids) > 1 else ''} {format_cpuset(ids)}"
