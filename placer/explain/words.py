"""The rules of an instance as sentences with their figures."""

from __future__ import annotations

from placer.assignment import Resource
from placer.instance import Guest, Host, Pnode, Rule, format_size, listed
from placer.instance.catalogue import rule_named
from placer.lowering.huge_pages import page_size_of


def free_memory(pnode: Pnode, room: int) -> str:
    """
    Say how much memory of a pnode is free, and what reserve and overhead take of it.

    Parameters
    ----------
    room
        Its free memory less its reserve and overhead, in KiB; it may be below 0.
    """
    words = f"{format_size(pnode.memory_kib)} free"
    taken = format_size(pnode.memory_kib - room)
    return words + (f", less {taken} of reserve and overhead" if room < pnode.memory_kib else "")


def room_for(host: Host, pnode: Pnode, resource: Resource, p: int) -> str:
    """Say how much of a counted resource the pnode at position p has."""
    room = int(resource.capacity[p]) // resource.unit
    if size := page_size_of(resource.name):
        total = sum(pool.total for pool in pnode.huge_pages if pool.page_size == size)
        return f"pnode {pnode.id} has {room} free huge pages of {format_size(size)} (of {total})"
    words = f"pnode {pnode.id} has room for {room} {rule_named(resource.name).counted}"
    if resource.name == "overcommit":
        words += f" (overcommit {host.overcommit:g}, {len(pnode.pcpus)} pcpus"
        words += ", less the running vcpus)" if host.domains else ")"
    return words


def owned(host: Host, p: int) -> str:
    """Say how many pcpus a pnode has for dedicated vcpus."""
    pnode = host.pnodes[p]
    pcpus = set(pnode.pcpus).intersection(pnode.pcpus if host.dedicated_pcpus is None else host.dedicated_pcpus)
    return f"pnode {pnode.id} has {len(pcpus)} pcpus for dedicated vcpus, one each, and keeps one for shared vcpus"


def relation(source: Rule | Guest, *, disturbed: bool) -> str:
    """
    Say a rule between guests, or that of a guest with ``one_to_one``.

    Parameters
    ----------
    disturbed
        Whether running guests bar its member from some pnode.
    """
    if isinstance(source, Guest):
        count = len(source.vnodes)
        if source.form == "set":
            return f'guest "{source.name}": each of the {count} parts of its set stands on a pnode of its own'
        return f'guest "{source.name}": one_to_one gives each of its {count} vnodes a pnode of its own'
    says = rule_named(source.kind).sentence.format(members=listed(source.members))
    return f"{source.kind}: {says}" + (", and no running guest is bound to one" if disturbed else "")


def part_word(guest: Guest) -> str:
    """Give the word for a vnode of a guest: one on a set of pnodes sees none, and has parts."""
    return "part" if guest.form == "set" else "vnode"


def demand(guest: Guest) -> str:
    """Say what a guest needs."""
    sizes = [
        format_size(vnode.memory_kib)
        + (f" in huge pages of {format_size(size)}" if (size := guest.page_size_of(vnode)) else "")
        for vnode in guest.vnodes
    ]
    owned = f", {len(guest.dedicated)} dedicated vcpus (thread_policy {guest.thread_policy})" if guest.dedicated else ""
    much = " and ".join(sizes) if len(set(sizes)) > 1 or len(sizes) == 1 else f"{len(sizes)} x {sizes[0]}"
    return f'guest "{guest.name}" needs {much}{owned}'
