"""The reason for a number of vnodes in words: one for each kind, with the figures of its guest."""

from __future__ import annotations

from placer.check.costs import pairs
from placer.instance import Guest, Host, format_size
from placer.instance.note import Note


def reason_of_pcpus(guest: Guest, k: int | None) -> Note:
    """Say that fewer vnodes leave vcpus without a pcpu."""
    number = f"a set of {k} pnodes" if guest.form == "set" else f"{k} vnodes"
    fewer = "one pnode has" if k == 2 else "fewer have"
    said = f"{number}, because {fewer} no pcpu for each of its"
    return Note(f"{said} {len(guest.online)} vcpus", kind=f"{said} vcpus")


def with_shared_cores(why: Note, guest: Guest, host: Host) -> Note:
    """Add how many pairs of vcpus share a core on one pnode, where fewer would in two parts."""
    held = [pnode.core_count for pnode in host.pnodes if pnode.memory_kib - pnode.reserve_kib >= guest.memory_kib]
    cores, vcpus, half = max(held, default=0), len(guest.online), len(guest.online) // 2
    one, two = pairs(vcpus, cores), pairs(half, cores) + pairs(vcpus - half, cores)
    if two >= one or len(host.pnodes) == 1:
        return why
    return Note(
        f"{why}; {one} pairs of its vcpus share a core there, {two} in two parts (--vnodes 1-4 weighs that)",
        kind=f"{why.kind}; more pairs of its vcpus share a core there than in two parts (--vnodes 1-4 weighs that)",
    )


def too_wide(guest: Guest) -> Note:
    """Say that no number of vnodes gives each vcpu a pcpu."""
    said = "vcpus are more than the pcpus of any pnodes it may use: the number of them that costs least is taken"
    return Note(f"its {len(guest.online)} {said}", kind=f"its {said}")


def reason_of_memory(guest: Guest, host: Host, k: int) -> Note:
    """Say why fewer vnodes do not fit: for their memory alone, or only with overhead and pinning."""
    size, least = format_size(guest.memory_kib), guest.flexible.least if guest.flexible else 1
    several = f"a set of {k} pnodes" if guest.form == "set" else f"{k} vnodes"
    if k == least and k > 1:
        return Note(f"{several}, the fewest that may be chosen")
    if k == least:
        return _sized("1 vnode, because one pnode holds its", size)
    unit = "pnodes" if guest.form == "set" else "vnodes"
    fewer = "one pnode does" if k == 2 else f"{least} to {k - 1} {unit} do" if k - 1 > least else f"{least} {unit} do"
    if guest.memory_kib > max(pnode.memory_kib - pnode.reserve_kib for pnode in host.pnodes):
        return _sized(f"{several}, because {fewer} not hold its", size)
    return _sized(f"{several}, because {fewer} not take its", size, " with its overhead and pinning")


def _sized(before: str, size: str, after: str = "") -> Note:
    return Note(f"{before} {size}{after}", kind=f"{before} memory{after}")
