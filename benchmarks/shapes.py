"""
Guests of sizes that people buy, and guests whose sizes are parts of a host's free memory.

The sizes of :data:`REAL` are facts about products, each with where it is published: SAP HANA on OpenStack
(sapcc/helm-charts, flavours "hana exclusive"; a NUMA node for the cores of each socket), Azure's HBv3 and HBv4 series
and M416ms_v2 (learn.microsoft.com), AWS's u-24tb1.112xlarge (eight sockets), Huawei Cloud's flavours of one and two
NUMA nodes (the dataset mdl1104/Dataset-for-topology-aware-VM-placement) and the asymmetric example of
``hw:numa_nodes`` in OpenStack's documentation.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import cycle
from statistics import fmean

import numpy as np

from placer.instance import Flexible, Guest, Host, Vnode

MIB, GIB = 1024, 1024**2
Sizes = tuple[tuple[int, int], ...]
"""For each vnode its memory in KiB and its number of vcpus."""

PARTS = {
    "quarter": ((0.25, 0.25),),
    "two": ((0.45, 0.5), (0.45, 0.5)),
    "uneven": ((0.7, 0.5), (0.35, 0.25), (0.2, 0.25)),
    "four": ((0.3, 0.5),) * 4,
    "large": ((1.3, 0.8),),
    "wide": ((0.6, 1.5),),
    "huge": ((1.8, 1.2),),
}
"""For each vnode its memory and vcpus, as shares of the mean free memory and pcpus of a pnode."""
SET = "set"
"""The shape of guests that see no NUMA and may lie on several pnodes."""
BATCHES = {"mixed": ("quarter", "uneven", "two"), SET: ("large", "wide", "quarter", "huge")}
"""The guests of a batch cut to measure, in turn."""
FILL = 0.75
"""Share of the free memory that a batch asks for. Chosen, not tuned."""
MOST_GUESTS, MOST_REAL_GUESTS = 8, 12
"""Guests of a batch at most."""
DRAWS = 100

HANA = {
    "hana-c24-m365": ((373352 * MIB, 24),),
    "hana-c48-m729": ((746720 * MIB, 48),),
    "hana-c96-m1458": ((746730 * MIB, 48),) * 2,
    "hana-c30-m240": ((245760 * MIB, 30),),
    "hana-c60-m480": ((491520 * MIB, 60),),
    "hana-c120-m960": ((491520 * MIB, 60),) * 2,
    "hana-c30-m480": ((491520 * MIB, 30),),
}
AZURE = {
    "HB120rs_v3": ((112 * GIB, 30),) * 4,
    "HB120-64rs_v3": ((112 * GIB, 16),) * 4,
    "HB120-32rs_v3": ((112 * GIB, 8),) * 4,
    "HB176rs_v4": ((192 * GIB, 44),) * 4,
    "HB176-96rs_v4": ((192 * GIB, 24),) * 4,
    "M416ms_v2": ((1459200 * MIB, 52),) * 8,
}
HUAWEI_ONE = {
    f"huawei-{vcpus}U{gib}G": ((gib * GIB, vcpus),)
    for vcpus, gib in ((2, 4), (2, 8), (4, 8), (4, 16), (8, 16), (8, 32), (12, 24), (12, 48), (16, 32), (16, 64))
}
HUAWEI_TWO = {
    f"huawei-{vcpus}U{gib}G-2": ((gib * GIB // 2, vcpus // 2),) * 2
    for vcpus, gib in ((32, 64), (32, 128), (48, 96), (48, 192), (64, 128))
}
OTHERS = {
    "u-24tb1": ((3072 * GIB, 56),) * 8,
    "nova-asymmetric": ((2 * GIB, 2), (4 * GIB, 4)),
}
REAL: dict[str, Sizes] = {**HANA, **AZURE, **HUAWEI_ONE, **HUAWEI_TWO, **OTHERS}


def cut(host: Host, shape: str, *, alone: bool) -> tuple[Guest, ...]:
    """Cut guests to the host's measure: one, or as many as ask for three quarters of what is free."""
    free = [pnode.memory_kib for pnode in host.pnodes if pnode.memory_kib and pnode.pcpus]
    running = sum(len(domain.affinity) for domain in host.domains)
    idle = (sum(len(pnode.pcpus) for pnode in host.pnodes) - running) / len(free)
    made: list[Guest] = []
    asked = 0
    for name in cycle(BATCHES.get(shape, (shape,))):
        sizes = tuple(_part(*part, fmean(free), idle) for part in PARTS[name])
        asked += _memory_kib(sizes)
        if made and (asked > FILL * sum(free) or len(made) == MOST_GUESTS or alone):
            break
        made.append((_without_numa if shape == SET else guest)(f"{name}-{len(made)}", sizes))
    return tuple(made)


