"""The outcome of a contestant, in a form of which placer's independent check computes the costs."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from placer.instance import Domain, Guest, Host, Instance, Placement, Vnode

Lies = dict[int, tuple[int, int]]
"""Position of a pnode -> memory in KiB and number of vcpus of one guest on that pnode."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """
    A placement and its instance.

    Parameters
    ----------
    instance
        The given instance. For a contestant that places whole guests, an instance in which every guest has one vnode
        for each pnode that holds some of its memory or vcpus.
    placement
        A placement of the instance.
    status
        OPTIMAL if the contestant proved it, else FEASIBLE.
    bounds
        The proved bound of each tier, if the contestant has some.
    """

    instance: Instance
    placement: Placement
    status: str = "FEASIBLE"
    bounds: tuple[int | None, ...] = ()


def restated(instance: Instance, lies: list[Lies | None]) -> Outcome:
    """
    Make an outcome of guests by the pnodes of their memory and vcpus.

    Parameters
    ----------
    lies
        For each guest its memory and vcpus on each pnode; None for a guest that could not be started.
    """
    guests, pnode_of = [], {}
    for guest, where in zip(instance.guests, lies, strict=True):
        guests.append(guest.split_into(1) if where is None else _restated(guest, where))
        ids = (
            [instance.host.pnodes[p].id for p in sorted(where)]
            if where is not None
            else [None] * len(guests[-1].vnodes)
        )
        pnode_of[guest.name] = tuple(ids)
    return Outcome(instance=replace(instance, guests=tuple(guests)), placement=Placement(pnode_of=pnode_of))


def stripe(size_kib: int, free: list[int], pnodes: list[int]) -> dict[int, int] | None:
    """
    Take memory evenly from pnodes, and from all other pnodes when they have none left.

    Xen does so for a domain with a node affinity: chunk after chunk from the next node of it that has some left
    (``get_free_buddy`` in xen/common/page_alloc.c).

    Parameters
    ----------
    free
        Free memory by position, in KiB; the taken memory is subtracted.

    Returns
    -------
    dict or None
        Position -> KiB; None, with ``free`` unchanged, if the host has too little memory.

    Examples
    --------
    >>> free = [10, 40, 100]
    >>> stripe(60, free, [0, 1]), free
    ({0: 10, 1: 40, 2: 10}, [0, 0, 90])
    """
    if size_kib > sum(free):
        return None
    taken: dict[int, int] = {}
    for stage in (pnodes, [p for p in range(len(free)) if p not in pnodes]):
        while size_kib and (givers := [p for p in stage if free[p]]):
            for i, p in enumerate(givers):
                part = min(-(-size_kib // (len(givers) - i)), free[p])
                taken[p] = taken.get(p, 0) + part
                free[p] -= part
                size_kib -= part
    return taken


def spread_vcpus(count: int, host: Host, pnodes: list[int]) -> dict[int, int]:
    """
    Spread unbound vcpus over pnodes in proportion to their pcpus, by largest remainders.

    Examples
    --------
    >>> from placer.instance import Pnode
    >>> sizes = [(0, 1), (2, 3, 4, 5)]
    >>> host = Host(pnodes=tuple(Pnode(id=p, memory_kib=4, pcpus=pcpus) for p, pcpus in enumerate(sizes)))
    >>> spread_vcpus(4, host, [0, 1])
    {0: 1, 1: 3}
    """
    width = {p: len(host.pnodes[p].pcpus) for p in pnodes if host.pnodes[p].pcpus}
    total = sum(width.values())
    parts = {p: count * n // total for p, n in width.items()}
    for p in sorted(width, key=lambda p: (-(count * width[p] % total), p))[: count - sum(parts.values())]:
        parts[p] += 1
    return parts


def running_vcpus(host: Host) -> list[int]:
    """Count the running vcpus that may run on each pnode, by position."""
    counts = [0] * len(host.pnodes)
    for domain in host.domains:
        for mask in domain.affinity:
            for p in {host.position_of_pcpu[c] for c in mask} if mask is not None else range(len(counts)):
                counts[p] += bool(host.pnodes[p].pcpus)
    return counts


def after(host: Host, guest: Guest, pnodes: tuple[int | None, ...]) -> Host:
    """Give the host with a guest running on these pnodes."""
    taken: dict[int, int] = {}
    affinity: list[tuple[int, ...] | None] = [None] * guest.vcpu_count
    for vnode, pnode, homes in zip(guest.vnodes, pnodes, guest.homes(pnodes), strict=True):
        if pnode is None:
            continue
        taken[pnode] = taken.get(pnode, 0) + vnode.memory_kib
        pcpus = tuple(pcpu for home in sorted(homes) for pcpu in host.pnodes[host.position_of[home]].pcpus)
        for vcpu in vnode.vcpus:
            affinity[vcpu] = pcpus or None
    left = [replace(p, memory_kib=max(0, p.memory_kib - taken.get(p.id, 0))) for p in host.pnodes]
    domain = Domain(name=guest.name, affinity=tuple(affinity))
    return replace(host, pnodes=tuple(left), domains=(*host.domains, domain))


def _restated(guest: Guest, where: Lies) -> Guest:
    vnodes, first = [], 0
    for p in sorted(where):
        memory_kib, vcpus = where[p]
        vnodes.append(Vnode(memory_kib=memory_kib, vcpus=tuple(range(first, first + vcpus))))
        first += vcpus
    return Guest(name=guest.name, vnodes=tuple(vnodes), type=guest.type, memory_only_pnodes=True)
