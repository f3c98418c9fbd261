"""The cost terms, each lowered by one function whose docstring is its formula."""

from __future__ import annotations

from math import floor

import numpy as np

from placer.instance import Guest, Host, Instance, Vnode
from placer.problem import Crowd, Flow, IntArray, Linear, Room, Squeeze, Term, Touch
from placer.translate.cores import core_pools, pairs_table, running_load

SHARING_PRICE_MILLI = 15_000
"""What a vcpu pays for another on its core, in thousandths of a unit of mean distance."""


def tiers(instance: Instance, groups: tuple[IntArray, ...], *, nowhere: bool) -> tuple[tuple[Term, ...], ...]:
    """Lower every term of every tier, in the order of :data:`placer.instance.terms.TIERS`."""
    unplaced: tuple[tuple[Term, ...], ...] = ((), ())
    if nowhere:
        unplaced = ((unplaced_guests(instance, groups),), (unplaced_vnodes(instance),))
    return (
        *unplaced,
        (*access_distance(instance, groups, nowhere=nowhere), *core_sharing(instance, nowhere=nowhere)),
        (*soft_affinity(instance, nowhere=nowhere), *vdistance(instance, groups, nowhere=nowhere)),
        shape(instance, nowhere=nowhere),
    )


def unplaced_guests(instance: Instance, groups: tuple[IntArray, ...]) -> Touch:
    """Count the guests with a vnode on no pnode."""
    return Touch(name="unplaced_guests", sets=groups, site=len(instance.host.pnodes))


def unplaced_vnodes(instance: Instance) -> Linear:
    """Sum memory_kib + 1024 x vcpus over vnodes on no pnode."""
    prices = [v.memory_kib + 1024 * len(v.vcpus) for guest in instance.guests for v in guest.vnodes]
    cost = np.zeros((len(prices), len(instance.host.pnodes) + 1), dtype=np.int64)
    cost[:, -1] = prices
    return Linear(name="unplaced", cost=cost)


def access_distance(instance: Instance, groups: tuple[IntArray, ...], *, nowhere: bool) -> list[Flow]:
    """Sum T[v][w] x d(v, w) over guests and ordered vnode pairs, v = w included."""
    distance = site_distances(instance.host, nowhere=nowhere)
    flows = [(items, traffic(guest)) for guest, items in zip(instance.guests, groups, strict=True)]
    return [
        Flow(name="access_distance", items=items, flow=flow, distance=distance) for items, flow in flows if flow.any()
    ]


