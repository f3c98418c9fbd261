"""A group with a Boolean for each of its assignments."""

from __future__ import annotations

from dataclasses import dataclass

from placer.assignment import IntArray
from placer.assignment.cpsat.affine import Affine, Var


@dataclass(frozen=True, eq=False)
class ListedGroup:
    """
    A group whose assignments are listed, with a Boolean for each.

    Parameters
    ----------
    items
        ``[k]``.
    rows
        ``[a, k]``, the sites of the items.
    chosen
        The Booleans, one for each row.
    """

    items: IntArray
    rows: IntArray
    chosen: list[Var]

    def sum(self, amounts: IntArray) -> Affine:
        """Sum ``[a]``, the amount of each assignment."""
        total = Affine()
        for var, amount in zip(self.chosen, amounts.tolist(), strict=True):
            total.add(amount, var)
        return total

    def total(self, prices: IntArray) -> Affine:
        """Sum ``[a]``, the price of each assignment, the least as a constant: coefficients start at 0."""
        least = min(prices.tolist(), default=0)
        total = self.sum(prices - least)
        total.constant = least
        return total
