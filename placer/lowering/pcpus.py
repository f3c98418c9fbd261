"""Pcpus: the limit of vcpus on a pnode, and the matching of dedicated vcpus to pcpus."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor
from typing import Protocol

import numpy as np

from placer.assignment import IntArray, Resource, SlotDemand, SlotMatching
from placer.instance import Domain, Guest, Host, Instance, Vnode
from placer.lowering.core_pools import running_load
from placer.lowering.huge_pages import huge_pages
from placer.lowering.set_room import set_room

SHARING_OF_POLICY = {"prefer": "any", "require": "paired", "isolate": "alone"}
MOST_UNIONS = 24
"""
Most sets of pcpus for which a Resource counts the dedicated vcpus that may own no other pcpus. Chosen, not tuned: the
matching itself (:class:`placer.assignment.SlotMatching`) is exact; these only let solvers prune earlier.
"""


class PnodeRule(Protocol):
    """Lowers a rule about what each pnode offers to all of its vnodes; to nothing if the instance sets no limit."""

    def __call__(self, instance: Instance, *, with_unplaced_site: bool) -> list[Resource]: ...


def overcommit(instance: Instance, *, with_unplaced_site: bool) -> list[Resource]:
    """
    Keep the shared vcpus on p and the vcpus running there within the host's limit x the pcpus left to them.

    Left are all pcpus but the host's dedicated pcpus; if the host states none, all but one for each dedicated vcpu on
    p. So a dedicated vcpu weighs as much as the limit, and all is counted in units of its denominator.
    """
    host, limit = instance.host, instance.host.vcpus_per_pcpu
    if limit is None:
        return []
    owned = set(host.dedicated_pcpus or ())
    pcpus = np.array([len(set(pnode.pcpus) - owned) for pnode in host.pnodes], dtype=np.int64)
    dedicated, shared = vcpu_counts(instance)
    running = np.array(running_load(host), dtype=np.int64)
    unit = 1
    if host.dedicated_pcpus is not None or not dedicated.any():
        room = np.array([floor(limit * int(count)) for count in pcpus], dtype=np.int64) - running
        weight = shared
    else:
        unit = limit.denominator
        room = limit.numerator * pcpus - unit * running
        weight = unit * shared + limit.numerator * dedicated
    room = np.maximum(room, 0)
    if with_unplaced_site:
        room = np.append(room, weight.sum())
    return [Resource(weight=weight, capacity=room, name="overcommit", unit=unit)]


def vcpu_counts(instance: Instance) -> tuple[IntArray, IntArray]:
    """Count the dedicated vcpus, and the shared vcpus that are online, of each vnode, ``[n]`` each."""
    vnodes = [(guest, vnode) for guest in instance.guests for vnode in guest.vnodes]
    dedicated = [len(guest.dedicated.intersection(vnode.vcpus)) for guest, vnode in vnodes]
    shared = [len(guest.online.intersection(vnode.vcpus) - guest.dedicated) for guest, vnode in vnodes]
    return np.array(dedicated, dtype=np.int64), np.array(shared, dtype=np.int64)


def slot_matching(instance: Instance, *, with_unplaced_site: bool = False) -> SlotMatching | None:
    """
    Let each dedicated vcpu own a pcpu of its pnode, and leave a pcpu to every shared vcpu there.

    Slots are pcpus, slot groups are cores. A vcpu uses pcpus of its guest's cpupool alone. No vcpu owns a pcpu that is
    the only one of a running vcpu.

    Returns
    -------
    SlotMatching or None
        With a demand for each vnode, guest after guest; None if no guest has dedicated vcpus and the host states no
        dedicated pcpus.
    """
    host = instance.host
    if host.dedicated_pcpus is None and not any(guest.dedicated for guest in instance.guests):
        return None
    occupied = frozenset(pcpu for domain in host.domains for pcpu in bound_alone(domain, host))
    everywhere = frozenset(host.position_of_pcpu)
    to_own = (everywhere if host.dedicated_pcpus is None else frozenset(host.dedicated_pcpus)) - occupied
    to_share = everywhere - frozenset(host.dedicated_pcpus or ())
    demands = []
    for guest in instance.guests:
        pool = host.pcpus_of_effective_pool(guest.pool)
        demands += [_demand(guest, vnode, to_own & pool, to_share & pool) for vnode in guest.vnodes]
    slot_groups = [pnode.core_groups for pnode in host.pnodes]
    return SlotMatching(
        demands=tuple(demands),
        slot_groups=(*slot_groups, None) if with_unplaced_site else tuple(slot_groups),
        occupied=occupied,
    )


def owned_pcpus(slot_matching: SlotMatching | None) -> list[Resource]:
    """
    Count the dedicated vcpus on p that may own only pcpus of a set against the pcpus of p in the set.

    This is Hall's condition (P. Hall, On representatives of subsets, J. London Math. Soc. 1935) for all masks together
    and for unions of some of them: necessary, and as a Resource known to every solver. In the set of all masks an
    isolated vcpu takes as many pcpus as the smallest core has.
    """
    if slot_matching is None or not any(demand.own for demand in slot_matching.demands):
        return []
    masks = list(dict.fromkeys(mask for demand in slot_matching.demands for mask in demand.own))
    everything = frozenset().union(*masks)
    parts = [
        len(everything.intersection(core)) for slot_groups in slot_matching.slot_groups for core in slot_groups or ()
    ]
    least_core = min(filter(None, parts), default=1)
    resources = []
    for union in _unions(masks):
        each = [
            least_core if demand.sharing == "alone" and union == everything else 1 for demand in slot_matching.demands
        ]
        counts = [sum(mask <= union for mask in demand.own) for demand in slot_matching.demands]
        weight = np.array(counts, dtype=np.int64) * np.array(each, dtype=np.int64)
        room = [
            int(weight.sum()) if slot_groups is None else sum(len(union.intersection(core)) for core in slot_groups)
            for slot_groups in slot_matching.slot_groups
        ]
        resources.append(Resource(weight=weight, capacity=np.array(room, dtype=np.int64), name="dedicated"))
    return resources


def _unions(masks: list[frozenset[int]]) -> Iterator[frozenset[int]]:
    """Give all masks together, and unions of some of them."""
    found = dict.fromkeys([frozenset().union(*masks), *masks])
    for mask in masks:
        for other in list(found):
            if len(found) < MOST_UNIONS:
                found[mask | other] = None
    yield from found


def _demand(guest: Guest, vnode: Vnode, to_own: frozenset[int], to_share: frozenset[int]) -> SlotDemand:
    masks = guest.hard_affinity or (None,) * guest.vcpu_count
    own = [_within(masks[vcpu], to_own) for vcpu in sorted(vnode.vcpus) if vcpu in guest.dedicated]
    common = {masks[vcpu] for vcpu in vnode.vcpus if vcpu not in guest.dedicated}
    return SlotDemand(
        own=tuple(own),
        common=frozenset(_within(mask, to_share) for mask in common),
        sharing=SHARING_OF_POLICY[guest.thread_policy] if own else "any",  # type: ignore[arg-type]
    )


def bound_alone(domain: Domain, host: Host) -> set[int]:
    """Give each pcpu that is the only one on which some vcpu of the domain may run, within its cpupool."""
    pool = host.pcpus_of_effective_pool(domain.pool)
    masks = {pool.intersection(mask or pool) or pool for mask in domain.affinity}
    return {pcpu for mask in masks if len(mask) == 1 for pcpu in mask}


def _within(mask: tuple[int, ...] | None, pcpus: frozenset[int]) -> frozenset[int]:
    return pcpus if mask is None else pcpus.intersection(mask)


PNODE_RULES: dict[str, PnodeRule] = {"huge_pages": huge_pages, "overcommit": overcommit, "set_room": set_room}
"""The rules besides memory that are lowered to a Resource, by name."""
