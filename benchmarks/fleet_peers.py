"""
How others choose a host: rules restated from their sources, on arrays of free cpus and memory per pnode.

first-fit-decreasing (Johnson 1973, see docs/methods.md) takes guests by size; best fit takes the host on which least
cpus, or memory, are left, or, "of a pnode", the pnode; nova is the filter on NUMA cells and the weighers of cpus and
memory of OpenStack nova 34.0.0 with their multipliers 1 (spread, the default) and -1 (pack), each normalised over the
hosts that pass, and its order of the cells of a host, with packing_host_numa_cells_allocation_strategy for pack; the
dot-product rule takes the host whose free cpus and memory match the guest's most (R. Panigrahy, K. Talwar, L. Uyeda, U.
Wieder: Heuristics for vector bin packing, 2011). A guest of two NUMA nodes takes one on each pnode. To pack with nova's
weigher of memory alone is best fit by memory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Shape = tuple[int, int, int]
"""NUMA nodes, and the cpus and GiB of each."""
Score = Callable[[Ints, Ints, Shape], Floats]
"""Free cpus and memory of hosts that pass ``[hosts, pnodes, 2]``, those of all hosts, and the guest: most is best."""


def first(free: Ints, whole: Ints, shape: Shape) -> Floats:
    """Prefer the first host."""
    return -np.arange(len(free), dtype=float)


def least_cpus(free: Ints, whole: Ints, shape: Shape) -> Floats:
    """Prefer the host with the fewest free cpus."""
    return np.asarray(-free[:, :, 0].sum(axis=1), dtype=np.float64)


def least_memory(free: Ints, whole: Ints, shape: Shape) -> Floats:
    """Prefer the host with the least free memory."""
    return np.asarray(-free[:, :, 1].sum(axis=1), dtype=np.float64)


def nova_spread(free: Ints, whole: Ints, shape: Shape) -> Floats:
    """Prefer free memory and free cpus, each normalised to 0 to 1 over the hosts that pass."""
    return _normalised(free[:, :, 0].sum(axis=1)) + _normalised(free[:, :, 1].sum(axis=1))


def nova_pack(free: Ints, whole: Ints, shape: Shape) -> Floats:
    """Prefer the opposite."""
    return -nova_spread(free, whole, shape)


def dot_product(free: Ints, whole: Ints, shape: Shape) -> Floats:
    """Prefer hosts whose free resources, in parts of the fleet's, match those of the guest."""
    total = np.maximum(1, whole.sum(axis=(0, 1)))
    wanted = np.array([shape[0] * shape[1], shape[0] * shape[2]]) / total
    return np.asarray((free.sum(axis=1) / total) @ wanted, dtype=np.float64)


def _normalised(values: Ints) -> Floats:
    low, high = float(values.min()), float(values.max())
    return np.asarray((values - low) / max(high - low, 1e-9), dtype=np.float64)


def least_cpus_of_pnode(free: Ints, whole: Ints, shape: Shape) -> Floats:
    """Prefer the host with the pnode of the fewest free cpus on which the guest fits; for two nodes as least_cpus."""
    nodes, cpus, gib = shape
    if nodes == 2:
        return least_cpus(free, whole, shape)
    fits = (free[:, :, 0] >= cpus) & (free[:, :, 1] >= gib)
    return np.asarray(-np.where(fits, free[:, :, 0], free.max() + 1).min(axis=1), dtype=np.float64)


def in_order(free: Ints) -> Ints:
    """Try the pnodes of a host ``[pnodes, 2]`` in their order."""
    return np.arange(len(free))


def emptiest(free: Ints) -> Ints:
    """Try the pnode with the most free cpus first, then that with the most memory: nova's default."""
    return np.lexsort((-free[:, 1], -free[:, 0]))


def fullest(free: Ints) -> Ints:
    """Try them the other way round."""
    return np.lexsort((free[:, 1], free[:, 0]))


@dataclass(frozen=True)
class Rule:
    """How a peer chooses the host, and the pnode on it: the first in an order on which the guest fits."""

    score: Score
    pnodes: Callable[[Ints], Ints] = in_order


FIRST = Rule(first)
ONLINE: dict[str, Rule] = {
    "first-fit": FIRST,
    "best fit by cpus": Rule(least_cpus),
    "best fit by cpus of a pnode": Rule(least_cpus_of_pnode, fullest),
    "best fit by memory": Rule(least_memory),
    "nova, pack": Rule(nova_pack, fullest),
    "nova, spread": Rule(nova_spread, emptiest),
    "dot product": Rule(dot_product),
}


def place(
    hosts: Ints, shapes: Sequence[Shape], order: Sequence[int], rule: Rule, *, until_refused: bool
) -> tuple[int, int]:
    """
    Place guests one after the other.

    Parameters
    ----------
    hosts
        Free cpus and GiB ``[hosts, 2, 2]``.
    order
        For each guest the position of its shape.
    until_refused
        Whether to end at the first guest that is refused.

    Returns
    -------
    placed, hosts used
        Numbers of both.
    """
    free, placed = hosts.copy(), 0
    used = np.zeros(len(hosts), dtype=bool)
    for k in order:
        found = choose(free, hosts, shapes[k], rule)
        if found is None:
            if until_refused:
                break
            continue
        free[found] -= shapes[k][1:]
        used[found[0]] = True
        placed += 1
    return placed, int(used.sum())


def choose(free: Ints, whole: Ints, shape: Shape, rule: Rule) -> tuple[int, int | slice] | None:
    """
    Choose host and pnode of a guest; all pnodes for one of two NUMA nodes, None where it fits nowhere.

    Parameters
    ----------
    free, whole
        Free cpus and GiB ``[hosts, 2, 2]``, now and at first.
    """
    nodes, cpus, gib = shape
    fits = (free[:, :, 0] >= cpus) & (free[:, :, 1] >= gib)
    pass_ = np.flatnonzero(fits.all(axis=1) if nodes == 2 else fits.any(axis=1))
    if not len(pass_):
        return None
    host = int(pass_[int(rule.score(free[pass_], whole, shape).argmax())])
    if nodes == 2:
        return host, slice(None)
    return host, next(p for p in rule.pnodes(free[host]).tolist() if fits[host, p])


def decreasing(hosts: Ints, shapes: Sequence[Shape], order: Sequence[int]) -> list[int]:
    """Sort guests by size: their parts of the largest pnode's cpus and memory together, the largest first."""
    most = hosts.reshape(-1, 2).max(axis=0)
    sizes = [nodes * (cpus / most[0] + gib / most[1]) for nodes, cpus, gib in shapes]
    return sorted(order, key=lambda k: -sizes[k])


def largest_first(hosts: Ints) -> Ints:
    """Sort hosts by size, the largest first: first-fit then opens few."""
    total = np.maximum(1, hosts.sum(axis=(0, 1)))
    return hosts[np.argsort(-(hosts.sum(axis=1) / total).sum(axis=1), kind="stable")]
