"""
Rows that keep items off sites without a slot for every member: some from the start, others as solutions break them.

The matching of members to slots is no part of the model. The rows added after a solution that has none are
combinatorial Benders cuts (logic-based Benders decomposition, Hooker and Ottosson 2003).
"""

from __future__ import annotations

from collections import Counter

import numpy as np
from ortools.sat.python import cp_model

from placer.assignment import IntArray, SlotMatching
from placer.assignment.cpsat.affine import Value
from placer.assignment.cpsat.variables import Variables


class SlotCuts:
    """
    The rows of a model for the slot matching of a Problem.

    Parameters
    ----------
    variables
        The variables of the model, to which rows are added.
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
        Add rows for each site on which an assignment leaves a member without a slot; False where there is none.

        Each row bars a minimal set of items that does not fit. It counts items by the kind of their demand, and is
        repeated for every site of the same kind, as none of these fits such items either.
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
        """Where an item shares only slots that others may own, add a row: the owners leave one of these slots."""
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
        """Return a Boolean that is 1 wherever site p holds ``count`` or more items of a kind; it may be 1 elsewhere."""
        key = kind, count, p
        if key not in self._enough:
            alike = self._slot_matching.item_kinds == kind
            self._enough[key] = self._variables.auxiliary(1, _reaches(np.flatnonzero(alike), count, p))
            there = self._variables.load(alike.astype(np.int64), [p])
            self._variables.model.add(there.expression() <= count - 1 + int(alike.sum()) * self._enough[key])
        return self._enough[key]


def _reaches(items: IntArray, count: int, p: int) -> Value:
    return lambda site_of: int((site_of[items] == p).sum() >= count)
