"""The cores that vcpus on a pnode share, the vcpus that run there already, and the pairs that share a core."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction

import numpy as np

from placer.assignment import IntArray, even_pairs
from placer.instance import Domain, Host, Pnode
from placer.instance.once import once_for_host


def core_pools(host: Host, pcpus: frozenset[int] | None = None) -> tuple[IntArray, list[int]]:
    """
    Give each pnode with cores a pool of its own: cores count where they are, with memory beside them or without.

    Parameters
    ----------
    pcpus
        The pcpus of a cpupool on which shared vcpus run: only cores with one of them count. None: all cores.

    Returns
    -------
    pool_of : array ``[m]``
        The pool of each pnode, -1 where it has no cores.
    cores : list of int
        The number of cores of each pool, positive.
    """
    counts = [pnode.core_count if pcpus is None else _core_count(pnode, pcpus) for pnode in host.pnodes]
    with_cores = [p for p, count in enumerate(counts) if count]
    pool_of = np.full(len(counts), -1)
    pool_of[with_cores] = np.arange(len(with_cores))
    return pool_of, [counts[p] for p in with_cores]


def running_load(host: Host, domains: Iterable[Domain] | None = None) -> list[int]:
    """
    Count the online vcpus of running domains on each pnode: a vcpu that may run on k pnodes counts as 1/k on each.

    A vcpu that may run only on the host's dedicated pcpus is taken to own one of them, and left out.

    Parameters
    ----------
    domains
        Some of the host's domains; None for all. Each runs within its cpupool.

    Returns
    -------
    list of int
        By position, the total of each pnode rounded down.
    """
    bound_to: Counter[frozenset[int]] = Counter()
    owned = frozenset(host.dedicated_pcpus or ())
    for domain in host.domains if domains is None else domains:
        pool = host.pcpus_of_effective_pool(domain.pool)
        for mask, count in Counter(domain.online_affinity).items():
            pcpus = pool.intersection(mask or pool) or pool
            if not pcpus <= owned:
                bound_to[frozenset(host.position_of_pcpu[pcpu] for pcpu in pcpus)] += count
    load = [Fraction(0)] * len(host.pnodes)
    for owners, count in bound_to.items():
        for p in owners:
            load[p] += Fraction(count, len(owners))
    return [int(vcpus) for vcpus in load]


@once_for_host
def loaded_pools(host: Host, cpupool: str | None) -> tuple[IntArray, tuple[int, ...], tuple[int, ...]]:
    """
    Give the pools of the cores on which shared vcpus of a cpupool run, and what runs there.

    Returns
    -------
    pool_of : array ``[m]``
        As of :func:`core_pools`; not to be written to.
    cores, running : tuple of int
        For each pool its cores, and the running vcpus of the cpupool.
    """
    pool_of, cores = core_pools(host, host.pcpus_of_pool[cpupool].difference(host.dedicated_pcpus or ()))
    load = running_load(host, [domain for domain in host.domains if host.effective_pool(domain.pool) == cpupool])
    running = tuple(load[p] for p in np.flatnonzero(pool_of >= 0).tolist())
    pool_of.setflags(write=False)
    return pool_of, tuple(cores), running


def pairs_table(vcpus: int, cores: Sequence[int], running: Sequence[int]) -> IntArray:
    """
    Count the pairs of vcpus that share a core, n vcpus spread evenly over c cores: r C(q+1, 2) + (c - r) C(q, 2).

    q = n div c, r = n mod c.

    Parameters
    ----------
    vcpus
        The most vcpus that can be added to a pool.
    cores
        The number of cores of each pool, positive.
    running
        The vcpus that run in each pool already.

    Returns
    -------
    array ``[pools, vcpus + 1]``
        By the number of vcpus added; pairs of running vcpus among themselves are included.

    Examples
    --------
    >>> pairs_table(5, [2], [0]).tolist()
    [[0, 0, 0, 1, 2, 4]]
    >>> pairs_table(2, [2], [3]).tolist()
    [[1, 2, 4]]
    """
    return even_pairs(np.array(running)[:, None] + np.arange(vcpus + 1), np.array(cores)[:, None])


def _core_count(pnode: Pnode, pcpus: frozenset[int]) -> int:
    return sum(not pcpus.isdisjoint(core) for core in pnode.core_groups)
