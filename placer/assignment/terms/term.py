"""What every kind of term answers: the searches ask this and need not know the kinds."""

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
        What a person calls it.
    """

    name: str

    @abstractmethod
    def evaluate(self, site_of: IntArray) -> IntArray:
        """Cost of each row of ``site_of [b, n]``."""

    @abstractmethod
    def lower_bound(self, allowed: BoolArray) -> int:
        """Bound it from below for items on the sites allowed, ``[n, m]``, that overload none."""

    @abstractmethod
    def partial_bound(self, rows: IntArray, placed: IntArray, rest: IntArray, allowed: BoolArray) -> IntArray:
        """
        Bound it from below for partial assignments, ``[s]``.

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
        """Change for every shift of an item to a site, ``[n, m]``, from ``site_of [n]``."""

    @abstractmethod
    def swap_delta(self, site_of: IntArray, v: IntArray, w: IntArray) -> IntArray:
        """Change for swaps of ``v[i]`` and ``w[i]``, which stand on different sites of ``site_of [n]``."""

    @abstractmethod
    def item_key(self, n: int) -> IntArray:
        """Say what it knows of each item, ``[n, k]``: two with equal rows are alike to it, flows apart."""

    @abstractmethod
    def site_key(self, m: int) -> IntArray:
        """Say what it knows of each site, ``[m, k]``: two with equal rows are alike to it, distances apart."""

    @abstractmethod
    def faults(self, n: int, m: int) -> Iterator[str]:
        """Say what is wrong with its arrays for n items and m sites, the first fault first."""

    @abstractmethod
    def largest(self) -> int:
        """Bound from above what it can cost, in Python's own integers."""

    @abstractmethod
    def widened(self, n: int, m: int, memo: dict[int, Term]) -> Term:
        """
        Give the term for more items and sites, behind those it has, that pay nothing.

        Parameters
        ----------
        memo
            Widened terms by the ``id`` of what they were, so that terms that share one go on sharing it.
        """

    def group_key(self, i: int, items: IntArray, n: int) -> tuple[int, bytes] | None:
        """
        Say what it knows of a group, item by item; None where nothing.

        Parameters
        ----------
        i
            A number of this term, for the key of what other terms of its kind may not stand for.
        """
        return i, self.item_key(n)[items].tobytes()

    def beside(self, v: int, others: IntArray, site_of: IntArray, m: int) -> IntArray | int:
        """Guess for a greedy search what item v costs on each site, ``[m]``, beside the others; 0 for no guess."""
        return 0

    def tallies(self, n: int, m: int) -> tuple[Tally, ...]:
        """Say what is to be kept of the items placed so far, for :meth:`added`."""
        return ()

    def added(self, v: int, tallies: tuple[Tally, ...], held: tuple[IntArray, ...]) -> IntArray | int:
        """
        Price for a greedy search what item v adds on each site, ``[s, m]``; 0 for no guess.

        Parameters
        ----------
        tallies
            What :meth:`tallies` gave.
        held
            ``[s, places]`` for each tally, of the items placed so far.
        """
        return 0


def nothing_of(count: int) -> IntArray:
    """Key of items or sites of which a term knows nothing."""
    return np.zeros((count, 0), dtype=np.int64)
