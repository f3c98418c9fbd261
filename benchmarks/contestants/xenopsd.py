"""
The placement of XAPI's xenopsd: the pnodes at the least worst distance, then the least average distance.

Reimplemented from xapi-project/xen-api as of August 2026, ocaml/xenopsd/lib/topology.ml and softaffinity.ml, with the
policy ``best_effort``: a core for every vcpu. Only a plan of one pnode is carried out; with a plan of several pnodes
the guest's memory is striped over the host. xenopsd knows no vnodes, so the guest has none here.
"""

from __future__ import annotations

import numpy as np

from benchmarks.contestants.outcome import Lies, Outcome, restated, spread_vcpus, stripe
from placer.assignment import IntArray
from placer.instance import UNREACHABLE, Guest, Host, Instance

MOST_NODES = 16
"""Above this only single pnodes are candidates."""
NEAR = 1e-3
"""Averages that differ by less count as equal."""


class Candidates:
    """
    Sets of reachable pnodes, the preferred ones first.

    Attributes
    ----------
    masks
        ``[c]``, bit i for the pnode ``nodes[i]``.
    average
        ``[c]``, mean pairwise distance, a pnode to itself included.
    """

    def __init__(self, host: Host) -> None:
        d = np.array(host.distances)
        valid = (d[d < UNREACHABLE] >= 10).all() and all(d[p, p] in (10, UNREACHABLE) for p in range(len(d)))
        self.nodes = [p for p in range(len(d)) if d[p, p] < UNREACHABLE] if valid else []
        d = d[np.ix_(self.nodes, self.nodes)]
        if len(self.nodes) > MOST_NODES:
            self.masks = [1 << i for i in range(len(self.nodes))]
            self.average = np.full(len(self.nodes), 10.0)
            return
        worst, total, count = _subsets(d)
        usable = np.flatnonzero((count > 0) & (worst < UNREACHABLE))
        average = total[usable] / count[usable] ** 2
        order = np.lexsort((usable, average, worst[usable]))
        self.masks = usable[order].tolist()
        self.average = average[order]

    def positions(self, mask: int) -> tuple[int, ...]:
        """Positions of the pnodes in a set."""
        return tuple(p for i, p in enumerate(self.nodes) if mask >> i & 1)


def xenopsd(instance: Instance, seed: int) -> Outcome:
    """Place guest after guest."""
    host = instance.host
    candidates = Candidates(host)
    free = [pnode.memory_kib for pnode in host.pnodes]
    usage = [0] * len(free)
    lies: list[Lies | None] = []
    for guest in instance.guests:
        plan = choose(candidates, host, guest, free, usage)
        for p in plan or ():
            usage[p] += 1
        nodes = list(plan) if plan is not None and len(plan) == 1 else list(range(len(free)))
        taken = stripe(guest.memory_kib, free, nodes)
        if taken is None:
            lies.append(None)
            continue
        vcpus = spread_vcpus(guest.vcpu_count, host, nodes)
        lies.append({p: (taken.get(p, 0), vcpus.get(p, 0)) for p in sorted({*taken, *vcpus})})
    return restated(instance, lies)


def choose(
    candidates: Candidates, host: Host, guest: Guest, free: list[int], usage: list[int]
) -> tuple[int, ...] | None:
    """Choose, among the first sets that suffice, the set that was used least so far; None if none suffices."""
    equals: list[tuple[int, tuple[int, ...]]] = []
    nearest = 0.0
    for mask, average in zip(candidates.masks, candidates.average, strict=True):
        if equals and average > nearest + NEAR:
            break
        nodes = candidates.positions(mask)
        if (
            sum(free[p] for p in nodes) >= guest.memory_kib
            and sum(len(host.pnodes[p].pcpus) for p in nodes) >= guest.vcpu_count
            and sum(host.pnodes[p].core_count for p in nodes) >= guest.vcpu_count
        ):
            nearest = nearest if equals else float(average)
            equals.append((sum(usage[p] for p in nodes), nodes))
    return min(equals)[1] if equals else None


def _subsets(d: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Worst and total pairwise distance and size of every subset, by bit mask; built by doubling."""
    worst, total, count = (np.zeros(1, dtype=np.int64) for _ in range(3))
    for i in range(len(d)):
        far, both = np.array([d[i, i]]), np.array([d[i, i]])
        for j in range(i):
            far = np.concatenate([far, np.maximum(far, max(d[i, j], d[j, i]))])
            both = np.concatenate([both, both + d[i, j] + d[j, i]])
        worst = np.concatenate([worst, np.maximum(worst, far)])
        total = np.concatenate([total, total + both])
        count = np.concatenate([count, count + 1])
    return worst, total, count
