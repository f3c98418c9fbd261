"""Writes ``<numatune>`` of a placed guest: the modes of its own file, with the pnodes of the placement."""

from __future__ import annotations

from placer.formats.configured_guest import ConfiguredGuest
from placer.formats.text.xml_edit import STEP, Span
from placer.instance import format_cpuset


def numatune_lines(old: Span | None, written: ConfiguredGuest) -> list[str]:
    """
    Give the lines of the element.

    The mode of the guest and of each cell stays; without one it is ``strict``, for a set of pnodes ``interleave``:
    Linux spreads interleaved memory evenly whichever vcpu writes first, with ``strict`` it fills the writing thread's
    node first (benchmarks/kvm_sets.md). The nodeset becomes that of the placement, but where this changes what the mode
    means: memory that is interleaved over several pnodes stays so, and a preference is for one pnode (libvirt before
    9.3 refuses several: "NUMA memory tuning in 'preferred' mode only supports single node"). So the memory of a set
    that prefers a pnode is interleaved, and beside cells the preference is kept for what lies in no cell.

    Parameters
    ----------
    old
        The element of the guest's own file; None where it has none.
    written
        The guest with its pnodes.
    """
    memory = old.child("memory") if old else None
    default = "interleave" if written.guest.form == "set" and memory is None else "strict"
    mode = memory.attributes.get("mode", default) if memory else default
    stated = memory.attributes.get("nodeset") if memory else None
    several = len(written.pnodes) > 1
    if mode == "preferred" and several and written.guest.form == "set":
        mode = "interleave"
    prefers = mode == "preferred" and several
    nodeset = format_cpuset(written.pnodes[:1] if prefers else written.pnodes)
    if stated and written.guest.form != "set" and (prefers or _spreads(mode, stated)):
        nodeset = stated
    lines = ["<numatune>", f"{STEP}<memory mode='{mode}' nodeset='{nodeset}'/>"]
    if not written.without_vnuma:
        own = {int(node.attributes["cellid"]): node for node in (old.all("memnode") if old else ())}
        for v, vnode in enumerate(written.vnodes):
            if not vnode.memory_kib:
                continue
            node = own.get(v)
            cell_mode = node.attributes.get("mode", "strict") if node else mode
            cell_stated = node.attributes.get("nodeset") if node else stated
            if not _spreads(cell_mode, cell_stated):
                lines.append(f"{STEP}<memnode cellid='{v}' mode='{cell_mode}' nodeset='{vnode.pnode}'/>")
            elif node:
                lines.append(f"{STEP}<memnode cellid='{v}' mode='{cell_mode}' nodeset='{cell_stated}'/>")
    return [*lines, "</numatune>"]


def _spreads(mode: str, nodeset: str | None) -> bool:
    """Whether memory of this mode is spread over several pnodes, so that a smaller nodeset would mean another thing."""
    return mode == "interleave" and nodeset is not None and ("," in nodeset or "-" in nodeset)
