"""The interface of a term: searches and bounds use it without knowing the kinds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator

import numpy as np

from placer.assignment.terms.arrays import BoolArray, IntArray
from placer.assignment.terms.tally import Tally


class Term(ABC):
    """
    One summand of the cost of a tier, for n items on m sites.

    Attributes
    ----------
    name
        Its name in reports, such as ``access_distance``.
    """

    name: str

    @abstractmethod
    def evaluate(self, site_of: IntArray) -> IntArray:
        """Cost of each row of ``site_of [b, n]``."""

    @abstractmethod
    def lower_bound(self, allowed: BoolArray) -> int:
        """Lower bound on the cost of every assignment within ``allowed [n, m]`` that overloads no site."""

    @abstractmethod
    def partial_bound(self, rows: IntArray, placed: IntArray, rest: IntArray, allowed: BoolArray) -> IntArray:
        """
        Lower bound on the cost of every completion of each partial assignment, ``[s]``.

        Parameters
        ----------
        rows
            ``[s, k]``, the sites of the items ``placed [k]``.
        rest
            The other items.
        allowed
            ``[n, m]``, where each item may go.
        """

    @abstractmethod
    def shift_delta(self, site_of: IntArray, m: int) -> IntArray:
        """Change in cost of every shift of one item to a site, ``[n, m]``, from the assignment ``site_of [n]``."""

    @abstractmethod
    def swap_delta(self, site_of: IntArray, v: IntArray, w: IntArray) -> IntArray:
        """Change in cost of each swap of ``v[i]`` and ``w[i]``, which stand on different sites of ``site_of [n]``."""

    @abstractmethod
    def item_key(self, n: int) -> IntArray:
        """Key of each item, ``[n, k]``: no cost but that of flows changes when items with equal keys swap."""

    @abstractmethod
    def site_key(self, m: int) -> IntArray:
        """Key of each site, ``[m, k]``: no cost but that of flows changes when sites with equal keys swap."""

    @abstractmethod
    def faults(self, n: int, m: int) -> Iterator[str]:
        """Yield what is wrong with its arrays for n items and m sites, the first fault first."""

    @abstractmethod
    def largest(self) -> int:
        """Upper bound on its cost over all assignments, as a Python integer, which cannot overflow."""

    @abstractmethod
    def widened(self, n: int, m: int, memo: dict[int, Term]) -> Term:
        """
        Return the term for n items and m sites, of which the new ones, numbered last, add no cost.

        Parameters
        ----------
        memo
            Widened terms by the ``id`` of the original, so that two terms that share a third still share it.
        """

    def group_key(self, i: int, items: IntArray, n: int) -> tuple[int, bytes] | None:
        """
        Key of a group, item by item; None where the term does not concern the group.

        Groups with equal keys in every term can be swapped as a whole.

        Parameters
        ----------
        i
            Number of this term, part of the key where terms of the same kind are no replacement for each other.
        """
        return i, self.item_key(n)[items].tobytes()

    def beside(self, v: int, others: IntArray, site_of: IntArray, m: int) -> IntArray | int:
        """
        Estimate for a greedy search: the cost of item v on each site, given some other items; 0 for no estimate.

        Parameters
        ----------
        v
            The item to place.
        others
            ``[k]``, the items placed so far.
        site_of
            ``[n]``, the sites of these; the entries of all other items are of no meaning.

        Returns
        -------
        array ``[m]``, or 0
        """
        return 0

    def tallies(self, n: int, m: int) -> tuple[Tally, ...]:
        """Tallies of the placed items that :meth:`added` needs."""
        return ()

    def added(self, v: int, tallies: tuple[Tally, ...], held: tuple[IntArray, ...]) -> IntArray | int:
        """
        Increase of the cost by item v on each site, for each partial assignment, ``[s, m]``; 0 for no estimate.

        Increases may all be too large or too small by the same amount: searches only compare sites.

        Parameters
        ----------
        tallies
            The tallies of :meth:`tallies`.
        held
            For each tally its sums ``[s, places]`` over the items placed so far.
        """
        return 0


def nothing_of(count: int) -> IntArray:
    """Empty keys, ``[count, 0]``."""
    return np.zeros((count, 0), dtype=np.int64)
