"""The result of a strategy, the decision for its method, and progress on the way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from placer.assignment.terms import IntArray


class Status(StrEnum):
    """What is proved of a solution."""

    OPTIMAL = "OPTIMAL"
    FEASIBLE = "FEASIBLE"
    INFEASIBLE = "INFEASIBLE"
    UNKNOWN = "UNKNOWN"

    @property
    def proved(self) -> bool:
        """Whether nothing is left to find: a best assignment is known, or that there is none."""
        return self in {Status.OPTIMAL, Status.INFEASIBLE}


@dataclass(frozen=True, kw_only=True)
class Decision:
    """
    Which method answered, and why that one.

    Parameters
    ----------
    method
        The name of the method.
    because
        The reason why it was run, in words and figures.
    passed_over
        The methods before it, each with the reason why it was not run, or gave up.
    """

    method: str
    because: str
    passed_over: tuple[tuple[str, str], ...] = ()

    def lines(self) -> list[str]:
        """Return the decision in words, one line for each method."""
        return [f"decision: {self.method}, because {self.because}"] + [
            f"decision: not {name}: {reason}" for name, reason in self.passed_over
        ]


@dataclass(frozen=True, kw_only=True, eq=False)
class Solution:
    """
    The result of a strategy.

    Parameters
    ----------
    status
        OPTIMAL only where every tier's bound equals its cost.
    site_of
        ``[n]``, the site of each item; None where none was found.
    costs
        Per tier; empty without an assignment.
    bounds
        Per tier; each holds among assignments no worse in the higher tiers. Empty where nothing is proved.
    wall_time_s
        Wall time of the solve, in seconds.
    attempts
        The methods tried, in words, for a solution without a proof.
    decisions
        The method that answered, then the method within it if that is a portfolio itself.
    """

    status: Status
    site_of: IntArray | None = None
    costs: tuple[int, ...] = ()
    bounds: tuple[int, ...] = ()
    wall_time_s: float = 0.0
    attempts: str = ""
    decisions: tuple[Decision, ...] = ()

    @staticmethod
    def status_for(costs: tuple[int, ...], bounds: tuple[int, ...]) -> Status:
        """Return OPTIMAL if the bounds equal the costs in every tier, else FEASIBLE."""
        return Status.OPTIMAL if costs == bounds else Status.FEASIBLE


@dataclass(kw_only=True)
class Progress:
    """
    The progress of a search.

    Parameters
    ----------
    tier
        The tier being minimised, counted from 0.
    costs
        Costs per tier of the best assignment so far; empty before the first.
    bound
        Lower bound of that tier so far; None for none.
    elapsed_s
        Seconds since the start.
    step
        The method at work.
    """

    tier: int = 0
    costs: tuple[int, ...] = ()
    bound: int | None = None
    elapsed_s: float = 0.0
    step: str = ""
