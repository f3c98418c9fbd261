"""The result of a rebalancing: the end state, the stages to it, and what is proved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from placer.assignment import Status
from placer.instance import Instance, Placement
from placer.rebalance.goal import Goal
from placer.rebalance.running import Kind, RunningHost
from placer.rebalance.transfers import Phase


@dataclass(frozen=True, kw_only=True)
class Step:
    """
    What is done with one guest in a stage.

    Parameters
    ----------
    guest
        Its name.
    kind
        How it moves; ``repin`` binds its vcpus and moves no memory, ``create`` starts a guest to make room for.
    phase
        ``out``: it is saved, or shut down, and stays so when the stage ends. ``in``: it comes back. ``all``: both, or a
        kind that has no halves.
    before, after
        Ids of its pnodes before and after, ascending; None where it is on none.
    kib
        The memory that is copied, saved or restored, in KiB; 0 for ``repin`` and ``create``.
    """

    guest: str
    kind: Kind | Literal["repin", "create"]
    phase: Phase = "all"
    before: tuple[int, ...] | None = None
    after: tuple[int, ...] | None = None
    kib: int = 0


@dataclass(frozen=True, kw_only=True)
class State:
    """
    What a state of the host costs.

    Parameters
    ----------
    terms
        For each tier the cost of its terms by name, highest first, as of :func:`placer.check`.
    costs
        For each tier the sum of its terms times their weights.
    bounds
        For each tier the proved lower bound among end states within the budget that are no worse in the tiers before;
        empty where nothing is proved.
    mean_distance
        Mean distance of a memory access; None where nothing accesses memory.
    """

    terms: tuple[dict[str, int], ...]
    costs: tuple[int, ...]
    bounds: tuple[int, ...] = ()
    mean_distance: float | None = None


@dataclass(frozen=True, kw_only=True)
class Point:
    """
    The least cost after so many moves.

    Parameters
    ----------
    moves
        The most guests that move.
    status
        OPTIMAL: proved that no end state with so few moves costs less.
    state
        None where none was found.
    """

    moves: int
    status: Status
    state: State | None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """
    The result of :func:`placer.rebalance`.

    Parameters
    ----------
    status
        OPTIMAL: proved that no end state within the budget costs less, or, where a pnode is emptied or room is made,
        that fewer moves do not suffice. FEASIBLE: a plan without that proof. INFEASIBLE: proved that there is no end
        state within the budget. UNKNOWN: none was found, or no order of the moves.
    running, goal
        What was asked.
    now
        What the host costs now, with the vcpus of every guest near its memory.
    after
        What the end state costs; None without one.
    instance, placement
        The end state: each guest as it is then, those of ``goal.make_room`` included. None without one.
    repins
        Guests whose vcpus are bound to the pnodes of their memory, without a move.
    stages
        The steps; those of one stage may run in any order, or at once.
    stage_bound
        So many stages are needed at least for these steps.
    order_proved
        Whether no order of the moves to this end state takes fewer moves, nor as many with less downtime.
    curve
        The least cost after 0, 1, 2, ... moves; empty where the fewest moves are asked.
    reason
        Why there is no plan; None with one.
    notes
        A sentence each.
    claimed
        Names of the guests whose new room is claimed; empty without claims.
    wall_time_s
        Seconds that it took.
    """

    status: Status
    running: RunningHost
    goal: Goal
    now: State
    after: State | None = None
    instance: Instance | None = None
    placement: Placement | None = None
    repins: tuple[Step, ...] = ()
    stages: tuple[tuple[Step, ...], ...] = ()
    stage_bound: int = 0
    order_proved: bool = True
    curve: tuple[Point, ...] = ()
    reason: str | None = None
    notes: tuple[str, ...] = ()
    claimed: tuple[str, ...] = ()
    wall_time_s: float = 0.0

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of all stages."""
        return tuple(step for stage in self.stages for step in stage)

    @property
    def moves(self) -> int:
        """How often a guest moves; a temporary move counts too."""
        return sum(step.phase != "in" and step.kind != "create" for step in self.steps)

    @property
    def moved_kib(self) -> int:
        """The memory that is copied or saved, in KiB."""
        return sum(step.kib for step in self.steps if step.phase != "in")

    @property
    def downtime_kib(self) -> int:
        """The memory of the moves while which the guest does not run, in KiB."""
        return sum(step.kib for step in self.steps if step.kind in {"save", "restart"} and step.phase != "in")

    @property
    def disk_kib(self) -> int:
        """The most memory that is saved on disk at once, in KiB; images that are used may be removed after a stage."""
        most = parked = 0
        for stage in self.stages:
            saved = [step for step in stage if step.kind == "save"]
            most = max(most, parked + sum(step.kib for step in saved if step.phase != "in"))
            parked += sum({"out": 1, "in": -1, "all": 0}[step.phase] * step.kib for step in saved)
        return most