def traffic(guest: Guest) -> IntArray:
    """
    T[v][w] = vcpus(v) x share(w), share(w) = 1000 x memory(w) / memory(guest), halves up.

    A matrix of the guest's own replaces it: entries x (1000 x vcpus(guest)) / their sum, halves up. A guest without
    vcpus or memory has none.
    """
    memory = guest.memory_kib
    if not memory:
        return np.zeros((len(guest.vnodes), len(guest.vnodes)), dtype=np.int64)
    if guest.traffic is not None:
        own = np.array(guest.traffic, dtype=np.int64)
        total = int(own.sum())
        return (2 * own * (1000 * guest.vcpu_count) + total) // (2 * total)
    vcpus = np.array([len(vnode.vcpus) for vnode in guest.vnodes], dtype=np.int64)
    share = [(2000 * vnode.memory_kib + memory) // (2 * memory) for vnode in guest.vnodes]
    return np.outer(vcpus, np.array(share, dtype=np.int64))


def site_distances(host: Host, *, nowhere: bool) -> IntArray:
    """Give d for pnodes by position and, with ``nowhere``, the largest finite distance to and from no pnode."""
    distances = np.array(host.distances, dtype=np.int64)
    if nowhere:
        distances = np.pad(distances, (0, 1), constant_values=host.largest_distance)
    return distances


def core_sharing(instance: Instance, *, nowhere: bool) -> list[Crowd | Squeeze]:
    """
    Sum 1000 x 2 x price x pairs(n, c) over pools of cores, n shared vcpus, running ones included, on c cores.

    Each cpupool has pools of cores of its own, and so have those that are in none. Where dedicated vcpus may own any
    pcpu, c is less the cores that they fill (:class:`placer.problem.Squeeze`): one each where they are isolated, else
    as many as threads go on one core.
    """
    host, price = instance.host, sharing_price_milli(instance)
    if not price:
        return []
    stated = [guest.pool for guest in instance.guests] + [domain.pool for domain in host.domains]
    cpupools = dict.fromkeys(map(host.pool_in_force, stated))
    return [term for cpupool in cpupools for term in _sharing_within(instance, cpupool, price, nowhere=nowhere)]


def _sharing_within(instance: Instance, cpupool: str | None, price: int, *, nowhere: bool) -> list[Crowd | Squeeze]:
    """Price the shared cores of one cpupool, for guests that are in it."""
    host = instance.host
    vnodes = [(guest, v, host.pool_in_force(guest.pool) == cpupool) for guest in instance.guests for v in guest.vnodes]
    weight = np.array([len(set(v.vcpus) - guest.dedicated) * own for guest, v, own in vnodes], dtype=np.int64)
    pool_of, cores = core_pools(host, host.pcpus_of_pool[cpupool].difference(host.dedicated_pcpus or ()))
    load = np.array(running_load(host, [each for each in host.domains if host.pool_in_force(each.pool) == cpupool]))
    running = [int(load[pool_of == pool].sum()) for pool in range(len(cores))]
    if nowhere:
        pool_of = np.append(pool_of, -1)
    table = 2 * price * pairs_table(int(weight.sum()), cores, running)
    claim = np.array([_filled_threads(guest, v, host) * own for guest, v, own in vnodes], dtype=np.int64)
    squeezed = host.dedicated_pcpus is None and claim.any() and (weight.any() or any(running))
    if not cores or not (weight.any() or table.any() or squeezed):
        return []
    crowd = Crowd(name="core_sharing", weight=weight, pool_of=pool_of, table=table)
    if not squeezed:
        return [crowd]
    squeeze = Squeeze(
        name=crowd.name,
        crowd=crowd,
        claim=claim,
        start=np.array(running, dtype=np.int64),
        slots=np.array(cores, dtype=np.int64),
        per_slot=host.threads_per_core,
        scale=2 * price,
    )
    return [crowd, squeeze]


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


def soft_affinity(instance: Instance, *, nowhere: bool) -> list[Linear]:
    """Charge 1000 for each vcpu whose soft mask has no pcpu on its vnode's pnode."""
    host = instance.host
    cost = np.zeros((sum(len(g.vnodes) for g in instance.guests), len(host.pnodes) + nowhere), dtype=np.int64)
    items = iter(range(len(cost)))
    for guest in instance.guests:
        for vnode in guest.vnodes:
            row = cost[next(items)]
            for vcpu in vnode.vcpus if guest.soft_affinity else ():
                mask = guest.soft_affinity[vcpu] if guest.soft_affinity else None
                if mask is not None:
                    row += 1000
                    row[sorted({host.position_of_pcpu[pcpu] for pcpu in mask})] -= 1000
    return [Linear(name="soft_affinity", cost=cost)] if cost.any() else []


def vdistance(instance: Instance, groups: tuple[IntArray, ...], *, nowhere: bool) -> list[Flow]:
    """
    Sum 1000 x |wanted - written vdistance| over guests and ordered vnode pairs v != w.

    One Flow per guest and wanted value u: who wants it, times |u - written| for every pair of pnodes.
    """
    written = np.clip(site_distances(instance.host, nowhere=nowhere), 11, 254)
    flows = []
    for guest, items in zip(instance.guests, groups, strict=True):
        wanted = np.array(guest.vdistances if guest.vdistances else np.zeros((len(items), len(items))), dtype=np.int64)
        apart = ~np.eye(len(items), dtype=bool) & (guest.vdistances is not None)
        flows += [
            Flow(
                name="vdistance",
                items=items,
                flow=1000 * (apart & (wanted == u)),
                distance=np.abs(u - written),
            )
            for u in sorted(set(wanted[apart].tolist()))
        ]
    return flows


def shape(instance: Instance, *, nowhere: bool) -> tuple[Term, ...]:
    """``pack``: sum the MiB left free over the pnodes that hold a vnode of this instance; ``none``: nothing."""
    if instance.objective.shape == "none":
        return ()
    weight = [vnode.memory_kib for guest in instance.guests for vnode in guest.vnodes]
    room = [pnode.memory_kib for pnode in instance.host.pnodes] + [-1] * nowhere
    return (Room(name="shape", weight=np.array(weight, dtype=np.int64), room=np.array(room), unit=1024),)
