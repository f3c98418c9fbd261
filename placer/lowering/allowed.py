"""Where each vnode may stand: fixed pnodes, nodemaps, pinning, memory-less and pcpu-less pnodes, reachability."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from placer.assignment import BoolArray, IntArray, SlotMatching
from placer.instance import UNREACHABLE, Guest, Host, Instance, Vnode
from placer.instance.once import once_for_host
from placer.lowering.conflicts import undisturbed
from placer.lowering.pcpus import slot_matching
from placer.lowering.set_room import within_affinity


def allowed_pnodes(instance: Instance, slots: SlotMatching | None = None) -> BoolArray:
    """
    Allow (v, p) if v on p breaks no rule by itself, whatever else is placed.

    Parameters
    ----------
    slots
        Which vcpus can own which pcpus (:func:`placer.lowering.pcpus.slot_matching`); None: worked out here.

    Returns
    -------
    array ``[n, m]``
    """
    allowed: BoolArray = np.logical_and.reduce(list(masks(instance, slots).values()))
    return allowed


def masks(instance: Instance, slots: SlotMatching | None = None) -> dict[str, BoolArray]:
    """
    Give the mask of each rule by its name in :mod:`placer.instance.catalogue`.

    Returns
    -------
    dict of array ``[n, m]``
    """
    host = instance.host
    shape = (sum(len(guest.vnodes) for guest in instance.guests), len(host.pnodes))
    lowered: dict[str, BoolArray] = {
        rule: np.array(
            [mask(guest, vnode, host) for guest in instance.guests for vnode in guest.vnodes], dtype=bool
        ).reshape(shape)
        for rule, mask in MASKS.items()
    }
    return lowered | {
        "exclusive": undisturbed(instance),
        "set_affinity": within_affinity(instance),
        "dedicated": _has_slots(instance, slots or slot_matching(instance)),
    }


def _has_slots(instance: Instance, slots: SlotMatching | None) -> BoolArray:
    """Allow (v, p) if p has pcpus for the dedicated vcpus of v, and a pcpu left for its shared vcpus."""
    n, m = sum(len(guest.vnodes) for guest in instance.guests), len(instance.host.pnodes)
    if slots is None:
        return np.ones((n, m), dtype=bool)
    return np.array([[slots.fits(p, [v]) for p in range(m)] for v in range(n)], dtype=bool).reshape(n, m)


def nodemaps(instance: Instance) -> BoolArray:
    """
    Allow (v, p) if the list of pnodes of v's guest has p, and that of v.

    Returns
    -------
    array ``[n, m]``
    """
    rows = [_nodemap(guest, vnode, instance.host) for guest in instance.guests for vnode in guest.vnodes]
    return np.array(rows, dtype=bool).reshape(len(rows), len(instance.host.pnodes))


def fixed_pnodes(instance: Instance) -> IntArray:
    """
    Give the sites that users fixed, of guests whose every vnode names its pnode.

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


@once_for_host
def incompatible_pnodes(host: Host) -> BoolArray:
    """
    Mark the pairs of pnodes of which one cannot reach the other: one guest may not use both.

    Returns
    -------
    array ``[m, m]``
    """
    distances = np.array(host.distances)
    either = (distances >= UNREACHABLE) | (distances.T >= UNREACHABLE)
    np.fill_diagonal(either, False)
    either.setflags(write=False)
    return either


def _nodemap(guest: Guest, vnode: Vnode, host: Host) -> BoolArray:
    """Allow the pnodes in the list of the guest, unless it is of vcpus or memory apart, and in that of the vnode."""
    of_guest = guest.pnodes if vnode.is_seen else None
    lists = [each for each in (of_guest, vnode.pnodes) if each is not None]
    if not lists:  # as most, where thousands of vnodes ask
        return np.ones(len(host.pnodes), dtype=bool)
    return np.array([all(pnode.id in each for each in lists) for pnode in host.pnodes])


def _fixed(vnode: Vnode, host: Host) -> BoolArray:
    """Allow the pnode that the vnode names, all if it names none."""
    if vnode.pnode is None:
        return np.ones(len(host.pnodes), dtype=bool)
    return np.array([pnode.id == vnode.pnode for pnode in host.pnodes])


def _with_memory(guest: Guest, vnode: Vnode, host: Host) -> BoolArray:
    """Allow pnodes with memory for a vnode with memory; one with huge pages is the matter of their capacity."""
    needs = guest.ordinary_kib(vnode) > 0
    return np.array([not needs or pnode.memory_kib > 0 for pnode in host.pnodes])


def _with_pcpus(guest: Guest, vnode: Vnode, host: Host) -> BoolArray:
    """Bar pnodes without pcpus for a vnode without vcpus, unless its guest allows them or it names the pnode."""
    anywhere = bool(vnode.vcpus) or guest.memory_only_pnodes
    return np.array([anywhere or bool(pnode.pcpus) or vnode.names(pnode.id) for pnode in host.pnodes])


def _reachable(host: Host) -> BoolArray:
    """Allow pnodes that reach their own memory."""
    return np.array([host.distances[p][p] < UNREACHABLE for p in range(len(host.pnodes))])


def _runnable(guest: Guest, vnode: Vnode, host: Host) -> BoolArray:
    """Allow p if the hard mask of every vcpu of the vnode has a pcpu of p."""
    row = np.array([not vnode.vcpus or bool(pnode.pcpus) for pnode in host.pnodes])
    affinities = {guest.hard_affinity[vcpu] for vcpu in vnode.vcpus} if guest.hard_affinity else set()
    for affinity in affinities - {None}:
        owners = {host.position_of_pcpu[pcpu] for pcpu in affinity or ()}
        row &= np.isin(np.arange(len(row)), list(owners))
    return row


def _in_cpupool(guest: Guest, vnode: Vnode, host: Host) -> BoolArray:
    """Bar p if the hard mask of some vcpu has pcpus of p, but none that is in the cpupool of its guest."""
    row = np.ones(len(host.pnodes), dtype=bool)
    if host.effective_pool(guest.pool) is None:
        return row
    pool = host.pcpus_of_effective_pool(guest.pool)
    for mask in {guest.hard_affinity[vcpu] if guest.hard_affinity else None for vcpu in vnode.vcpus}:
        pcpus = set(host.position_of_pcpu if mask is None else mask)
        inside = {host.position_of_pcpu[pcpu] for pcpu in pcpus & pool}
        row[[p for p in {host.position_of_pcpu[pcpu] for pcpu in pcpus} if p not in inside]] = False
    return row


MASKS: dict[str, Callable[[Guest, Vnode, Host], BoolArray]] = {
    "fixed_pnode": lambda guest, vnode, host: _fixed(vnode, host),
    "pnodes": _nodemap,
    "hard_affinity": _runnable,
    "cpupool": _in_cpupool,
    "memoryless": _with_memory,
    "memory_only": _with_pcpus,
    "unreachable": lambda guest, vnode, host: _reachable(host),
}
