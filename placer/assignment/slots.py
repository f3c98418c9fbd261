"""Which items may share a site because each of their members finds a seat there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from placer.assignment.slot_matching import SlotMatcher
from placer.assignment.terms import BoolArray, IntArray

Seats = frozenset[int]
Benches = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class SlotDemand:
    """
    What the members of one item ask of the seats of its site.

    Parameters
    ----------
    own
        For each member that takes a seat for itself, the seats it may take.
    common
        For the other members the seats they may use: of each of these sets nobody takes the last seat.
    company
        Who may sit on the benches where those with seats of their own sit. ``any``: anybody; ``paired``: all but one
        of these benches hold two or more of the party; ``alone``: nobody else, and nobody uses the bench in common.
    """

    own: tuple[Seats, ...] = ()
    common: frozenset[Seats] = frozenset()
    company: Literal["any", "paired", "alone"] = "any"


@dataclass(frozen=True, kw_only=True, eq=False)
class SlotMatching:
    """
    The seats of every site and what the items ask of them. Whoever fits a site fits it without some of them too.

    Parameters
    ----------
    parties
        ``[n]``, one for each item.
    benches
        ``[m]``, the seats of each site, those of one bench together; None where there is a seat for everybody.
    busy
        Seats that somebody else has; nobody sits alone on their benches.
    """

    parties: tuple[SlotDemand, ...]
    benches: tuple[Benches | None, ...]
    busy: Seats = frozenset()
    _known: dict[tuple[int, tuple[int, ...]], bool] = field(default_factory=dict, repr=False)

    @cached_property
    def item_kinds(self) -> IntArray:
        """Number the items so that equal numbers ask for the same, ``[n]``; -1 for who asks for nothing."""
        numbers: dict[SlotDemand, int] = {SlotDemand(): -1}
        return np.array([numbers.setdefault(party, len(numbers) - 1) for party in self.parties], dtype=np.int64)

    @cached_property
    def site_kinds(self) -> IntArray:
        """Number the sites so that all items fare alike on equal ones, ``[m]``."""
        sets = list(dict.fromkeys(seats for party in self.parties for seats in (*party.own, *party.common)))
        numbers: dict[object, int] = {}
        kinds = []
        for benches in self.benches:
            looks = [sorted((s in self.busy, *(s in each for each in sets)) for s in b) for b in benches or ()]
            kinds.append(numbers.setdefault((benches is None, repr(sorted(looks))), len(numbers)))
        return np.array(kinds, dtype=np.int64)

    def fits(self, p: int, items: Iterable[int]) -> bool:
        """Whether everybody finds a seat where these items stand on site p."""
        those = sorted((int(self.item_kinds[v]), v) for v in items if self.item_kinds[v] >= 0)
        if self.benches[p] is None or not those:
            return True
        key = int(self.site_kinds[p]), tuple(kind for kind, _ in those)
        if key not in self._known:
            self._known[key] = self.seats(p, [v for _, v in those]) is not None
        return self._known[key]

    def fit_beside(self, rows: IntArray, items: IntArray, asked: BoolArray) -> BoolArray:
        """
        Find the sites where the last of some items fits beside the others that stand there.

        Parameters
        ----------
        rows
            ``[s, k]``, the sites of the first k items of ``items [k + 1]``.
        asked
            ``[s, m]``, which sites are of interest; the others count as unfit.
        """
        good = asked.copy()
        for p in np.flatnonzero(asked.any(axis=0)).tolist():
            parents = np.flatnonzero(asked[:, p])
            there, which = np.unique(rows[parents] == p, axis=0, return_inverse=True)
            fits = [self.fits(p, [*items[:-1][beside].tolist(), int(items[-1])]) for beside in there]
            good[parents, p] = np.array(fits, dtype=bool)[which.reshape(-1)]
        return good

    def seats(self, p: int, items: Iterable[int]) -> dict[tuple[int, int], int] | None:
        """
        Seat everybody where these items stand on site p, who may on benches that are filled.

        Returns
        -------
        dict or None
            Item and member, in the order of ``own`` -> seat; None where somebody finds none.
        """
        search = SlotMatcher(self.benches[p] or (), self.busy)
        for v in items:
            party = self.parties[v]
            search.admit([((v, i), seats) for i, seats in enumerate(party.own)], party.company, party.common)
        return search.run()

    def only(self, benches: Iterable[Benches | None]) -> SlotMatching:
        """Take other benches for each site, perhaps None."""
        return SlotMatching(parties=self.parties, benches=tuple(benches), busy=self.busy)

    def misfits(self, site_of: IntArray) -> list[int]:
        """Find the sites where somebody has no seat in an assignment ``[n]``."""
        return [p for p in range(len(self.benches)) if not self.fits(p, np.flatnonzero(site_of == p).tolist())]

    def fewest(self, p: int, items: Iterable[int]) -> list[int]:
        """Take from items that do not fit site p whoever is not needed for that."""
        kept = [v for v in items if self.item_kinds[v] >= 0]
        for v in list(kept):
            rest = [other for other in kept if other != v]
            if not self.fits(p, rest):
                kept = rest
        return kept
