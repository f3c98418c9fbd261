"""Costs too large to be added exactly."""

from __future__ import annotations

from placer.errors import InputError
from placer.instance import UNREACHABLE, Instance
from placer.lowering.costs import sharing_price_milli
from placer.lowering.soft_terms import SOFT_TERMS
from placer.lowering.traffic import traffic

LARGEST = 2**53
"""A tier costs less: beyond it CP-SAT cannot add exactly."""


def check_weights(instance: Instance) -> None:
    """
    Refuse weights and prices under which a tier may cost too much.

    Raises
    ------
    InputError
        Naming the tier, its terms and what it may cost.
    """
    most = largest_costs(instance)
    for t, tier in enumerate(instance.tiers(), 1):
        total = sum(weight * most[name] for name, weight in tier.items() if name in most)
        if total >= LARGEST:
            terms = " and ".join(tier)
            raise InputError(
                f"tier {t} ({terms}) may cost {total}, expected less than 2^53: lower its weights or core_sharing_price"
            )


def largest_costs(instance: Instance) -> dict[str, int]:
    """Bound each term that weights apply to, in Python's own integers."""
    guests, vcpus = instance.guests, sum(guest.vcpu_count for guest in instance.guests)
    convex_load = vcpus + instance.host.running_vcpu_count
    return {
        "access_distance": UNREACHABLE * sum(int(traffic(guest).sum()) for guest in guests),
        "core_sharing": sharing_price_milli(instance) * convex_load * (convex_load - 1),
        **{name: term.most(instance) for name, term in SOFT_TERMS.items()},
    }
