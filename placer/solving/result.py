"""What solve() says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from placer.assignment import Decision, Status
from placer.check import Violation
from placer.instance import Instance, Placement
from placer.instance.previous import Moved

PureOrder = Literal["distance", "cores-first"]
"""Nearness before free cores, or the other way round."""


@dataclass(frozen=True, kw_only=True)
class Tier:
    """
    What one tier costs.

    Parameters
    ----------
    cost
        The sum of its terms times their weights.
    bound
        What it costs at least, among placements no worse in the higher tiers; None where nothing is proved.
    terms
        By name, without their weights.
    """

    cost: int
    bound: int | None
    terms: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Trade:
    """
    Another placement that gains in one of the two and pays with the other.

    Parameters
    ----------
    order
        What it puts first: ``distance`` or ``cores-first``.
    placement
        Keeps every rule, and leaves no more unplaced.
    mean_access_distance, current_mean_distance
        Its mean distance of a memory access, and that of the answer.
    more_pairs
        How many more pairs of vcpus share a core than in the answer; negative for fewer.
    """

    order: PureOrder
    placement: Placement
    mean_access_distance: float
    current_mean_distance: float
    more_pairs: int


@dataclass(frozen=True, kw_only=True)
class Result:
    """
    What solve() says.

    Parameters
    ----------
    status
        OPTIMAL: the placement costs the least there is, proved. FEASIBLE: a placement without that proof.
        INFEASIBLE: proved that there is none. UNKNOWN: none of these; a baseline's broken placement is shown.
    strategy
        Its name.
    instance
        The instance as it is placed, flexible guests with the vnodes that were chosen; None without a placement.
    placement
        None where there is none.
    tiers
        One for each of :meth:`placer.instance.Instance.tiers`, what is unplaced first; empty without a placement.
    mean_access_distance
        Mean distance of a memory access over the whole instance, averaged over vcpus; None without one.
    guest_access_distance
        The same of each guest, None for one without vcpus or memory.
    violations
        Rules that a baseline's placement breaks.
    trade
        What another weighing of near memory and cores of one's own would gain and cost, where that was asked and found.
    moved
        The vnodes on other pnodes than in the placement that was to be kept; None where none was.
    reason
        Why nothing fits, or what was tried in vain.
    wall_time_s
        In seconds.
    decisions
        Which method answered, and why that one; the method within it too where that is a portfolio.
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
