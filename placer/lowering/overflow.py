"""Weights and prices under which costs are too large to be added exactly."""

from __future__ import annotations

from placer.errors import InputError
from placer.instance import UNREACHABLE, Instance
from placer.lowering.costs import sharing_price_milli
from placer.lowering.soft_terms import SOFT_TERMS
from placer.lowering.traffic import traffic

LARGEST = 2**53
"""A tier must cost less: CP-SAT reports objectives and bounds as doubles, which are exact for integers below 2^53."""


def check_weights(instance: Instance) -> None:
    """
    Refuse weights and prices under which a tier may cost too much.

    Raises
    ------
    InputError
        If a tier may cost 2^53 or more; with the tier, its terms and that cost.
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
    """Bound each term that takes a weight from above, by its name, in integers that cannot overflow."""
    guests, vcpus = instance.guests, sum(guest.vcpu_count for guest in instance.guests)
    convex_load = vcpus + instance.host.running_vcpu_count
    return {
        "access_distance": UNREACHABLE * sum(int(traffic(guest).sum()) for guest in guests),
        "core_sharing": sharing_price_milli(instance) * convex_load * (convex_load - 1),
        "future_capacity": 0 if instance.objective.future is None else instance.objective.future.most,
        **{name: term.most(instance) for name, term in SOFT_TERMS.items()},
    }
