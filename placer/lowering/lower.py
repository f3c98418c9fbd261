"""Instance -> Problem, with the way back. One module per kind of rule."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from placer.assignment import IntArray, Problem
from placer.instance import Instance, Placement
from placer.lowering.allowed import allowed_pnodes, fixed_pnodes, incompatible_pnodes, nodemaps
from placer.lowering.claims import limited
from placer.lowering.conflicts import relations
from placer.lowering.costs import tiers
from placer.lowering.lowered import Lowered
from placer.lowering.memory import free_memory, guest_memory
from placer.lowering.pcpus import PNODE_RULES, owned_pcpus, slot_matching
from placer.lowering.previous import earlier_sites
from placer.lowering.variant_problem import VariantProblem
from placer.lowering.variants import VariantIndex

__all__ = ["lower", "lower_for_baseline"]


def lower(
    instance: Instance, *, allow_unplaced: bool = False, hint: Placement | None = None, keep: Placement | None = None
) -> Lowered:
    """
    Lower every rule and every cost of an instance into arrays.

    Items are the vnodes, guest after guest. Sites are the pnodes by position and, with ``allow_unplaced``, the unplaced
    site after them, which stands for "no pnode". Flexible guests add items and sites
    (:mod:`placer.lowering.variants`).

    Parameters
    ----------
    allow_unplaced
        Whether vnodes may stay without a pnode, at the price of the first two tiers.
    hint
        A placement to start from, restricted to the instance (:func:`placer.instance.previous.restricted_to`).
    keep
        An earlier placement, restricted to the instance too, from which few vnodes should move.
    """
    if not instance.flexible:
        problem = _lower(instance, allow_unplaced=allow_unplaced, hint=hint, keep=keep)
        problem, shadows = limited(instance, problem, allow_unplaced=allow_unplaced)
        return Lowered(
            instance=instance,
            problem=problem,
            allow_unplaced=allow_unplaced,
            slots=problem.slot_matching,
            shadows=shadows,
        )
    index = VariantIndex(instance)
    base = _lower(index.expanded, allow_unplaced=allow_unplaced, hint=None, keep=index.earlier(keep))
    variants = VariantProblem(base, index)
    problem = variants.problem(instance.tiers_above_vnodes(kept=keep is not None))
    if hint is not None:
        problem = replace(problem, hint=variants.start(hint))
    problem, shadows = limited(instance, problem, allow_unplaced=allow_unplaced, variants=variants)
    return Lowered(
        instance=instance,
        problem=problem,
        allow_unplaced=allow_unplaced,
        slots=problem.slot_matching,
        variants=variants,
        shadows=shadows,
    )


def _lower(instance: Instance, *, allow_unplaced: bool, hint: Placement | None, keep: Placement | None) -> Problem:
    groups = _groups(instance)
    slots = slot_matching(instance, with_unplaced_site=allow_unplaced)
    allowed = allowed_pnodes(instance, slots)
    incompatible = incompatible_pnodes(instance.host)
    if allow_unplaced:
        allowed = np.hstack([allowed, np.ones((len(allowed), 1), dtype=bool)])
        incompatible = np.pad(incompatible, (0, 1))
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


def lower_for_baseline(instance: Instance) -> Lowered:
    """
    Lower the rules that the 2013 first-fit knows: free memory, lists of pnodes and fixed pnodes.

    Vnodes may stay unplaced.

    Returns
    -------
    Lowered
        The last site of its Problem stands for "no pnode". The hint has the fixed pnodes of guests whose every vnode
        has one.
    """
    groups = _groups(instance)
    allowed = np.hstack([nodemaps(instance), np.ones((sum(map(len, groups)), 1), dtype=bool)])
    count = len(instance.host.pnodes)
    problem = Problem(
        allowed=allowed,
        resources=(free_memory(instance),),
        groups=groups,
        incompatible=np.zeros((count + 1, count + 1), dtype=bool),
        tiers=tiers(instance, groups, with_unplaced_site=True),
        hint=fixed_pnodes(instance),
    )
    return Lowered(instance=instance, problem=problem, allow_unplaced=True, slots=slot_matching(instance))


def _groups(instance: Instance) -> tuple[IntArray, ...]:
    starts = np.cumsum([0] + [len(guest.vnodes) for guest in instance.guests])
    return tuple(np.arange(a, b) for a, b in pairwise(starts))
