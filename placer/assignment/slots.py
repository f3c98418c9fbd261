"""Which items may share a site: those whose members can all be matched to slots of it."""

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
    The demand of one item for slots of its site.

    A member is a part of an item that takes a slot or shares slots with others: a vcpu of a vnode, for example, where
    slots are pcpus and slot groups are cores.

    Parameters
    ----------
    own
        For each member that takes a slot for itself, the slots that it may take.
    common
        The sets of slots of the other members, one or more members to a set: in each set one slot is left untaken.
    sharing
        The use of the slot groups in which this demand takes slots. ``any``: without conditions; ``paired``: all
        but at most one hold two or more slots of the demand; ``alone``: each holds one slot of the demand, and no other
        slot in it is taken or shared.
    """

    own: tuple[Slots, ...] = ()
    common: frozenset[Slots] = frozenset()
    sharing: Literal["any", "paired", "alone"] = "any"


@dataclass(frozen=True, kw_only=True, eq=False)
class SlotMatching:
    """
    The slots of every site, and the demands of the items for them.

    Items that fit a site together still fit it without some of them.

    Parameters
    ----------
    demands
        ``[n]``, one for each item; :class:`SlotDemand` without arguments for none.
    slot_groups
        ``[m]``, the slot groups of each site, each a tuple of slots; None where slots are unlimited.
    occupied
        Slots that are taken already. They can be shared, and no demand can have their groups alone.
    """

    demands: tuple[SlotDemand, ...]
    slot_groups: tuple[SlotGroups | None, ...]
    occupied: Slots = frozenset()
    _known: dict[tuple[int, tuple[int, ...]], bool] = field(default_factory=dict, repr=False)

    @cached_property
    def item_kinds(self) -> IntArray:
        """A number for each item, equal for equal demands, ``[n]``; -1 for no demand."""
        numbers: dict[SlotDemand, int] = {SlotDemand(): -1}
        return np.array([numbers.setdefault(demand, len(numbers) - 1) for demand in self.demands], dtype=np.int64)

    @cached_property
    def site_kinds(self) -> IntArray:
        """A number for each site, equal where all items find equal slots, ``[m]``."""
        sets = list(dict.fromkeys(slots for demand in self.demands for slots in (*demand.own, *demand.common)))
        numbers: dict[object, int] = {}
        kinds = []
        for slot_groups in self.slot_groups:
            looks = [sorted((s in self.occupied, *(s in each for each in sets)) for s in b) for b in slot_groups or ()]
            kinds.append(numbers.setdefault((slot_groups is None, repr(sorted(looks))), len(numbers)))
        return np.array(kinds, dtype=np.int64)

    def fits(self, p: int, items: Iterable[int]) -> bool:
        """Whether these items fit site p together; answers are remembered by the kinds of the items and of the site."""
        asking = sorted((int(self.item_kinds[v]), v) for v in items if self.item_kinds[v] >= 0)
        if self.slot_groups[p] is None or not asking:
            return True
        key = int(self.site_kinds[p]), tuple(kind for kind, _ in asking)
        if key not in self._known:
            self._known[key] = self.match(p, [v for _, v in asking]) is not None
        return self._known[key]

    def fit_beside(self, rows: IntArray, items: IntArray, asked: BoolArray) -> BoolArray:
        """
        Find the sites where one more item fits together with the items already there, for many partial assignments.

        Parameters
        ----------
        rows
           ``[s, k]``, the sites of the first k items.
        items
           ``[k + 1]``, the items; the last is the one to place.
        asked
           ``[s, m]``, the sites to look at.

        Returns
        -------
        array ``[s, m]``
            False also for the sites not asked for.
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
        Match all members of these items to slots of site p; unconstrained members fill whole slot groups first.

        Returns
        -------
        dict or None
            (item, index into its ``own``) -> slot; None where the items do not fit.
        """
        search = SlotMatcher(self.slot_groups[p] or (), self.occupied)
        for v in items:
            demand = self.demands[v]
            search.admit([((v, i), slots) for i, slots in enumerate(demand.own)], demand.sharing, demand.common)
        return search.run()

    def only(self, slot_groups: Iterable[SlotGroups | None]) -> SlotMatching:
        """Return the same demands with other slot groups for each site."""
        return SlotMatching(demands=self.demands, slot_groups=tuple(slot_groups), occupied=self.occupied)

    def infeasible_sites(self, site_of: IntArray) -> list[int]:
        """Find the sites that the items on them do not fit, in an assignment ``[n]``."""
        return [p for p in range(len(self.slot_groups)) if not self.fits(p, np.flatnonzero(site_of == p).tolist())]

    def fewest(self, p: int, items: Iterable[int]) -> list[int]:
        """Return a minimal subset of the items that still does not fit site p; the items together must not."""
        kept = [v for v in items if self.item_kinds[v] >= 0]
        for v in list(kept):
            rest = [other for other in kept if other != v]
            if not self.fits(p, rest):
                kept = rest
        return kept
