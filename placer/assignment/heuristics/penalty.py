"""What overload may cost while a quadratic assignment is searched."""

from __future__ import annotations

from placer.assignment.heuristics.neighbourhood import Neighbourhood
from placer.assignment.structure.term_index import TermIndex

LEARN_AFTER = 10
"""Assignments in a row with overload, or without, after which overload costs twice as much, or half."""


class PenaltyManager:
    """
    How much overload may cost while one tier of flows is searched: less while there is none, more while there is some.

    Elsewhere overload stands before all tiers.
    """

    def __init__(self, index: TermIndex, moves: Neighbourhood) -> None:
        self._moves = moves
        self._seen = {True: 0, False: 0}
        self._used = index.problem.has_intergroup_flow and len(index.weight) > 0
        if self._used:
            moves.overload_price = float(moves.costs[1]) / max(1.0, float(index.weight.sum()))

    def learn(self, *, overloaded: bool) -> None:
        """Count one more assignment."""
        if not self._used:
            return
        self._seen = {overloaded: self._seen[overloaded] + 1, not overloaded: 0}
        if self._seen[overloaded] >= LEARN_AFTER:
            self._moves.overload_price = max(1e-6, self._moves.overload_price * (2.0 if overloaded else 0.5))
            self._seen[overloaded] = 0
