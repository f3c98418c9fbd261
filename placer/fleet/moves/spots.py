"""Where on a host a guest may stand: the pnodes of its vnodes, what they take of each, and the distance of memory."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice, product

from placer.check.costs import access
from placer.fleet.problem.loads import capacity_of
from placer.instance import Guest, Host
from placer.instance.distances import UNREACHABLE

MOST_SPOTS = 400
"""Most spots of a guest on one host; beyond it those of the least distance are kept. Chosen: 4 equal vnodes on 8 pnodes
have 330."""
MOST_TRIED = 20_000
"""Most choices of pnodes that are looked at for them. Chosen: a second for the slowest shape."""


@dataclass(frozen=True)
class Spot:
    """
    Where a guest stands on a host.

    Parameters
    ----------
    pnodes
        For each vnode the position of its pnode.
    takes
        Position, vcpus and KiB for each pnode that it takes something of, ascending; no vcpus where they are not
        limited.
    distance
        The cost of its memory accesses there (``access_distance``).
    """

    pnodes: tuple[int, ...]
    takes: tuple[tuple[int, int, int], ...]
    distance: int


@dataclass(frozen=True)
class HostKind:
    """
    What hosts of one entry offer.

    Parameters
    ----------
    host
        One of them, with its limit of vcpus and without a name.
    offers
        Vcpus and KiB of each pnode.
    limited
        Whether vcpus are limited.
    family
        The toolstack from which its guests are started, such as ``xl``.
    """

    host: Host
    offers: tuple[tuple[int, int], ...]
    limited: bool
    family: str


def kind_of(host: Host, family: str) -> HostKind:
    """Give what a host offers."""
    return HostKind(host, capacity_of(host), host.overcommit is not None, family)


def spot_at(guest: Guest, kind: HostKind, pnodes: tuple[int, ...]) -> Spot:
    """Give the spot of a guest whose vnodes are cut, at positions of pnodes."""
    takes: dict[int, list[int]] = {}
    for vnode, p in zip(guest.vnodes, pnodes, strict=True):
        part = takes.setdefault(p, [0, 0])
        part[0] += guest.online_on(vnode) if kind.limited else 0
        part[1] += vnode.memory_kib + guest.overhead_share_kib(vnode)
    held = tuple((p, vcpus, kib) for p, (vcpus, kib) in sorted(takes.items()))
    return Spot(pnodes, held, access(guest, kind.host, pnodes).cost)


def spots_of(guests: tuple[Guest, ...], kind: HostKind) -> tuple[tuple[Spot, ...], bool]:
    """
    Give the spots of a guest on a host, one for each way to take of the pnodes, of the least distance.

    Parameters
    ----------
    guests
        The guest, cut in each way that it may be cut.

    Returns
    -------
    spots : tuple of Spot
    all : bool
        Whether these are all.
    """
    found: dict[tuple[tuple[int, int, int], ...], Spot] = {}
    whole = True
    for guest in guests:
        count = len(kind.offers)
        whole &= count ** len(guest.vnodes) <= MOST_TRIED
        for pnodes in islice(product(range(count), repeat=len(guest.vnodes)), MOST_TRIED):
            if _stands(guest, kind, pnodes):
                spot = spot_at(guest, kind, pnodes)
                known = found.get(spot.takes)
                if known is None or spot.distance < known.distance:
                    found[spot.takes] = spot
    spots = sorted(found.values(), key=lambda spot: (spot.distance, spot.pnodes))
    return tuple(spots[:MOST_SPOTS]), whole and len(spots) <= MOST_SPOTS


def _stands(guest: Guest, kind: HostKind, pnodes: tuple[int, ...]) -> bool:
    if guest.one_to_one and len(set(pnodes)) < len(pnodes):
        return False
    for vnode, p in zip(guest.vnodes, pnodes, strict=True):
        if not kind.host.pnodes[p].pcpus and (vnode.vcpus or not guest.memory_only_pnodes):
            return False
        if vnode.memory_kib and not kind.offers[p][1]:
            return False
    rows = kind.host.distances
    return all(rows[p][q] < UNREACHABLE for p in set(pnodes) for q in set(pnodes))
