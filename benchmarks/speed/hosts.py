"""Hosts and guests of any size, from fixed seeds."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from placer.instance import Guest, Host, Instance, Pnode, Vnode

MIB = 1024
GIB = 1024**2
Numbers = np.random.Generator


def hierarchical(count: int, *, cores: int = 8) -> Host:
    """Give a host whose distance is 10 within a pnode, 16 within four, 19 within sixteen, and 21 beyond."""
    steps = ((4, 16), (16, 19))
    slit = [
        [10 if p == q else next((d for size, d in steps if p // size == q // size), 21) for q in range(count)]
        for p in range(count)
    ]
    return _host(f"tree of {count}", slit, cores)


def mesh(side: int) -> Host:
    """Give a host of side x side pnodes; each hop of the mesh adds 10 to the distance."""
    places = [divmod(p, side) for p in range(side * side)]
    slit = [[10 + 10 * (abs(a - c) + abs(b - d)) for c, d in places] for a, b in places]
    return _host(f"mesh of {side} x {side}", slit, cores=8)


def gb200() -> Host:
    """
    Give a host like NVIDIA's GB200: 2 CPUs of 72 cores, and 4 GPUs whose memory is a pnode without pcpus.

    Each GPU has 7 more pnodes, without memory, for its parts. Distances and sizes as ``numactl -H`` prints them in
    NVIDIA's TensorRT-LLM blog on that machine.
    """
    part_of = [-1, -1, *(gpu for gpu in range(4) for _ in range(8))]
    slit = [[_gb200_distance(p, q, part_of) for q in range(34)] for p in range(34)]
    pnodes = []
    for p, gpu in enumerate(part_of):
        pcpus = tuple(range(72 * p, 72 * p + 72)) if gpu < 0 else ()
        memory = 478 * GIB if gpu < 0 else 184 * GIB if p % 8 == 2 else 0
        pnodes.append(Pnode(id=p, memory_kib=memory, pcpus=pcpus, cores=tuple((pcpu,) for pcpu in pcpus)))
    return Host(name="GB200", pnodes=tuple(pnodes), slit=tuple(map(tuple, slit)))


def _gb200_distance(p: int, q: int, part_of: list[int]) -> int:
    if p == q:
        return 10
    near, far = sorted((part_of[p], part_of[q]))
    if near >= 0:
        return 11 if near == far else 40
    return 40 if far < 0 else 80 if far // 2 == min(p, q) else 120


def _host(name: str, slit: list[list[int]], cores: int) -> Host:
    pnodes = []
    for p in range(len(slit)):
        first = 2 * cores * p
        pairs = tuple((first + 2 * i, first + 2 * i + 1) for i in range(cores))
        pcpus = tuple(range(first, first + 2 * cores))
        pnodes.append(Pnode(id=p, memory_kib=64 * GIB, pcpus=pcpus, cores=pairs))
    return Host(name=name, pnodes=tuple(pnodes), slit=tuple(map(tuple, slit)))


def fragmented(host: Host, numbers: Numbers) -> Host:
    """Leave a random share of each pnode's memory free, a fifth to all."""
    shares = numbers.uniform(0.2, 1.0, len(host.pnodes))
    pnodes = zip(host.pnodes, shares, strict=True)
    return replace(
        host, pnodes=tuple(replace(p, memory_kib=int(p.memory_kib * share) // MIB * MIB) for p, share in pnodes)
    )


def one_guest(host: Host, sizes_kib: list[int], widths: list[int], traffic: list[list[int]] | None = None) -> Instance:
    """Make a guest with these vnodes; vnodes without vcpus may be on pnodes without pcpus."""
    rows = None if traffic is None else tuple(map(tuple, traffic))
    memory_only = any(not pnode.pcpus for pnode in host.pnodes)
    guest = Guest(name="one", vnodes=_vnodes(sizes_kib, widths), traffic=rows, memory_only_pnodes=memory_only)
    return Instance(host=host, guests=(guest,))


def single(host: Host, count: int, *, equal: bool, numbers: Numbers) -> Instance:
    """Make a guest with that many vnodes and at most six tenths of the host's free memory."""
    free = [pnode.memory_kib for pnode in host.pnodes if pnode.memory_kib and pnode.pcpus]
    running = sum(len(domain.affinity) for domain in host.domains)
    idle = max(2.0, (sum(len(pnode.pcpus) for pnode in host.pnodes) - running) / len(free))
    share = min(0.45, 0.6 * len(free) / count)
    parts = np.ones(count) if equal else numbers.uniform(0.4, 1.6, count)
    sizes = [max(1, round(share * part * sum(free) / len(free) / MIB)) * MIB for part in parts]
    widths = [max(1, round(share * part * idle)) for part in parts]
    return one_guest(host, sizes, widths)


def crowded(host: Host, guests: int, vnodes: int, *, vcpus_per_core: float, numbers: Numbers) -> Instance:
    """
    Fill 85 % of the memory with guests of one or more vnodes.

    Guests of four or more vnodes, each wider than a pnode, hold about a sixth of the memory together.
    """
    pnode_kib = host.pnodes[0].memory_kib
    wanted = 0.85 * pnode_kib * len(host.pnodes)
    wide = max(1, round(wanted / 6 / (1.3 * pnode_kib)))
    counts = np.array([5] * wide + [1] * (guests - wide))
    while counts.sum() < vnodes:
        counts[int(numbers.integers(wide, guests))] += 1
    raw = numbers.lognormal(0, 0.6, guests) * np.sqrt(counts)
    raw[wide:] *= (wanted - wide * 1.3 * pnode_kib) / raw[wide:].sum()
    raw[:wide] = numbers.uniform(1.1, 1.5, wide) * pnode_kib
    ordinary = np.minimum(raw[wide:] / counts[wide:], 0.45 * pnode_kib) * counts[wide:]
    raw[wide:] = ordinary * (wanted - raw[:wide].sum()) / ordinary.sum()
    cores = sum(len(pnode.cores) or len(pnode.pcpus) for pnode in host.pnodes)
    width = np.maximum(1, np.round(raw / counts / wanted * (vcpus_per_core * cores))).astype(int)
    made = []
    for i, k in enumerate(counts.tolist()):
        size = int(raw[i] / k) // MIB * MIB
        made.append(Guest(name=f"g{i}", vnodes=_vnodes([size] * k, [int(width[i])] * k)))
    return Instance(host=replace(host, domains=()), guests=tuple(made))


def _vnodes(sizes_kib: list[int], widths: list[int]) -> tuple[Vnode, ...]:
    ends = np.cumsum([0, *widths]).tolist()
    return tuple(Vnode(memory_kib=size, vcpus=tuple(range(ends[v], ends[v + 1]))) for v, size in enumerate(sizes_kib))
