"""What a strategy finds, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from placer.assignment.terms import IntArray


class Status(StrEnum):
    """What is known of an answer."""

    OPTIMAL = "OPTIMAL"
    FEASIBLE = "FEASIBLE"
    INFEASIBLE = "INFEASIBLE"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """
    Which method answered, and why that one.

    Parameters
    ----------
    method
        Its name.
    because
        Why it was run, in words and figures.
    passed_over
        The methods before it, each with the reason why it was not run, or why it gave up.
    """

    method: str
    because: str
    passed_over: tuple[tuple[str, str], ...] = ()

    def lines(self) -> list[str]:
        """Say it, one line for each method."""
        return [f"decision: {self.method}, because {self.because}"] + [
            f"decision: not {name}: {reason}" for name, reason in self.passed_over
        ]


@dataclass(frozen=True, kw_only=True, eq=False)
class Solution:
    """
    What a strategy found.

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
        Time it took, in seconds.
    attempts
        What was tried, in words, for an answer without a proof.
    decisions
        Which method answered, and the method within it where that is a portfolio itself.
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
        """Status of an assignment with these costs and bounds."""
        return Status.OPTIMAL if costs == bounds else Status.FEASIBLE


@dataclass(kw_only=True)
class Progress:
    """
    How far a search is, for whoever watches.

    Parameters
    ----------
    tier
        The tier being minimised, counted from 0.
    costs
        Of the best assignment so far, per tier; empty before the first.
    bound
        What is proved for that tier so far, None for nothing.
    elapsed_s
        Seconds since the start.
    """

    tier: int = 0
    costs: tuple[int, ...] = ()
    bound: int | None = None
    elapsed_s: float = 0.0
    step: str = ""
