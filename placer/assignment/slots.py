"""Which items may share a site because each of their members finds a slot there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from placer.assignment.slot_matching import SlotMatcher
from placer.assignment.terms import BoolArray, IntArray

Slots = frozenset[int]
SlotGroups = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class SlotDemand:
    """
    What the members of one item ask of the slots of its site.

    Parameters
    ----------
    own
        For each member that takes a slot for itself, the slots it may take.
    common
        For the other members the slots they may use: of each of these sets nobody takes the last slot.
    sharing
        Who else may use the slot groups in which this demand owns slots. ``any``: anybody; ``paired``: all but one of
        these groups hold two or more slots of the demand; ``alone``: nobody, in common use neither.
    """

    own: tuple[Slots, ...] = ()
    common: frozenset[Slots] = frozenset()
    sharing: Literal["any", "paired", "alone"] = "any"


@dataclass(frozen=True, kw_only=True, eq=False)
class SlotMatching:
    """
    The slots of every site and what the items ask of them. Items that fit a site together still fit without some.

    Parameters
    ----------
    demands
        ``[n]``, one for each item.
    slot_groups
        ``[m]``, the slots of each site, those of one slot group together; None where slots are unlimited.
    occupied
        Slots taken by others; their groups can be nobody's alone.
    """

    demands: tuple[SlotDemand, ...]
    slot_groups: tuple[SlotGroups | None, ...]
    occupied: Slots = frozenset()
    _known: dict[tuple[int, tuple[int, ...]], bool] = field(default_factory=dict, repr=False)

    @cached_property
    def item_kinds(self) -> IntArray:
        """Number the items so that equal numbers ask for the same, ``[n]``; -1 for who asks for nothing."""
        numbers: dict[SlotDemand, int] = {SlotDemand(): -1}
        return np.array([numbers.setdefault(demand, len(numbers) - 1) for demand in self.demands], dtype=np.int64)

    @cached_property
    def site_kinds(self) -> IntArray:
        """Number the sites so that all items fare alike on equal ones, ``[m]``."""
        sets = list(dict.fromkeys(slots for demand in self.demands for slots in (*demand.own, *demand.common)))
        numbers: dict[object, int] = {}
        kinds = []
        for slot_groups in self.slot_groups:
            looks = [sorted((s in self.occupied, *(s in each for each in sets)) for s in b) for b in slot_groups or ()]
            kinds.append(numbers.setdefault((slot_groups is None, repr(sorted(looks))), len(numbers)))
        return np.array(kinds, dtype=np.int64)

    def fits(self, p: int, items: Iterable[int]) -> bool:
        """Whether everybody finds a slot where these items stand on site p."""
        those = sorted((int(self.item_kinds[v]), v) for v in items if self.item_kinds[v] >= 0)
        if self.slot_groups[p] is None or not those:
            return True
        key = int(self.site_kinds[p]), tuple(kind for kind, _ in those)
        if key not in self._known:
            self._known[key] = self.match(p, [v for _, v in those]) is not None
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

    def match(self, p: int, items: Iterable[int]) -> dict[tuple[int, int], int] | None:
        """
        Match everybody where these items stand on site p, who may on slot groups that are filled.

        Returns
        -------
        dict or None
            Item and member, in the order of ``own`` -> slot; None where somebody finds none.
        """
        search = SlotMatcher(self.slot_groups[p] or (), self.occupied)
        for v in items:
            demand = self.demands[v]
            search.admit([((v, i), slots) for i, slots in enumerate(demand.own)], demand.sharing, demand.common)
        return search.run()

    def only(self, slot_groups: Iterable[SlotGroups | None]) -> SlotMatching:
        """Take other slot groups for each site, perhaps None."""
        return SlotMatching(demands=self.demands, slot_groups=tuple(slot_groups), occupied=self.occupied)

    def infeasible_sites(self, site_of: IntArray) -> list[int]:
        """Find the sites where somebody has no slot in an assignment ``[n]``."""
        return [p for p in range(len(self.slot_groups)) if not self.fits(p, np.flatnonzero(site_of == p).tolist())]

    def fewest(self, p: int, items: Iterable[int]) -> list[int]:
        """Return a minimal subset of the items that still does not fit site p."""
        kept = [v for v in items if self.item_kinds[v] >= 0]
        for v in list(kept):
            rest = [other for other in kept if other != v]
            if not self.fits(p, rest):
                kept = rest
        return kept
