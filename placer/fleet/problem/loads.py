"""What guests take of pnodes, and what the pnodes of a host offer: vcpus and KiB."""

from __future__ import annotations

import math
from dataclasses import dataclass

from msgspec.structs import replace

from placer.check.running import running_vcpus
from placer.fleet.model.fleet import Fleet
from placer.instance import Guest, Host

DEFAULT_MOST = 4
"""Most vnodes of a guest whose number of vnodes is open and has no end: the default of a single host without need."""


@dataclass(frozen=True)
class Split:
    """
    One way to cut a guest into parts.

    Parameters
    ----------
    parts
        Vcpus and KiB of each part, largest first.
    distinct
        Whether each part stands on a pnode of its own.
    """

    parts: tuple[tuple[int, int], ...]
    distinct: bool


@dataclass(frozen=True)
class Load:
    """
    What a guest takes of a host.

    Parameters
    ----------
    splits
        The ways to cut the guest; it takes one of them.
    weight
        What the tier ``unplaced`` counts for it: KiB and 1024 for each vcpu.
    """

    splits: tuple[Split, ...]
    weight: int


def settled(guest: Guest) -> Guest:
    """Give an open range of vnodes an end, so that the bound and every host mean the same guest."""
    if guest.flexible is None or guest.flexible.most is not None:
        return guest
    return replace(guest, flexible=replace(guest.flexible, most=max(DEFAULT_MOST, guest.flexible.least)))


def settled_on(guest: Guest, host: Host) -> Guest:
    """Give a guest of an open range as a host can hold it: a set has at most as many parts as there are pnodes."""
    known = settled(guest)
    if known.flexible is None or known.flexible.most is None or known.form != "set":
        return known
    usable = len(host.pnodes) if known.pnodes is None else len(known.pnodes)
    most = max(known.flexible.least, min(known.flexible.most, usable))
    return replace(known, flexible=replace(known.flexible, most=most))


def load_of(guest: Guest, *, limited: bool) -> Load:
    """
    Give what a guest takes at least, wherever it stands.

    Left out are its affinity, its devices, the page size of its memory, and overhead that lies on pnodes where no vnode
    of it stands: a bound from these loads holds for guests with them too.

    Parameters
    ----------
    limited
        Whether vcpus for each pcpu are limited; otherwise no part has vcpus.
    """
    counts = guest.flexible.counts if guest.flexible else range(1)
    splits = []
    for cut in map(guest.split_into, counts):
        parts = [
            (cut.online_on(vnode) if limited else 0, vnode.memory_kib + cut.overhead_share_kib(vnode))
            for vnode in cut.vnodes
            if not vnode.is_empty
        ]
        splits.append(Split(parts=_descending(parts), distinct=cut.one_to_one))
        if guest.memory_apart:  # vcpus and memory of a vnode may lie on different pnodes
            halves = [half for vcpus, kib in parts for half in ((vcpus, 0), (0, kib)) if any(half)]
            splits.append(Split(parts=_descending(halves), distinct=False))
    return Load(splits=tuple(dict.fromkeys(splits)), weight=guest.memory_kib + 1024 * guest.vcpu_count)


def _descending(parts: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    return tuple(sorted(parts, reverse=True))


def capacity_of(host: Host) -> tuple[tuple[int, int], ...]:
    """
    Give the vcpus and the KiB that each pnode of a host takes, at most; without a limit of vcpus 0 of them.

    Memory in huge pages counts as memory. A dedicated vcpu counts as one vcpu, as it owns a pcpu.
    """
    running, limit = running_vcpus(host), host.vcpus_per_pcpu
    apart = set(host.dedicated_pcpus or ())
    offers = []
    for pnode, vcpus in zip(host.pnodes, running, strict=True):
        own = len(apart.intersection(pnode.pcpus))
        free = 0 if limit is None else max(0, math.floor(limit * (len(pnode.pcpus) - own)) - vcpus) + own
        if limit is not None and limit < 1 and host.dedicated_pcpus is None:
            free = max(free, len(pnode.pcpus))  # dedicated vcpus take less than their number of the limit
        offers.append((free, max(0, pnode.free_kib - pnode.reserve_kib)))
    return tuple(offers)


def limited_host(fleet: Fleet, entry: int) -> Host:
    """Give a host of an entry with the limit of vcpus that holds for it, without its name."""
    host = fleet.hosts[entry].host
    return replace(host, name="", overcommit=fleet.ratio if host.overcommit is None else host.overcommit)
