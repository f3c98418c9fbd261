"""
Memory that is claimed: one limit over all pnodes.

A Resource limits one site, so a Problem in which the limit decides something gets one more item for each item that may
stay off the pnodes, its shadow, and two more sites, which only shadows may use. A shadow stands *inside*, where it
weighs what its item takes, if its item is on a pnode, and else *outside*. The limit is the capacity of the site inside.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from placer.assignment import Conflict, IntArray, Problem, Resource, SlotDemand, Term
from placer.instance import Guest, Instance
from placer.lowering.memory import overhead_shares
from placer.lowering.variant_problem import VariantProblem
from placer.lowering.variants import VariantIndex


def limited(
    instance: Instance, problem: Problem, *, allow_unplaced: bool, variants: VariantProblem | None = None
) -> tuple[Problem, Shadows | None]:
    """
    Keep what an instance takes of all pnodes within what nobody claimed.

    Parameters
    ----------
    problem
        Of the instance.
    variants
        The items and sites that choose, where guests are flexible.

    Returns
    -------
    Problem, Shadows or None
        As of :func:`with_limit`.
    """
    if not instance.host.claimed_kib:
        return problem, None
    pnodes = len(instance.host.pnodes)
    off = range(pnodes, problem.m)
    if variants is None:
        weight = taken_kib(instance)
        most = int(weight.sum())
        least = 0 if allow_unplaced else most
        return with_limit(problem, weight, limit_kib(instance), off=off, least=least, most=most)
    index = variants.index
    weight = variants.with_overheads(taken_kib(index.expanded))
    least, most = _extremes(index)
    limit = max(0, limit_kib(index.expanded) - sum(index.reserved_kib.values()))
    return with_limit(problem, weight, limit, off=off, least=0 if allow_unplaced else least, most=most)


def _extremes(index: VariantIndex) -> tuple[int, int]:
    """Give the least and the most that all guests take in some number of vnodes each, in KiB."""
    sums: dict[int, list[int]] = {}
    for (g, k), guest in zip(index.variants, index.expanded.guests, strict=True):
        beside = sum(overhead.kib for overhead in index.overheads() if overhead.guest == g) if k > 1 else 0
        sums.setdefault(g, []).append(sum(taken_of(guest)) + beside)
    return sum(map(min, sums.values())), sum(map(max, sums.values()))


def limit_kib(instance: Instance) -> int:
    """Give what the vnodes may take of all pnodes together, in KiB: what nobody claimed, less overhead beside them."""
    return max(0, instance.host.unclaimed_kib - beside_kib(instance))


def beside_kib(instance: Instance) -> int:
    """Give the overhead that lies beside the vnodes whatever the placement, in KiB."""
    guests = [guest for guest in instance.guests if not guest.has_own_affinity]
    return sum(kib for guest in guests for _, kib in overhead_shares(guest, instance.host))


def taken_kib(instance: Instance) -> IntArray:
    """Give what each vnode takes of its pnode, with its part of the overhead, ``[n]`` in KiB."""
    return np.array([kib for guest in instance.guests for kib in taken_of(guest)], dtype=np.int64)


def taken_of(guest: Guest) -> list[int]:
    """Give what each vnode of a guest takes of its pnode, with its part of the overhead, in KiB."""
    return [guest.ordinary_kib(vnode) + guest.overhead_share_kib(vnode) for vnode in guest.vnodes]


@dataclass(frozen=True, kw_only=True)
class Shadows:
    """
    The shadows of a Problem; they are its last items, and its last two sites are theirs.

    Parameters
    ----------
    items
        ``[k]``, the items that have one.
    off
        The sites that are no pnode.
    inside
        The site of shadows whose item is on a pnode; the next one is that of the others.
    """

    items: IntArray
    off: IntArray
    inside: int

    def extended(self, site_of: IntArray) -> IntArray:
        """Add the sites of the shadows to an assignment of the items; -1 where an item has none."""
        sites = site_of[self.items]
        there = np.where(np.isin(sites, self.off), self.inside + 1, self.inside)
        return np.concatenate([site_of, np.where(sites < 0, -1, there)])


def with_limit(
    problem: Problem, weight: IntArray, limit: int, *, off: Collection[int], least: int, most: int
) -> tuple[Problem, Shadows | None]:
    """
    Keep the weights of the items on pnodes within a limit.

    Parameters
    ----------
    weight
        ``[n]``, KiB.
    limit
        KiB.
    off
        The sites that are no pnode.
    least, most
        The least and the most that the items on pnodes may weigh together in an assignment.

    Returns
    -------
    problem : Problem
        As it was, if no assignment can pass the limit; without any allowed site, if each passes it.
    shadows : Shadows or None
        None where the Problem has none.
    """
    outside = np.array(sorted(off), dtype=np.int64)
    pnodes = np.setdiff1d(np.arange(problem.m), outside)
    weight = np.where(problem.allowed[:, pnodes].any(axis=1), weight, 0)
    if min(most, int(weight.sum())) <= limit:
        return problem, None
    free = problem.allowed[:, outside].any(axis=1) & (weight > 0)
    left = limit - int(weight[~free].sum())
    if left < 0 or least > limit:
        return replace(problem, allowed=np.zeros_like(problem.allowed)), None
    shadows = Shadows(items=np.flatnonzero(free), off=outside, inside=problem.m)
    return _widened(problem, shadows, weight, left), shadows


def _widened(problem: Problem, shadows: Shadows, weight: IntArray, left: int) -> Problem:
    n, m, k = problem.n, problem.m, len(shadows.items)
    memo: dict[int, Term] = {}
    allowed = np.pad(problem.allowed, ((0, k), (0, 2)))
    allowed[n:, m:] = True
    capacity = np.zeros(m + 2, dtype=np.int64)
    capacity[m:] = left, weight.sum()
    weights = np.concatenate([np.zeros(n, dtype=np.int64), weight[shadows.items]])
    slots = problem.slot_matching
    return replace(
        problem,
        allowed=allowed,
        resources=(
            *(
                replace(r, weight=np.pad(r.weight, (0, k)), capacity=np.pad(r.capacity, (0, 2)))
                for r in problem.resources
            ),
            Resource(weight=weights, capacity=capacity, name="claims"),
        ),
        groups=(*problem.groups, *(np.array([n + i]) for i in range(k))),
        incompatible=np.pad(problem.incompatible, (0, 2)),
        tiers=tuple(tuple(term.widened(n + k, m + 2, memo) for term in terms) for terms in problem.tiers),
        relations=(
            *(Conflict(items=np.pad(c.items, (0, k)), sites=np.pad(c.sites, (0, 2))) for c in problem.relations),
            *_tied(problem, shadows),
        ),
        slot_matching=None
        if slots is None
        else replace(slots, demands=slots.demands + (SlotDemand(),) * k, slot_groups=(*slots.slot_groups, None, None)),
        hint=None if problem.hint is None else shadows.extended(problem.hint),
    )


def _tied(problem: Problem, shadows: Shadows) -> list[Conflict]:
    """Tie each shadow to its item: inside if the item is on a pnode, else outside."""
    n, k = problem.n, len(shadows.items)
    items = np.zeros((n + k, n + k), dtype=bool)
    items[shadows.items, np.arange(n, n + k)] = True
    sites = np.zeros((problem.m + 2, problem.m + 2), dtype=bool)
    sites[: problem.m, shadows.inside + 1] = True
    sites[shadows.off, shadows.inside + 1] = False
    sites[shadows.off, shadows.inside] = True
    return [Conflict(items=items | items.T, sites=sites | sites.T)]
