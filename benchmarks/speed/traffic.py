"""Guests with traffic of their own, in the shapes that programs have."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.speed.hosts import Numbers, fragmented, hierarchical, one_guest
from placer.assignment import IntArray
from placer.instance import Host, Instance

OWN = 20
"""Traffic of a vnode with itself."""


def ring(n: int, _numbers: Numbers) -> IntArray:
    """Each vnode talks to the next, the last to the first."""
    return 5 * _both(np.roll(np.eye(n, dtype=np.int64), 1, axis=1))


def star(n: int, _numbers: Numbers) -> IntArray:
    """The first vnode talks to every other."""
    traffic = np.zeros((n, n), dtype=np.int64)
    traffic[0, 1:] = 5
    return _both(traffic)


def stencil(n: int, _numbers: Numbers) -> IntArray:
    """Vnodes in rows of eight talk to the next in the row and in the column."""
    traffic = np.zeros((n, n), dtype=np.int64)
    for v in range(n):
        if v % 8 < 7 and v + 1 < n:
            traffic[v, v + 1] = 5
        if v + 8 < n:
            traffic[v, v + 8] = 5
    return _both(traffic)


def pipeline(n: int, _numbers: Numbers) -> IntArray:
    """Chains of eight vnodes, each of which writes to the next."""
    traffic = np.zeros((n, n), dtype=np.int64)
    for v in range(n - 1):
        traffic[v, v + 1] = 9 * (v % 8 < 7)
    return traffic


def blocks(size: int) -> Callable[[int, Numbers], IntArray]:
    """Give teams of so many vnodes with much traffic in each, and little between them."""

    def make(n: int, numbers: Numbers) -> IntArray:
        same = np.arange(n)[:, None] // size == np.arange(n) // size
        return np.where(same, numbers.integers(5, 10, (n, n)), numbers.integers(0, 2, (n, n)))

    return make


def sparse(share: float) -> Callable[[int, Numbers], IntArray]:
    """Give traffic of 1 to 9 between that share of all pairs."""

    def make(n: int, numbers: Numbers) -> IntArray:
        return numbers.integers(1, 10, (n, n)) * (numbers.random((n, n)) < share)

    return make


def dense(n: int, numbers: Numbers) -> IntArray:
    """Traffic of 0 to 9 between all pairs."""
    return numbers.integers(0, 10, (n, n))


SHAPES: dict[str, Callable[[int, Numbers], IntArray]] = {
    "dense": dense,
    "ring": ring,
    "star": star,
    "stencil": stencil,
    "pipeline": pipeline,
    "blocks of 4": blocks(4),
    "blocks of 8": blocks(8),
    "sparse, 10 %": sparse(0.1),
    "sparse, 30 %": sparse(0.3),
}
"""Traffic of n vnodes by the name of its shape, from a source of random numbers."""


def talking(shape: str, count: int, seed: int, host: Host | None = None) -> Instance:
    """
    Give one guest of unequal vnodes with traffic of its own.

    Parameters
    ----------
    host
        Where it is placed; None: a fragmented tree with twice as many pnodes as the guest has vnodes, 64 at most.
    """
    numbers = np.random.default_rng(seed)
    if host is None:
        host = fragmented(hierarchical(min(64, 2 * count)), numbers)
    usable = [pnode.memory_kib for pnode in host.pnodes if pnode.memory_kib]
    most = min(0.6, 0.9 * len(usable) / count)  # so that the guest fits where there are more vnodes than pnodes
    parts = numbers.uniform(most / 3, most, count)
    sizes = [round(part * sum(usable) / len(usable)) // 1024 * 1024 for part in parts]
    widths = numbers.integers(1, 9, count).tolist()
    traffic = SHAPES[shape](count, numbers)
    np.fill_diagonal(traffic, OWN)
    return one_guest(host, sizes, widths, traffic.tolist())


def _both(traffic: IntArray) -> IntArray:
    return traffic + traffic.T
