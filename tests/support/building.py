"""Short ways to build hosts, guests and instances by hand."""

from __future__ import annotations

from itertools import pairwise
from random import Random
from typing import Any

import numpy as np
from msgspec.structs import replace

from placer.assignment import IntArray
from placer.instance import Flexible, Guest, Host, Instance, Objective, Pnode, Vnode
from placer.solving.vnode_counts import fewest_vnodes

MIB = 1024
GIB = 1024**2

Slit = tuple[tuple[int, ...], ...]

OPTERON_6272: Slit = (
    (10, 16, 16, 22, 16, 22, 16, 22),
    (16, 10, 22, 16, 16, 22, 22, 16),
    (16, 22, 10, 16, 16, 16, 16, 16),
    (22, 16, 16, 10, 16, 16, 22, 22),
    (16, 16, 16, 16, 10, 16, 16, 22),
    (22, 22, 16, 16, 16, 10, 22, 16),
    (16, 22, 16, 22, 16, 22, 10, 16),
    (22, 16, 16, 22, 22, 16, 16, 10),
)
"""Four sockets of two dies, linked irregularly: "near" is not transitive."""


def a_host(*memory_kib: int, pcpus: int = 4, slit: Slit | None = None) -> Host:
    """Pnode p has the pcpus from p * pcpus on."""
    return Host(
        pnodes=tuple(
            Pnode(id=p, memory_kib=kib, pcpus=tuple(range(p * pcpus, (p + 1) * pcpus)))
            for p, kib in enumerate(memory_kib)
        ),
        slit=slit,
    )


def a_guest(*memory_kib: int, vcpus: tuple[int, ...] | None = None, name: str = "db", **more: Any) -> Guest:
    """One vcpu per vnode unless told."""
    widths = vcpus if vcpus is not None else (1,) * len(memory_kib)
    ends = [sum(widths[:v]) for v in range(len(widths) + 1)]
    vnodes = tuple(
        Vnode(memory_kib=kib, vcpus=tuple(range(first, end)))
        for kib, (first, end) in zip(memory_kib, pairwise(ends), strict=True)
    )
    return Guest(name=name, vnodes=vnodes, **more)


def in_fewest_parts(guest: Guest, host: Host) -> Guest:
    """A guest of one vnode, cut into as few as fit the host alone."""
    flexible = Flexible(memory_kib=guest.memory_kib, vcpu_count=guest.vcpu_count)
    whole = replace(guest, vnodes=(), form="vnuma", flexible=flexible)
    return whole.split_into(fewest_vnodes(whole, host).count)


def an_instance(host: Host, *guests: Guest, price: float | None = None) -> Instance:
    return Instance(host=host, guests=guests, objective=Objective(core_sharing_price=price))


def tree_slit(sizes: tuple[int, ...], heights: tuple[int, ...]) -> Slit:
    """
    Distances of nested clusters.

    ``sizes`` pnodes in a cluster of each level, innermost first; ``heights`` the distances, local first.
    """
    count = sizes[-1]

    def distance(p: int, q: int) -> int:
        if p == q:
            return heights[0]
        return next(h for size, h in zip(sizes, heights[1:], strict=True) if p // size == q // size)

    return tuple(tuple(distance(p, q) for q in range(count)) for p in range(count))


def nested_slit(random: Random, m: int) -> Slit:
    """Give distances of m pnodes that are cut in two again and again, at a distance of its own for each cut."""
    slit = [[10] * m for _ in range(m)]

    def cut(sites: list[int]) -> None:
        if len(sites) < 2:
            return
        random.shuffle(sites)
        at, far = random.randint(1, len(sites) - 1), random.randint(11, 40)
        for p in sites[:at]:
            for q in sites[at:]:
                slit[p][q] = slit[q][p] = far
        cut(sites[:at])
        cut(sites[at:])

    cut(list(range(m)))
    return tuple(map(tuple, slit))


def groups_of(instance: Instance) -> tuple[IntArray, ...]:
    """Items of each guest, one for each vnode, guest after guest."""
    groups: list[IntArray] = []
    for guest in instance.guests:
        start = sum(map(len, groups))
        groups.append(np.arange(start, start + len(guest.vnodes)))
    return tuple(groups)
