"""Instance -> Problem, and the answers back. One module per kind of rule."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from placer.assignment import IntArray, Problem
from placer.instance import Instance, Placement
from placer.instance.objective_terms import VNODES
from placer.lowering.allowed import allowed_pnodes, fixed_pnodes, incompatible_pnodes, nodemaps
from placer.lowering.conflicts import relations
from placer.lowering.costs import tiers
from placer.lowering.memory import free_memory, guest_memory
from placer.lowering.pcpus import PNODE_RULES, owned_pcpus, slot_matching
from placer.lowering.previous import earlier_sites
from placer.lowering.variant_problem import VariantProblem
from placer.lowering.variants import VariantIndex

__all__ = ["is_exact", "lower", "lower_for_baseline", "select_variants", "to_placement", "to_sites"]


def lower(
    instance: Instance, *, allow_unplaced: bool = False, hint: Placement | None = None, keep: Placement | None = None
) -> Problem:
    """
    Lower every rule and every cost of an instance into arrays.

    Items are the vnodes, guest after guest; sites are the pnodes by position and, with ``allow_unplaced``,
    one more that stands for "no pnode".

    Parameters
    ----------
    allow_unplaced
        Whether vnodes may stay without a pnode, at the price of the first two tiers.
    hint
        A placement to start from, fitted to the instance (:func:`placer.instance.previous.restricted_to`).
    keep
        One from which no more vnodes than need be are to move, fitted as well.
    """
    if not instance.flexible:
        return _lower(instance, allow_unplaced=allow_unplaced, hint=hint, keep=keep)
    layout = VariantIndex(instance)
    variants = _lower(layout.expanded, allow_unplaced=allow_unplaced, hint=None, keep=layout.earlier(keep))
    widening = VariantProblem(variants, layout)
    tier = [list(terms) for terms in instance.tiers(kept=keep is not None)].index([VNODES])
    problem = widening.problem(tier)
    return problem if hint is None else replace(problem, hint=widening.start(hint))


def _lower(instance: Instance, *, allow_unplaced: bool, hint: Placement | None, keep: Placement | None) -> Problem:
    groups = _groups(instance)
    allowed = allowed_pnodes(instance)
    incompatible = incompatible_pnodes(instance.host)
    if allow_unplaced:
        allowed = np.hstack([allowed, np.ones((len(allowed), 1), dtype=bool)])
        incompatible = np.pad(incompatible, (0, 1))
    slots = slot_matching(instance, with_unplaced_site=allow_unplaced)
    return Problem(
        allowed=allowed,
        resources=(
            guest_memory(instance, with_unplaced_site=allow_unplaced),
            *(r for rule in PNODE_RULES.values() for r in rule(instance, with_unplaced_site=allow_unplaced)),
            *owned_pcpus(slots),
        ),
        groups=groups,
        incompatible=incompatible,
        tiers=tiers(instance, groups, with_unplaced_site=allow_unplaced, keep=keep),
        relations=relations(instance, groups, with_unplaced_site=allow_unplaced),
        slot_matching=slots,
        hint=None if hint is None else earlier_sites(instance, hint),
    )


def lower_for_baseline(instance: Instance) -> Problem:
    """
    Lower what the greedy of 2013 knows: free memory, nodemaps and the map a user gave; unplaced vnodes are allowed.

    Returns
    -------
    Problem
        The last site stands for "no pnode". The hint is the user's map, for guests whose every vnode has one.
    """
    groups = _groups(instance)
    allowed = np.hstack([nodemaps(instance), np.ones((sum(map(len, groups)), 1), dtype=bool)])
    count = len(instance.host.pnodes)
    return Problem(
        allowed=allowed,
        resources=(free_memory(instance),),
        groups=groups,
        incompatible=np.zeros((count + 1, count + 1), dtype=bool),
        tiers=tiers(instance, groups, with_unplaced_site=True),
        hint=fixed_pnodes(instance),
    )


def is_exact(instance: Instance, *, allow_unplaced: bool = False) -> bool:
    """Whether the Problem of an instance with flexible guests leaves out no placement of it."""
    layout = VariantIndex(instance)
    return VariantProblem(_lower(layout.expanded, allow_unplaced=allow_unplaced, hint=None, keep=None), layout).exact


def select_variants(
    instance: Instance, site_of: IntArray, *, allow_unplaced: bool = False
) -> tuple[Instance, IntArray]:
    """
    Read off an assignment into how many vnodes each flexible guest is cut.

    Returns
    -------
    instance : Instance
        With the vnodes that were chosen.
    site_of : array
        The sites of these, guest after guest.
    """
    if not instance.flexible:
        return instance, site_of
    layout = VariantIndex(instance)
    widening = VariantProblem(_lower(layout.expanded, allow_unplaced=allow_unplaced, hint=None, keep=None), layout)
    return instance.split_into(widening.counts(site_of)), widening.chosen(site_of)


def to_placement(instance: Instance, site_of: IntArray) -> Placement:
    """Put an assignment of items to sites in people's words; the instance has the vnodes that were chosen."""
    ids = [pnode.id for pnode in instance.host.pnodes]
    sites = iter(site_of.tolist())
    return Placement(
        pnode_of={
            guest.name: tuple(ids[p] if (p := next(sites)) < len(ids) else None for _ in guest.vnodes)
            for guest in instance.guests
        },
        pcpu_of=_owned(instance, site_of),
    )


def _owned(instance: Instance, site_of: IntArray) -> dict[str, tuple[int | None, ...]]:
    """Give the dedicated vcpus on each pnode pcpus of their own, where there are enough."""
    slots = slot_matching(instance)
    found: dict[tuple[int, int], int] = {}
    for p in range(len(instance.host.pnodes)) if slots is not None else ():
        found |= (slots and slots.match(p, np.flatnonzero(site_of == p).tolist())) or {}
    items = iter(range(len(site_of)))
    owned: dict[str, tuple[int | None, ...]] = {}
    for guest in instance.guests:
        row: list[int | None] = [None] * guest.vcpu_count
        for vnode in guest.vnodes:
            v = next(items)
            for i, vcpu in enumerate(sorted(guest.dedicated.intersection(vnode.vcpus))):
                row[vcpu] = found.get((v, i))
        if guest.dedicated:
            owned[guest.name] = tuple(row)
    return owned


def to_sites(instance: Instance, placement: Placement) -> IntArray:
    """
    Put a placement into the Problem's words.

    Returns
    -------
    array``[n]``
        The site of each item; the site after the last pnode where it has none.
    """
    host = instance.host
    return np.array(
        [
            len(host.pnodes) if pnode is None else host.position_of[pnode]
            for guest in instance.guests
            for pnode in placement.pnode_of[guest.name]
        ],
        dtype=np.int64,
    )


def _groups(instance: Instance) -> tuple[IntArray, ...]:
    starts = np.cumsum([0] + [len(guest.vnodes) for guest in instance.guests])
    return tuple(np.arange(a, b) for a, b in pairwise(starts))
