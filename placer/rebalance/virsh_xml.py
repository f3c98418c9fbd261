"""The elements of libvirt's XML that say where memory and vcpus are, for scripts that move guests with virsh."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from placer.instance import format_cpuset

PLACED_XML = (Path(__file__).parent / "virsh_xml.sh").read_text(encoding="utf-8")
"""The shell function that puts them into the XML of a domain."""


def numatune(pnodes: Iterable[int], cells: Sequence[int] = ()) -> str:
    """
    Write the nodes of the memory of a guest.

    Parameters
    ----------
    pnodes
        Ids of the pnodes of all of its memory; without cells it lies on them in equal parts.
    cells
        The pnode of each of its cells.
    """
    nodes = sorted(set(pnodes))
    mode = "strict" if cells or len(nodes) == 1 else "interleave"
    lines = [f"    <memory mode='{mode}' nodeset='{format_cpuset(nodes)}'/>"]
    lines += [f"    <memnode cellid='{v}' mode='strict' nodeset='{pnode}'/>" for v, pnode in enumerate(cells)]
    return "\n".join(["  <numatune>", *lines, "  </numatune>"])


def cputune(pins: Mapping[int, str], emulator: str) -> str:
    """Write the pcpus of each vcpu, and those of the emulator, without the element ``cputune`` around them."""
    lines = [f"    <vcpupin vcpu='{vcpu}' cpuset='{pcpus}'/>" for vcpu, pcpus in sorted(pins.items())]
    return "\n".join([*lines, f"    <emulatorpin cpuset='{emulator}'/>"])
