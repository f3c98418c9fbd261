"""The traffic between the vnodes of a guest."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from placer.instance import Guest


def traffic(guest: Guest) -> npt.NDArray[np.int64]:
    """
    T[v][w] = vcpus(v) online x share(w), share(w) = 1000 x memory(w) / memory(guest), halves up.

    A matrix of the guest's own replaces it: entries x (1000 x vcpus(guest)) / their sum, halves up. A guest without
    vcpus or memory has none.
    """
    memory = guest.memory_kib
    if not memory:
        return np.zeros((len(guest.vnodes), len(guest.vnodes)), dtype=np.int64)
    if guest.traffic is not None:
        own = np.array(guest.traffic, dtype=np.int64)
        total = int(own.sum())
        return (2 * own * (1000 * len(guest.online)) + total) // (2 * total)
    vcpus = np.array([guest.online_on(vnode) for vnode in guest.vnodes], dtype=np.int64)
    share = [(2000 * vnode.memory_kib + memory) // (2 * memory) for vnode in guest.vnodes]
    return np.outer(vcpus, np.array(share, dtype=np.int64))
