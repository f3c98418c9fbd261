"""Rows that keep items off sites where somebody finds no slot: one kind at first, others as answers break them."""

from __future__ import annotations

from collections import Counter

import numpy as np
from ortools.sat.python import cp_model

from placer.assignment import IntArray, SlotMatching
from placer.assignment.cpsat.variables import Value, Variables


class SlotCuts:
    """
    What a model is told of the slot matching of a Problem.

    Parameters
    ----------
    variables
        Of the model.
    """

    def __init__(self, variables: Variables) -> None:
        self._variables = variables
        self._slot_matching = variables.index.problem.slot_matching or SlotMatching(demands=(), slot_groups=())
        self._enough: dict[tuple[int, int, int], cp_model.IntVar] = {}
        for p, slot_groups in enumerate(self._slot_matching.slot_groups):
            if slot_groups is not None:
                self._leave_one(p, frozenset(slot for slot_group in slot_groups for slot in slot_group))

    def bar(self, site_of: IntArray) -> bool:
        """
        Add a row for each site on which an assignment leaves somebody without a slot; False where there is none.

        Who does not fit together there does not on sites that look alike, nor do others who ask for the same.
        """
        infeasible_sites = self._slot_matching.infeasible_sites(site_of)
        for p in infeasible_sites:
            items = self._slot_matching.fewest(p, np.flatnonzero(site_of == p).tolist())
            kinds = Counter(self._slot_matching.item_kinds[items].tolist())
            for q in np.flatnonzero(self._slot_matching.site_kinds == self._slot_matching.site_kinds[p]).tolist():
                enough = [self._at_least(kind, count, q) for kind, count in kinds.items()]
                self._variables.model.add(cp_model.LinearExpr.sum(enough) <= len(enough) - 1)
        return bool(infeasible_sites)

    def _leave_one(self, p: int, here: frozenset[int]) -> None:
        """Where somebody shares only slots that others may own, let those leave one of them."""
        demands = self._slot_matching.demands
        to_own = here.intersection(slot for demand in demands for slots in demand.own for slot in slots)
        own = np.array([len(demand.own) for demand in demands], dtype=np.int64)
        sharing = [any(slots & here <= to_own for slots in demand.common) for demand in demands]
        load = self._variables.load(own, [p])
        share = self._variables.load(np.array(sharing, dtype=np.int64), [p])
        if not load.terms or not share.terms or not to_own:
            return
        some = self._variables.auxiliary(1, _reaches(np.flatnonzero(sharing), 1, p))
        self._variables.model.add(share.expression() <= sum(sharing) * some)
        self._variables.model.add(load.expression() <= len(to_own) - some)

    def _at_least(self, kind: int, count: int, p: int) -> cp_model.IntVar:
        """Whether a site holds so many items of a kind; never 0 where it does."""
        key = kind, count, p
        if key not in self._enough:
            alike = self._slot_matching.item_kinds == kind
            self._enough[key] = self._variables.auxiliary(1, _reaches(np.flatnonzero(alike), count, p))
            there = self._variables.load(alike.astype(np.int64), [p])
            self._variables.model.add(there.expression() <= count - 1 + int(alike.sum()) * self._enough[key])
        return self._enough[key]


def _reaches(items: IntArray, count: int, p: int) -> Value:
    return lambda site_of: int((site_of[items] == p).sum() >= count)
