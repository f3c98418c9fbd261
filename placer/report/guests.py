"""The rows of guests of a report: where each vnode is, with its memory and vcpus."""

from __future__ import annotations

from collections.abc import Mapping

from placer.formats.configured_guest import write_vnodes
from placer.instance import Guest, Instance, Placement, format_cpuset, format_size

COLUMNS = ("guest", ">vnode", ">memory", "vcpus", ">pnode", ">mean distance")


def guest_rows(instance: Instance, placement: Placement, means: Mapping[str, float | None]) -> list[tuple[object, ...]]:
    """
    Give the cells below :data:`COLUMNS`: a row for each vnode as it is written, or for a set of pnodes.

    Parameters
    ----------
    means
        Guest name -> its mean distance, which stands in its first row.
    """
    rows: list[tuple[object, ...]] = []
    for guest in instance.guests:
        mean = means.get(guest.name)
        if guest.form == "set":
            rows.append(_set_row(guest, placement, mean))
            continue
        for v, vnode in enumerate(write_vnodes(guest, instance.host, placement.pnode_of[guest.name])):
            first = v == 0
            rows.append(
                (
                    guest.name if first else "",
                    v,
                    format_size(vnode.memory_kib),
                    _vcpus(guest, vnode.vcpus, placement),
                    "none" if vnode.pnode is None else vnode.pnode,
                    mean if first else "",
                )
            )
        rows += _apart(guest, placement)
    return rows


def _apart(guest: Guest, placement: Placement) -> list[tuple[object, ...]]:
    """Give a row for each part of the memory of a vnode that lies apart, as memory devices may."""
    return [
        ("", f"{vnode.memory_of} (apart)", format_size(vnode.memory_kib), "0", "none" if pnode is None else pnode, "")
        for vnode, pnode in zip(guest.vnodes, placement.pnode_of[guest.name], strict=True)
        if vnode.memory_of is not None
    ]


def _set_row(guest: Guest, placement: Placement, mean: float | None) -> tuple[object, ...]:
    """Give the one row of a guest that sees no NUMA and lies on a set of pnodes."""
    every = tuple(range(guest.vcpu_count))
    pnodes = [pnode for pnode in placement.pnode_of[guest.name] if pnode is not None]
    where = format_cpuset(pnodes) if pnodes else "none"
    if 0 < len(pnodes) < len(guest.vnodes):
        where += f" ({len(pnodes)} of {len(guest.vnodes)} parts)"
    return (guest.name, "set", format_size(guest.memory_kib), _vcpus(guest, every, placement), where, mean)


def _vcpus(guest: Guest, vcpus: tuple[int, ...], placement: Placement) -> str:
    """Give the number and the names of the vcpus of a vnode, and the pcpus of its dedicated ones."""
    if not vcpus:
        return "0"
    own = guest.dedicated.intersection(vcpus)
    owned = placement.pcpu_of.get(guest.name) if own else None
    pcpus = [pcpu for vcpu in own if (pcpu := owned[vcpu]) is not None] if owned else []
    text = f"{len(vcpus)} ({format_cpuset(vcpus)})"
    online = len(guest.online.intersection(vcpus))
    if online < len(vcpus):
        text = f"{text[:-1]}, {online} online)"
    if not pcpus:
        return text
    dedicated = "" if len(own) == len(vcpus) else f"{format_cpuset(own)} "
    return f"{text}, {dedicated}on pcpus {format_cpuset(pcpus)}"
