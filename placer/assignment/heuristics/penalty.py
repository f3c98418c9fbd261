"""
The price of overload while a quadratic assignment is searched.

The adaptive penalty of Gendreau, Hertz and Laporte (Management Science 40, 1994): the price doubles while the search
overloads sites and halves while it does not, so that the search crosses the border of the feasible region both ways.
"""

from __future__ import annotations

from placer.assignment.heuristics.neighbourhood import Neighbourhood
from placer.assignment.structure.term_index import TermIndex

LEARN_AFTER = 10
"""
Assignments in a row with overload, or without, after which its price doubles, or halves.

Ten, as in the paper.
"""
RANGE = 2.0**20
"""
How far the price may go from its first value, up and down.

Without an end a search that overloads sites for long reaches an infinite price, and infinity times no overload is no
number, by which no move is the best. Chosen: beyond, one unit of overload costs more than any assignment.
"""


class PenaltyManager:
    """
    Sets the price of overload where flows run between groups; elsewhere overload is compared before all tiers.

    At first, overload by the weight of all items would cost as much as the assignment does.
    """

    def __init__(self, index: TermIndex, moves: Neighbourhood) -> None:
        self._moves = moves
        self._seen = {True: 0, False: 0}
        self._used = index.problem.has_intergroup_flow and len(index.weight) > 0
        if self._used:
            self._first = max(1e-6, float(moves.costs[1]) / max(1.0, float(index.weight.sum())))
            moves.overload_price = self._first

    def learn(self, *, overloaded: bool) -> None:
        """Count one more assignment, and change the price if it is time to."""
        if not self._used:
            return
        self._seen = {overloaded: self._seen[overloaded] + 1, not overloaded: 0}
        if self._seen[overloaded] >= LEARN_AFTER:
            price = self._moves.overload_price * (2.0 if overloaded else 0.5)
            self._moves.overload_price = min(max(price, self._first / RANGE), self._first * RANGE)
            self._seen[overloaded] = 0

    def begin_again(self) -> None:
        """Go back to the first price, for a search that starts again elsewhere after the price went to an end."""
        if self._used and not self._first / RANGE < self._moves.overload_price < self._first * RANGE:
            self._moves.overload_price, self._seen = self._first, {True: 0, False: 0}
