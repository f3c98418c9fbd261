"""Which cores the vcpus on a pnode share, and in how many pairs they share them."""

from __future__ import annotations

import numpy as np

from placer.instance import UNREACHABLE, Host
from placer.problem import IntArray


def core_pools(host: Host) -> tuple[IntArray, list[int]]:
    """
    Group the cores: those of a pnode without memory count with the nearest pnode that has some.

    Returns
    -------
    pool_of : array ``[m]``
        The pool of each pnode, -1 where it has no cores.
    cores : list of int
        Of each pool.
    """
    owners = [_core_owner(host, p) for p in range(len(host.pnodes))]
    cores = dict.fromkeys(sorted(set(owners)), 0)
    for pnode, owner in zip(host.pnodes, owners, strict=True):
        cores[owner] += pnode.core_count
    pools = {owner: i for i, owner in enumerate(p for p, count in cores.items() if count)}
    return np.array([pools.get(owner, -1) for owner in owners]), [cores[owner] for owner in pools]


def pairs_table(vcpus: int, cores: list[int]) -> IntArray:
    """
    Pairs of vcpus that share a core, n vcpus spread evenly over c cores: r C(q+1, 2) + (c - r) C(q, 2).

    Parameters
    ----------
    vcpus
        The most there can be.
    cores
        Of each pool, positive.

    Returns
    -------
    array ``[pools, vcpus + 1]``

    Examples
    --------
    >>> pairs_table(5, [2]).tolist()
    [[0, 0, 0, 1, 2, 4]]
    """
    n = np.arange(vcpus + 1)
    c = np.array(cores)[:, None]
    q, r = n // c, n % c
    pairs: IntArray = r * ((q + 1) * q // 2) + (c - r) * (q * (q - 1) // 2)
    return pairs


def _core_owner(host: Host, p: int) -> int:
    if host.pnodes[p].memory_kib:
        return p
    near = [(d, q) for q, d in enumerate(host.distances[p]) if host.pnodes[q].memory_kib and d < UNREACHABLE]
    return min(near)[1] if near else p
