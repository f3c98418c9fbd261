"""Where each vnode may stand: fixed pnodes, nodemaps, pinning, memory-less and pcpu-less pnodes, reachability."""

from __future__ import annotations

import numpy as np

from placer.instance import UNREACHABLE, Guest, Host, Instance, Vnode
from placer.problem import BoolArray, IntArray


def allowed_pnodes(instance: Instance) -> BoolArray:
    """
    Allow (v, p) where p alone breaks no rule for v.

    Returns
    -------
    array ``[n, m]``
    """
    host = instance.host
    has_memory = np.array([pnode.memory_kib > 0 for pnode in host.pnodes])
    has_pcpus = np.array([bool(pnode.pcpus) for pnode in host.pnodes])
    reachable = np.array([host.distances[p][p] < UNREACHABLE for p in range(len(host.pnodes))])
    rows = []
    for guest in instance.guests:
        within = _nodemap(guest, host) & reachable
        for vnode in guest.vnodes:
            row = within & _runnable(guest, vnode, host)
            if vnode.memory_kib:
                row &= has_memory
            if not vnode.vcpus and not guest.memory_only_pnodes:
                row &= has_pcpus
            if vnode.pnode is not None:
                row &= np.arange(len(row)) == host.position_of[vnode.pnode]
            rows.append(row)
    return np.array(rows, dtype=bool).reshape(len(rows), len(host.pnodes))


def nodemaps(instance: Instance) -> BoolArray:
    """
    Allow (v, p) where v's guest may use p.

    Returns
    -------
    array ``[n, m]``
    """
    rows = [_nodemap(guest, instance.host) for guest in instance.guests for _ in guest.vnodes]
    return np.array(rows, dtype=bool).reshape(len(rows), len(instance.host.pnodes))


def fixed_pnodes(instance: Instance) -> IntArray:
    """
    Give the sites of the guests whose every vnode names its pnode.

    Returns
    -------
    array ``[n]``
        -1 for the vnodes of other guests.
    """
    fixed: list[int] = []
    for guest in instance.guests:
        pnodes = [vnode.pnode for vnode in guest.vnodes if vnode.pnode is not None]
        whole = len(pnodes) == len(guest.vnodes)
        fixed += [instance.host.position_of[p] for p in pnodes] if whole else [-1] * len(guest.vnodes)
    return np.array(fixed, dtype=np.int64)


def incompatible_pnodes(host: Host) -> BoolArray:
    """
    Mark pnodes that one guest may not both use, because one cannot reach the other.

    Returns
    -------
    array ``[m, m]``
    """
    distances = np.array(host.distances)
    either = (distances >= UNREACHABLE) | (distances.T >= UNREACHABLE)
    np.fill_diagonal(either, False)
    return either


def _nodemap(guest: Guest, host: Host) -> BoolArray:
    return np.array([guest.pnodes is None or pnode.id in guest.pnodes for pnode in host.pnodes])


def _runnable(guest: Guest, vnode: Vnode, host: Host) -> BoolArray:
    """Allow p only if every vcpu of the vnode may run on some pcpu of p."""
    row = np.array([not vnode.vcpus or bool(pnode.pcpus) for pnode in host.pnodes])
    masks = {guest.hard_affinity[vcpu] for vcpu in vnode.vcpus} if guest.hard_affinity else set()
    for mask in masks - {None}:
        owners = {host.position_of_pcpu[pcpu] for pcpu in mask or ()}
        row &= np.isin(np.arange(len(row)), list(owners))
    return row