def real(host: Host, seed: int, *, alone: bool) -> tuple[Guest, ...]:
    """
    Choose guests of :data:`REAL` among those that :func:`suited` gives.

    A single guest is the one with most vnodes, among equals with most memory. Several guests are drawn at random, with
    a probability proportional to their memory; a guest is skipped if all together would need more than three quarters
    of the free memory.
    """
    known = suited(host)
    if alone:
        name = max(known, key=lambda name: (len(REAL[name]), _memory_kib(REAL[name])))
        return (guest(name, REAL[name]),)
    weight = np.array([_memory_kib(REAL[name]) for name in known], dtype=float)
    drawn = np.random.default_rng(seed).choice(len(known), size=DRAWS, p=weight / weight.sum()).tolist()
    made: list[Guest] = []
    left_kib = _room_kib(host)
    for name in (known[i] for i in drawn):
        if len(made) < MOST_REAL_GUESTS and (not made or _memory_kib(REAL[name]) <= left_kib):
            made.append(guest(f"{name}-{len(made)}", REAL[name]))
            left_kib -= _memory_kib(REAL[name])
    return tuple(made)


def suited(host: Host) -> list[str]:
    """
    List the real guests that may fit the host; the smallest of all if there are none.

    Every vnode fits the largest pnode, and the guest fits three quarters of the free memory.
    """
    pnodes = [pnode for pnode in host.pnodes if pnode.pcpus]
    most_kib, most_pcpus = max(p.memory_kib for p in pnodes), max(len(p.pcpus) for p in pnodes)
    found = [
        name
        for name, sizes in REAL.items()
        if all(kib <= most_kib and width <= most_pcpus for kib, width in sizes)
        and _memory_kib(sizes) <= _room_kib(host)
    ]
    return found or [min(REAL, key=lambda name: _memory_kib(REAL[name]))]


def _room_kib(host: Host) -> float:
    return FILL * sum(pnode.memory_kib for pnode in host.pnodes if pnode.pcpus)


def guest(name: str, sizes: Iterable[tuple[int, int]]) -> Guest:
    """Make a guest whose vcpus are numbered vnode after vnode."""
    vnodes, first = [], 0
    for memory_kib, width in sizes:
        vnodes.append(Vnode(memory_kib=memory_kib, vcpus=tuple(range(first, first + width))))
        first += width
    return Guest(name=name, vnodes=tuple(vnodes))


def _without_numa(name: str, sizes: Sizes) -> Guest:
    flexible = Flexible(memory_kib=_memory_kib(sizes), vcpu_count=sum(width for _, width in sizes))
    return Guest(name=name, flexible=flexible, type="pvh", form="set")


def _part(memory: float, cpus: float, free_kib: float, idle: float) -> tuple[int, int]:
    return max(1, round(memory * free_kib / MIB)) * MIB, max(1, round(cpus * idle))


def _memory_kib(sizes: Sizes) -> int:
    return sum(kib for kib, _ in sizes)
