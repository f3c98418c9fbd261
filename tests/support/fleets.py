"""Small fleets, and an oracle that tries every assignment of their guests."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from placer.fleet.model.entries import FleetGuest, FleetHost
from placer.fleet.model.fleet import Fleet
from placer.fleet.model.rules import FleetRule
from placer.instance import Guest, Host, Pnode, Vnode

GIB = 2**20
Parts = Sequence[tuple[int, int]]
"""Vcpus and GiB, of each pnode of a host or of each vnode of a guest."""


def host_of(pnodes: Parts, name: str = "h") -> Host:
    made, first = [], 0
    for p, (cpus, gib) in enumerate(pnodes):
        made.append(Pnode(id=p, memory_kib=gib * GIB, pcpus=range(first, first + cpus)))
        first += cpus
    return Host(name=name, pnodes=made)


def guest_of(vnodes: Parts, name: str = "g", *, one_to_one: bool = False) -> Guest:
    made, first = [], 0
    for vcpus, gib in vnodes:
        made.append(Vnode(memory_kib=gib * GIB, vcpus=range(first, first + vcpus)))
        first += vcpus
    return Guest(name=name, vnodes=made, one_to_one=one_to_one)


def fleet_of(
    hosts: Sequence[Parts], guests: Sequence[Parts], *, one_to_one: bool = False, rules: Sequence[Any] = (), **more: Any
) -> Fleet:
    """Make a fleet of hosts ``h0``, ``h1`` and so on, and guests ``g0``, ``g1`` and so on."""
    return Fleet(
        hosts=[FleetHost(host=host_of(pnodes, f"h{i}")) for i, pnodes in enumerate(hosts)],
        guests=[FleetGuest(guest=guest_of(parts, f"g{i}", one_to_one=one_to_one)) for i, parts in enumerate(guests)],
        rules=[FleetRule(**rule) for rule in rules],
        **more,
    )


def random_parts(seed: int, *, pnodes: int = 2) -> tuple[list[Parts], list[Parts], bool]:
    """Draw two or three hosts and four guests of one or more vnodes, from few sizes, so that some are equal."""
    draw = random.Random(seed)
    hosts = [
        [(draw.choice((2, 4, 6)), draw.choice((4, 8, 9))) for _ in range(pnodes)] for _ in range(draw.choice((2, 3)))
    ]
    if draw.random() < 0.5:
        hosts[1] = hosts[0]
    guests: list[Parts] = []
    for _ in range(4):
        part = (draw.choice((1, 2, 3)), draw.choice((2, 3, 4)))
        other = (draw.choice((1, 2)), draw.choice((1, 2)))
        guests.append(draw.choice(([part], [part], [part] * 2, [part, other])))
    return list(hosts), guests, draw.random() < 0.5


def best(hosts: Sequence[Parts], guests: Sequence[Parts], *, one_to_one: bool) -> tuple[int, int, int]:
    """
    Give the least (unplaced guests, their KiB and 1024 for each vcpu, hosts that hold a guest), by trying everything.

    A pnode takes as many vcpus as it has pcpus.
    """
    found = min(_all(hosts, guests, one_to_one=one_to_one))
    return found[0], found[1], found[2]


def least_spread(hosts: Sequence[Parts], guests: Sequence[Parts], *, one_to_one: bool) -> int | None:
    """Give the least use of the fullest pnode with all guests placed, in thousandths rounded up; None if never."""
    return min((each[3] for each in _all(hosts, guests, one_to_one=one_to_one) if each[0] == 0), default=None)


def _all(hosts: Sequence[Parts], guests: Sequence[Parts], *, one_to_one: bool) -> Iterator[tuple[int, int, int, int]]:
    free = [[list(pnode) for pnode in pnodes] for pnodes in hosts]

    def rest(i: int, used: frozenset[int], left: int, weight: int) -> Iterator[tuple[int, int, int, int]]:
        if i == len(guests):
            spread = max(
                (1000 * (gib - now[1]) + gib - 1) // gib
                for pnodes, nows in zip(hosts, free, strict=True)
                for (_, gib), now in zip(pnodes, nows, strict=True)
            )
            yield left, weight, len(used), spread
            return
        parts = guests[i]
        whole = sum(gib * GIB + 1024 * vcpus for vcpus, gib in parts)
        yield from rest(i + 1, used, left + 1, weight + whole)
        for h, pnodes in enumerate(hosts):
            for on in product(range(len(pnodes)), repeat=len(parts)):
                if one_to_one and len(set(on)) < len(on):
                    continue
                for p, (vcpus, gib) in zip(on, parts, strict=True):
                    free[h][p][0] -= vcpus
                    free[h][p][1] -= gib
                if all(vcpus >= 0 and gib >= 0 for vcpus, gib in free[h]):
                    yield from rest(i + 1, used | {h}, left, weight)
                for p, (vcpus, gib) in zip(on, parts, strict=True):
                    free[h][p][0] += vcpus
                    free[h][p][1] += gib

    yield from rest(0, frozenset(), 0, 0)
