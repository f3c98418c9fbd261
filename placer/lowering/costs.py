"""The cost terms, each lowered by one function whose docstring is its formula."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import floor

import numpy as np

from placer.assignment import ConvexLoad, FlooredLinear, Flow, IntArray, Linear, ReducedSlotsLoad, SetOnSite, Term
from placer.instance import Guest, Host, Instance, Placement, Vnode
from placer.instance.objective_terms import MOVED
from placer.lowering.core_pools import core_pools, pairs_table, running_load
from placer.lowering.previous import moved
from placer.lowering.soft_terms import SOFT_TERMS, shape, site_distances
from placer.lowering.traffic import traffic

SHARING_PRICE_MILLI = 15_000
"""What a vcpu pays for another on its core, in thousandths of a unit of mean distance."""


def tiers(
    instance: Instance, groups: tuple[IntArray, ...], *, with_unplaced_site: bool, keep: Placement | None = None
) -> tuple[tuple[Term, ...], ...]:
    """
    Lower every term of every tier, in the order of the instance's objective, times its weight.

    Parameters
    ----------
    keep
        An earlier placement, fitted to the instance, from which vnodes that move count.
    """
    lowered: dict[str, Sequence[Term]] = {
        "access_distance": access_distance(instance, groups, with_unplaced_site=with_unplaced_site),
        **{name: term.lower(instance, groups, with_unplaced_site) for name, term in SOFT_TERMS.items()},
        "shape": shape(instance, with_unplaced_site=with_unplaced_site),
    }
    if with_unplaced_site:
        lowered |= {"unplaced_guests": [unplaced_guests(instance, groups)], "unplaced": [unplaced_vnodes(instance)]}
    if keep is not None:
        lowered[MOVED] = [moved(instance, keep, with_unplaced_site=with_unplaced_site)]

    def weighed(name: str, weight: int) -> Sequence[Term]:
        if name == "core_sharing":
            return core_sharing(instance, with_unplaced_site=with_unplaced_site, weight=weight)
        return [_times(weight, term) for term in lowered.get(name, ())]

    return tuple(
        tuple(term for name, weight in tier.items() for term in weighed(name, weight))
        for tier in instance.tiers(kept=keep is not None)
    )


def _times(weight: int, term: Term) -> Term:
    match term:
        case Linear():
            return replace(term, cost=weight * term.cost)
        case Flow():
            return replace(term, flow=weight * term.flow)
        case FlooredLinear():
            return replace(term, scale=weight * term.scale)
    return term  # shape and what is unplaced stand alone, their weight is 1


def unplaced_guests(instance: Instance, groups: tuple[IntArray, ...]) -> SetOnSite:
    """Count the guests with a vnode on no pnode."""
    return SetOnSite(name="unplaced_guests", sets=groups, site=len(instance.host.pnodes))


def unplaced_vnodes(instance: Instance) -> Linear:
    """Sum memory_kib + 1024 x vcpus over vnodes on no pnode."""
    prices = [v.memory_kib + 1024 * len(v.vcpus) for guest in instance.guests for v in guest.vnodes]
    cost = np.zeros((len(prices), len(instance.host.pnodes) + 1), dtype=np.int64)
    cost[:, -1] = prices
    return Linear(name="unplaced", cost=cost)


def access_distance(instance: Instance, groups: tuple[IntArray, ...], *, with_unplaced_site: bool) -> list[Flow]:
    """Sum T[v][w] x d(v, w) over guests and ordered vnode pairs, v = w included."""
    distance = site_distances(instance.host, with_unplaced_site=with_unplaced_site)
    flows = [(items, traffic(guest)) for guest, items in zip(instance.guests, groups, strict=True)]
    return [
        Flow(name="access_distance", items=items, flow=flow, distance=distance) for items, flow in flows if flow.any()
    ]


def traffic_rounding_loss(guest: Guest, host: Host) -> int:
    """Give what is added for a cut guest: (1000 x vcpus - the sum of T) x the smallest distance; 0 without memory."""
    if not guest.memory_kib:
        return 0
    return (1000 * guest.vcpu_count - int(traffic(guest).sum())) * host.smallest_distance


def core_sharing(
    instance: Instance, *, with_unplaced_site: bool, weight: int = 1
) -> list[ConvexLoad | ReducedSlotsLoad]:
    """
    Sum weight x 1000 x 2 x price x pairs(n, c) over pools of cores, n shared vcpus, running ones included, on c cores.

    Each cpupool has pools of cores of its own, and so have those that are in none. Where dedicated vcpus may own any
    pcpu, c is less the cores that they fill (:class:`placer.assignment.ReducedSlotsLoad`): one each where they are
    isolated, else as many as threads go on one core.
    """
    host, price = instance.host, weight * sharing_price_milli(instance)
    if not price:
        return []
    stated = [guest.pool for guest in instance.guests] + [domain.pool for domain in host.domains]
    cpupools = dict.fromkeys(map(host.effective_pool, stated))
    return [
        term
        for cpupool in cpupools
        for term in _sharing_within(instance, cpupool, price, with_unplaced_site=with_unplaced_site)
    ]


def _sharing_within(
    instance: Instance, cpupool: str | None, price: int, *, with_unplaced_site: bool
) -> list[ConvexLoad | ReducedSlotsLoad]:
    """Price the shared cores of one cpupool, for guests that are in it."""
    host = instance.host
    vnodes = [(guest, v, host.effective_pool(guest.pool) == cpupool) for guest in instance.guests for v in guest.vnodes]
    weight = np.array([len(set(v.vcpus) - guest.dedicated) * own for guest, v, own in vnodes], dtype=np.int64)
    pool_of, cores = core_pools(host, host.pcpus_of_pool[cpupool].difference(host.dedicated_pcpus or ()))
    load = np.array(running_load(host, [each for each in host.domains if host.effective_pool(each.pool) == cpupool]))
    running = [int(load[pool_of == pool].sum()) for pool in range(len(cores))]
    if with_unplaced_site:
        pool_of = np.append(pool_of, -1)
    table = 2 * price * pairs_table(int(weight.sum()), cores, running)
    slots_claimed = np.array([_filled_threads(guest, v, host) * own for guest, v, own in vnodes], dtype=np.int64)
    squeezed = host.dedicated_pcpus is None and slots_claimed.any() and (weight.any() or any(running))
    if not cores or not (weight.any() or table.any() or squeezed):
        return []
    convex_load = ConvexLoad(name="core_sharing", weight=weight, pool_of=pool_of, table=table)
    if not squeezed:
        return [convex_load]
    reduced = ReducedSlotsLoad(
        name=convex_load.name,
        convex_load=convex_load,
        slots_claimed=slots_claimed,
        start=np.array(running, dtype=np.int64),
        slots=np.array(cores, dtype=np.int64),
        per_slot=host.threads_per_core,
        scale=2 * price,
    )
    return [convex_load, reduced]


def _filled_threads(guest: Guest, vnode: Vnode, host: Host) -> int:
    """Count the threads that dedicated vcpus fill: a core's where they are isolated, else one each."""
    each = host.threads_per_core if guest.thread_policy == "isolate" else 1
    return each * len(guest.dedicated.intersection(vnode.vcpus))


def sharing_price_milli(instance: Instance) -> int:
    """
    Price one vcpu of a pair: 15, or 15 x (threads / vcpus) squared with more vcpus than threads, or the instance's own.

    Vcpus are those that run and those to be placed.

    Returns
    -------
    int
        In thousandths of a unit of mean distance, rounded down; an own price to the nearest, halves up.
    """
    own = instance.objective.core_sharing_price
    if own is not None:
        return floor(own * 1000 + 0.5)
    threads = len(instance.host.position_of_pcpu)
    vcpus = instance.host.running_vcpu_count + sum(guest.vcpu_count for guest in instance.guests)
    return SHARING_PRICE_MILLI * threads**2 // vcpus**2 if vcpus > threads else SHARING_PRICE_MILLI
