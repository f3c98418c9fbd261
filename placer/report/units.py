"""Costs in units that a person can picture: a mean distance, pairs of vcpus, a number of vcpus."""

from __future__ import annotations

from placer.check.costs import sharing_price
from placer.instance import Instance


def in_units(name: str, cost: int, instance: Instance, mean: float | None) -> str:
    """
    Give the cost of a term in other units; empty for a term that has a unit of its own, or where nothing is counted.

    Parameters
    ----------
    name
        Of the term.
    cost
        Its value without weight.
    instance
        As it was placed.
    mean
        The mean distance of a memory access.
    """
    if name == "access_distance":
        return "" if mean is None else f"mean distance {mean:.2f}"
    if name == "core_sharing":
        price = 2 * sharing_price(instance)
        pairs = cost // price if price else 0
        return f"{pairs} pair{'s' * (pairs != 1)} of vcpus" if price else ""
    if name == "soft_affinity":
        return f"{cost // 1000} vcpu{'s' * (cost != 1000)}" if cost else ""
    return ""


def with_units(name: str, cost: int, instance: Instance, mean: float | None) -> str:
    """Give the name and the cost of a term, and in brackets the cost in other units, where there are any."""
    said = in_units(name, cost, instance, mean)
    return f"{name} {cost} ({said})" if said else f"{name} {cost}"


def gap(cost: int, bound: int | None) -> str:
    """Say how far a cost may be above the least: 0 where the bound proves it, a dash where nothing is proved."""
    if bound is None:
        return "-"
    return "0" if cost == bound else f"{100 * (cost - bound) / cost:.1f} %"
