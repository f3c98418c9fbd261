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
    """

    status: Status
    site_of: IntArray | None = None
    costs: tuple[int, ...] = ()
    bounds: tuple[int, ...] = ()
    wall_time_s: float = 0.0
    attempts: str = ""

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
