"""Whether a guest fits its host without any other, and the number of parts with which it comes nearest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from msgspec.structs import replace as change

from placer.assignment import Problem, Resource, Status
from placer.assignment.context import SearchContext
from placer.assignment.in_time import in_time
from placer.instance import Guest, Host, Instance
from placer.lowering.huge_pages import page_size_of
from placer.lowering.lower import lower

TIME_LIMIT_S = 10.0
"""
Seconds for one question whether a guest fits the host alone.

A guest whose question is still open then counts as not fitting, so the limit is far above every measured time: at most
0.09 s for guests of 8 vcpus and 30 to 98 % of the free memory, cut into 1 to 8 vnodes, on the hosts of the shipped
instances.
"""


def fits_alone(guest: Guest, host: Host, *, pcpus: bool = False) -> bool:
    """
    Whether the guest, without any other, can be placed on the host; claims, which no number changes, do not count.

    Parameters
    ----------
    pcpus
        Whether each of its vcpus that are online needs a pcpu too, of those that the guest may use on the pnode.
    """
    problem = _alone(guest, host)
    if pcpus:
        problem = replace(problem, resources=(*problem.resources, _pcpus(guest, host)))
    memory = problem.resources[0]
    smallest = memory.weight.min()
    if smallest and (memory.capacity // smallest).sum() < problem.n:
        return False  # even if all vnodes had the smallest size; needs no solver
    from placer.assignment.portfolio import optimal  # here, because it imports every strategy

    question = replace(problem, tiers=((),))
    return in_time(optimal, question, SearchContext(time_limit_s=TIME_LIMIT_S)).status is Status.OPTIMAL


def _pcpus(guest: Guest, host: Host) -> Resource:
    """Keep the vcpus of the guest on each pnode within the pcpus that its cpupool and its hard affinity leave."""
    left, needy = host.pcpus_of_effective_pool(guest.pool), guest.online | guest.dedicated
    masks = guest.hard_affinity
    if masks is not None and None not in masks:
        left &= {pcpu for mask in masks for pcpu in mask or ()}
    return Resource(
        weight=np.array([len(needy.intersection(vnode.vcpus)) for vnode in guest.vnodes], dtype=np.int64),
        capacity=np.array([len(left.intersection(pnode.pcpus)) for pnode in host.pnodes], dtype=np.int64),
        name="pcpus",
    )


def nearest_count(guest: Guest, host: Host, counts: range) -> int:
    """
    Choose the number of vnodes, or of parts of a set, to explain with where a flexible guest fits the host in none.

    Returns
    -------
    int
        One that leaves no vcpu without a pcpu if there is one; of these the one that lacks least memory; of equals the
        least.
    """
    most = max(counts[0], min(counts[-1], len(host.pnodes)))  # more have sizes that nobody reads
    return min(range(counts[0], most + 1), key=lambda k: _lacking(guest.split_into(k), host))


def _lacking(guest: Guest, host: Host) -> tuple[bool, int]:
    """
    Say whether vcpus lack a pcpu, and give the KiB that are missing.

    One part after the other takes the pnode where it lacks least, of equals that with most room; a set has each pnode
    once. An estimate: it chooses what is explained, and the explanation is worked out by solves.
    """
    problem, pcpus = _alone(guest, host), _pcpus(guest, host)
    sizes = {r: 1 if r.name == "memory" else page_size_of(r.name) for r in problem.resources}
    counted = [(r.weight * kib, (r.capacity * kib).copy()) for r, kib in sizes.items() if kib]
    left, missing, crowded = pcpus.capacity.copy(), 0, False
    used = np.zeros(problem.m, dtype=bool)
    for part in range(problem.n):
        room = np.sum([np.minimum(free, need[part]) for need, free in counted], axis=0)
        room = np.where(problem.allowed[part] & ~used, room, 0)
        p = int(np.lexsort((-np.sum([free for _, free in counted], axis=0), -room))[0])
        missing += int(sum(need[part] for need, _ in counted) - room[p])
        for need, free in counted:
            free[p] = max(0, free[p] - need[part])
        left[p] -= pcpus.weight[part]
        crowded |= bool(left[p] < 0)
        used[p] |= guest.form == "set"
    return crowded, missing


def _alone(guest: Guest, host: Host) -> Problem:
    """Give the Problem of the guest alone; claims do not count, and a set may stray."""
    return lower(Instance(host=change(host, claimed_kib=0), guests=(guest,), sets_may_stray=True)).problem
