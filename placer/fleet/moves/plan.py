"""The result of a rebalancing of a fleet: the end state, the stages to it, and what is proved."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from placer.assignment import Status
from placer.errors import expect, listed
from placer.fleet.model.entries import HostFormat
from placer.fleet.model.fleet import Fleet
from placer.fleet.moves.goal import FleetGoal

Aim = Literal["moves", "fits", "distance"]


@dataclass(frozen=True, kw_only=True)
class FleetStep:
    """
    A move of one guest.

    Parameters
    ----------
    guest
        Its name.
    way
        ``migrate``, or ``restart``: it is shut down, and started on its new host.
    source, target
        The hosts; equal for a move within a host.
    before, after
        For each vnode the id of its pnode.
    kib
        Its memory.
    """

    guest: str
    way: Literal["migrate", "restart"]
    source: str
    target: str
    before: tuple[int, ...]
    after: tuple[int, ...]
    kib: int


@dataclass(frozen=True, kw_only=True)
class FleetMoves:
    """
    The result of :func:`placer.rebalance_fleet`.

    Parameters
    ----------
    status
        OPTIMAL: the value meets the bound. FEASIBLE: a plan without that proof. INFEASIBLE: proved that no end state
        is within the budgets. UNKNOWN: none was found.
    fleet, goal
        What was asked.
    aim
        What counts: the number of ``moves``; ``fits``, how many guests of the shape of ``goal.fragments`` fit; or
        ``distance``, the memory accesses of all guests times their distances.
    now, value
        What that is before and after; for ``moves`` 0 and the number of the plan. None without a plan.
    bound
        Proved: no plan within the budgets comes to less, or, for ``fits``, to more, whatever its order and its stages.
    stages
        The steps; those of one stage may run in any order, or at once.
    placed
        Guest -> host and the pnodes of its vnodes, at the end; of guests to make room for too.
    notes
        A sentence each.
    relaxed
        What the bound leaves out.
    reason
        Why there is no plan; None with one.
    wall_time_s
        Seconds that it took.
    family
        The toolstack of hosts that do not say theirs.

    Raises
    ------
    InputError
        If the stages are no lists of steps, or the places no mapping; a plan without moves has no stages: ``()``.
    """

    status: Status
    fleet: Fleet
    goal: FleetGoal
    aim: Aim
    now: int
    value: int | None
    bound: int
    stages: tuple[tuple[FleetStep, ...], ...] = ()
    placed: dict[str, tuple[str, tuple[int, ...]]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    relaxed: tuple[str, ...] = ()
    reason: str | None = None
    wall_time_s: float = 0.0
    family: HostFormat = "libvirt"

    def __post_init__(self) -> None:
        for i, stage in enumerate(listed("stages", self.stages)):
            for step in listed(f"stages[{i}]", stage):
                expect(f"stages[{i}]", step, FleetStep)
        expect("placed", self.placed, dict)

    def form_of(self, host: str) -> HostFormat:
        """Give what guests of a host are started from."""
        return self.fleet.hosts[self.fleet.host_entry[host]].format or self.family

    @property
    def steps(self) -> tuple[FleetStep, ...]:
        """The steps of all stages."""
        return tuple(step for stage in self.stages for step in stage)

    @property
    def moves(self) -> int:
        """How often a guest moves."""
        return len(self.steps)

    @property
    def moved_kib(self) -> int:
        """The memory that moves, in KiB."""
        return sum(step.kib for step in self.steps)

    @property
    def restarts(self) -> int:
        """How often a guest is restarted."""
        return sum(step.way == "restart" for step in self.steps)

    @property
    def gap(self) -> float | None:
        """The distance between value and bound, relative to the value; None without a plan."""
        if self.value is None:
            return None
        return abs(self.value - self.bound) / max(1, abs(self.value))
