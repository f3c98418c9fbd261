"""Best-fit, random, and libvirt's mapping: one vnode after the other, in the order of the configuration."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.contestants.outcome import Outcome
from placer.assignment import IntArray, Problem
from placer.assignment.heuristics.partial_assignment import PartialAssignment
from placer.instance import Instance, Placement
from placer.lowering.lower import lower


def best_fit(instance: Instance, seed: int) -> Outcome:
    """Put each vnode on the pnode with the least memory left that keeps every rule; the lowest among equals."""
    lowered = lower(instance, allow_unplaced=True)
    problem = lowered.problem
    site_of = put_best(problem, problem.m - 1, otherwise=problem.m - 1)
    return Outcome(instance=instance, placement=lowered.to_placement(site_of))


def random(instance: Instance, seed: int) -> Outcome:
    """Put each vnode on a random pnode that breaks no rule."""
    lowered = lower(instance, allow_unplaced=True)
    problem = lowered.problem
    site_of = put_random(problem, problem.m - 1, seed, otherwise=problem.m - 1)
    return Outcome(instance=instance, placement=lowered.to_placement(site_of))


def put_best(problem: Problem, count: int, otherwise: int = -1) -> IntArray:
    """Put each item on the one of the first sites with the least of the first resource left afterwards."""
    partial = PartialAssignment(problem)
    return _put(partial, count, otherwise, lambda sites: int(sites[partial.left[0, sites].argmin()]))


def put_random(problem: Problem, count: int, seed: int, otherwise: int = -1) -> IntArray:
    """Put each item on a random one of the first sites."""
    numbers = np.random.default_rng(seed)
    return _put(PartialAssignment(problem), count, otherwise, lambda sites: int(numbers.choice(sites)))


def _put(partial: PartialAssignment, count: int, otherwise: int, choose: Callable[[IntArray], int]) -> IntArray:
    """Put item after item on a chosen site that breaks no rule, or else on the site for unplaced items."""
    for v in range(partial.problem.n):
        sites = np.flatnonzero(partial.open_sites(v)[:count])
        if len(sites):
            partial.put(v, choose(sites))
        elif otherwise >= 0:
            partial.put(v, otherwise)
    return partial.site_of


def libvirt(instance: Instance, seed: int) -> Outcome:
    """
    Map vnode i to pnode i, or every vnode to pnode 0 where the guest has more vnodes than the host pnodes.

    This is ``libxlMakeVnumaList`` of libvirt's libxl driver, which ignores memory, pcpus and distances. Xen fails the
    build of a guest whose vnode does not fit its pnode; such a guest counts as not placed.
    """
    pnodes = instance.host.pnodes
    free = [pnode.memory_kib for pnode in pnodes]
    pnode_of: dict[str, tuple[int | None, ...]] = {}
    for guest in instance.guests:
        many = len(guest.vnodes) > len(pnodes)
        where = [0 if many else v for v in range(len(guest.vnodes))]
        left = free.copy()
        for p, vnode in zip(where, guest.vnodes, strict=True):
            left[p] -= vnode.memory_kib
        fits = min(left) >= 0
        free = left if fits else free
        pnode_of[guest.name] = tuple(pnodes[p].id if fits else None for p in where)
    return Outcome(instance=instance, placement=Placement(pnode_of=pnode_of))
