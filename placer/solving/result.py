"""The result of a solve: status, placement, costs and bounds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from placer.assignment import Decision, Status
from placer.check import Violation
from placer.instance import Instance, Placement
from placer.instance.previous import Moved

PureOrder = Literal["distance", "cores-first"]
"""``distance`` minimises access distance before core sharing, ``cores-first`` core sharing before access distance."""


@dataclass(frozen=True, kw_only=True)
class Tier:
    """
    The cost of one tier and its bound.

    Parameters
    ----------
    cost
        The weighted sum of the terms.
    bound
        Proved lower bound on the cost of this tier, among placements that are no worse in the higher tiers; None where
        nothing is proved.
    terms
        Name of each term -> its value without weight.
    """

    cost: int
    bound: int | None
    terms: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Trade:
    """
    Another placement, better than the answer in either access distance or core sharing and worse in the other.

    Parameters
    ----------
    order
        The pure order under which this placement is better: ``distance`` or ``cores-first``.
    placement
        Keeps every rule, and leaves no more unplaced than the answer.
    mean_access_distance
        Mean distance of a memory access in this placement.
    current_mean_distance
        The same in the answer.
    more_pairs
        Pairs of vcpus that share a core, less those in the answer; negative where fewer share one.
    """

    order: PureOrder
    placement: Placement
    mean_access_distance: float
    current_mean_distance: float
    more_pairs: int


@dataclass(frozen=True, kw_only=True)
class Result:
    """
    The result of :func:`placer.solving.pipeline.solve`.

    Parameters
    ----------
    status
        OPTIMAL: proved that no placement costs less. FEASIBLE: a placement without that proof. INFEASIBLE: proved that
        no placement keeps every rule. UNKNOWN: none of these; a baseline's placement is shown with its violations.
    strategy
        Name of the strategy.
    instance
        The instance as it was placed: flexible guests have the vnodes that were chosen. None without a placement.
    placement
        None where none was found.
    tiers
        One for each of :meth:`placer.instance.Instance.tiers`, highest first; empty without a placement.
    mean_access_distance
        Mean distance of a memory access over the whole instance, averaged over vcpus; None without a placement, or
        where no guest has vcpus and memory.
    guest_access_distance
        Guest name -> its mean distance, None for a guest without vcpus or memory.
    violations
        Rules that a baseline's placement breaks.
    trade
        A trade between access distance and core sharing, if one was asked for and found.
    moved
        The vnodes that left the pnode they have in the placement ``keep``; None without such a placement.
    reason
        Why no placement keeps every rule, or what the search tried.
    wall_time_s
        Seconds that the solve took, without the search for a trade.
    decisions
        The method that answered and why it was chosen; for a portfolio, the method inside it too.
    """

    status: Status
    strategy: str
    instance: Instance | None = None
    placement: Placement | None = None
    tiers: tuple[Tier, ...] = ()
    mean_access_distance: float | None = None
    guest_access_distance: dict[str, float | None] = field(default_factory=dict)
    violations: tuple[Violation, ...] = ()
    trade: Trade | None = None
    moved: tuple[Moved, ...] | None = None
    reason: str | None = None
    wall_time_s: float = 0.0
    decisions: tuple[Decision, ...] = ()
