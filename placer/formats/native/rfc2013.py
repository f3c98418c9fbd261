"""Writes a placed guest for the vNUMA patches of 2013: the fields of their build info, and their xl options."""

from __future__ import annotations

from collections.abc import Iterator

from placer.errors import EmissionError
from placer.formats.configured_guest import ConfiguredGuest
from placer.formats.text.json_layout import lay_out
from placer.instance import format_size

NO_NODE = 2**32 - 1
"""The value of ``vnode_to_pnode`` for a vnode without a pnode (``NO_NODE`` of the patches, ~0 in 32 bits)."""
LEAST_VNODE_MIB = 64
"""MIN_VNODE_SIZE of the patches."""
MOST_VNODES = 1024
"""Largest ``vnodes`` that the patches' xl accepts."""
MIB = 1024


def emit_rfc(written: ConfiguredGuest) -> str:
    """
    Write a guest as the fields that the patches added to ``libxl_domain_build_info``.

    Returns
    -------
    str
        One JSON object: ``nr_vnodes``, ``vnuma_memszs`` (MiB), ``vcpu_to_vnode``, ``vdistance`` (row after row),
        ``vnode_to_pnode`` (4294967295 for a vnode without a pnode), ``vnuma_placement``, and ``xl``, the same as lines
        of the patches' xl.cfg. The patches refuse a map that leaves a vnode out unless they may choose the pnodes
        themselves, so ``vnuma_placement`` is "True" for such a guest and "False" for any other.

    Raises
    ------
    EmissionError
        With every reason, one on each line, if the patches' xl would refuse the guest.
    """
    reasons = [*_reasons(written)]
    if reasons:
        raise EmissionError("\n".join(f'guest "{written.guest.name}": {reason}' for reason in reasons))
    vnodes = written.vnodes
    vnode_of = {vcpu: v for v, vnode in enumerate(vnodes) for vcpu in vnode.vcpus}
    complete = all(vnode.pnode is not None for vnode in vnodes)
    fields = {
        "nr_vnodes": len(vnodes),
        "vnuma_memszs": [vnode.memory_kib // MIB for vnode in vnodes],
        "vcpu_to_vnode": [vnode_of[vcpu] for vcpu in sorted(vnode_of)],
        "vdistance": [distance for vnode in vnodes for distance in vnode.distances],
        "vnode_to_pnode": [NO_NODE if vnode.pnode is None else vnode.pnode for vnode in vnodes],
        "vnuma_placement": "False" if complete else "True",
    }
    options = {
        "vnodes": fields["nr_vnodes"],
        "vnumamem": fields["vnuma_memszs"],
        "vdistance": [10, _remote(written)],
        "vnuma_vcpumap": fields["vcpu_to_vnode"],
        "vnuma_vnodemap": fields["vnode_to_pnode"],
        "vnuma_autoplacement": int(not complete),
    }
    if not complete:
        del options["vnuma_vnodemap"]  # the option cannot express a vnode without a pnode
    return lay_out(fields | {"xl": [f"{key} = {value}" for key, value in options.items()]}) + "\n"


def _reasons(written: ConfiguredGuest) -> Iterator[str]:
    if written.guest.form == "set":
        yield "it is spread over a set of pnodes and has no vnodes to map"
        return
    if len(written.vnodes) > MOST_VNODES:
        yield f"{len(written.vnodes)} vnodes, the RFC's xl takes at most {MOST_VNODES}"
    for v, vnode in enumerate(written.vnodes):
        if vnode.memory_kib % MIB:
            yield f"vnode {v} has {vnode.memory_kib} KiB, expected whole MiB"
        if vnode.memory_kib < LEAST_VNODE_MIB * MIB:
            size = format_size(vnode.memory_kib)
            yield f"vnode {v} has {size}, the RFC's xl takes at least {LEAST_VNODE_MIB} MiB"
        if not vnode.vcpus:
            yield f"vnode {v} has no vcpus, the RFC's xl wants at least one on each"
    placed = sum(vnode.memory_kib for vnode in written.vnodes)
    if placed != written.maxmem_kib:
        yield f"its vnodes hold {format_size(placed)}, expected its maxmem of {format_size(written.maxmem_kib)}"


def _remote(written: ConfiguredGuest) -> int:
    """
    Give the mean distance between different vnodes, to the nearest integer, halves up; 20 for a single vnode.

    The patches' xl.cfg holds only one remote distance.
    """
    remote = [
        distance for v, vnode in enumerate(written.vnodes) for w, distance in enumerate(vnode.distances) if v != w
    ]
    return (2 * sum(remote) + len(remote)) // (2 * len(remote)) if remote else 20
