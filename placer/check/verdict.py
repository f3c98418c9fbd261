"""What a placement costs and which rules it breaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from placer.check.costs import COSTS, Access, access, traffic_rounding_loss
from placer.check.moved import moved
from placer.check.pcpus import PNODE_RULES, dedicated
from placer.check.positions import positions
from placer.check.relations import broken_relations
from placer.check.rules import Violation, violations
from placer.errors import InputError, expect
from placer.instance import Instance, Placement
from placer.instance.apart import as_placed
from placer.instance.objective_terms import MOVED, VNODES
from placer.instance.previous import restricted_to


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """
    What a placement costs and which rules it breaks.

    Parameters
    ----------
    violations
        Broken hard rules: first rules of one guest, in the order of the guests, then pnodes with too little memory or
        too few pcpus, then dedicated vcpus, then rules between guests.
    terms
        For each tier of :meth:`placer.instance.Instance.tiers` the cost of its terms by name, without weights.
    costs
        For each tier the sum of its terms times their weights.
    access
        Guest name -> the distance of its memory accesses.
    """

    violations: tuple[Violation, ...]
    terms: tuple[dict[str, int], ...]
    costs: tuple[int, ...]
    access: dict[str, Access]


def check(
    instance: Instance, placement: Placement, *, allow_unplaced: bool = False, keep: Placement | None = None
) -> Verdict:
    """
    Judge a placement by the definitions of the rules and the costs alone.

    Parameters
    ----------
    placement
        The placement to judge, of every guest of the instance; it may break rules.
    allow_unplaced
        Whether a vnode without a pnode is a cost only and breaks no rule.
    keep
        An earlier placement, from which few vnodes should move; it need not have every guest.

    Raises
    ------
    InputError
        If it is no placement of this instance: a guest is missing or unknown, a number of vnodes or vcpus is wrong, or
        the host does not have a pnode or pcpu.
    """
    expect("keep", keep, Placement, type(None))
    faults = expect("placement", placement, Placement).faults(expect("instance", instance, Instance))
    if faults:
        raise InputError("not a placement of this instance: " + "; ".join(faults))
    tiers = instance.tiers(kept=keep is not None)
    stated, instance = instance, as_placed(instance, placement.counts(), placement.apart)
    where = positions(instance, placement)
    before = None if keep is None else positions(instance, restricted_to(keep, instance))
    flexible = [guest for guest, as_stated in zip(instance.guests, stated.guests, strict=True) if as_stated.flexible]
    # by name: these three need more than the instance and the positions
    costs: dict[str, Callable[[], int]] = {
        "access_distance": lambda: (
            COSTS["access_distance"](instance, where)
            + sum(traffic_rounding_loss(guest, instance.host) for guest in flexible)
        ),
        VNODES: lambda: sum(len(guest.vnodes) for guest in flexible),
        MOVED: lambda: moved(where, before or {}),
    }
    terms = tuple(
        {name: costs[name]() if name in costs else COSTS[name](instance, where) for name in tier} for tier in tiers
    )
    return Verdict(
        violations=(
            *violations(instance, where, allow_unplaced=allow_unplaced),
            *(broken for rule in PNODE_RULES.values() for broken in rule(instance, where)),
            *dedicated(instance, placement, where),
            *broken_relations(instance, where),
        ),
        terms=terms,
        costs=tuple(sum(tier[name] * cost for name, cost in t.items()) for tier, t in zip(tiers, terms, strict=True)),
        access={guest.name: access(guest, instance.host, where[guest.name]) for guest in instance.guests},
    )


def mean_access_distance(verdict: Verdict) -> float | None:
    """Give the mean distance of a memory access over all guests; None if no guest accesses memory."""
    return Access(
        cost=sum(each.cost for each in verdict.access.values()),
        traffic=sum(each.traffic for each in verdict.access.values()),
    ).mean_distance
