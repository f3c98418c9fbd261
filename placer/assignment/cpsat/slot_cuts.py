"""Rows that keep items off sites where somebody finds no seat: one kind at first, others as answers break them."""

from __future__ import annotations

from collections import Counter

import numpy as np
from ortools.sat.python import cp_model

from placer.assignment import IntArray, SlotMatching
from placer.assignment.cpsat.variables import Value, Variables


class Seats:
    """
    What a model is told of the seating of a Problem.

    Parameters
    ----------
    variables
        Of the model.
    """

    def __init__(self, variables: Variables) -> None:
        self._variables = variables
        self._seating = variables.tables.problem.seating or SlotMatching(parties=(), benches=())
        self._enough: dict[tuple[int, int, int], cp_model.IntVar] = {}
        for p, benches in enumerate(self._seating.benches):
            if benches is not None:
                self._leave_one(p, frozenset(seat for bench in benches for seat in bench))

    def bar(self, site_of: IntArray) -> bool:
        """
        Add a row for each site on which an assignment leaves somebody without a seat; False where there is none.

        Who does not fit together there does not on sites that look alike, nor do others who ask for the same.
        """
        misfits = self._seating.misfits(site_of)
        for p in misfits:
            items = self._seating.fewest(p, np.flatnonzero(site_of == p).tolist())
            kinds = Counter(self._seating.item_kinds[items].tolist())
            for q in np.flatnonzero(self._seating.site_kinds == self._seating.site_kinds[p]).tolist():
                enough = [self._at_least(kind, count, q) for kind, count in kinds.items()]
                self._variables.model.add(cp_model.LinearExpr.sum(enough) <= len(enough) - 1)
        return bool(misfits)

    def _leave_one(self, p: int, here: frozenset[int]) -> None:
        """Where somebody shares only seats that others may own, let those leave one of them."""
        parties = self._seating.parties
        to_own = here.intersection(seat for party in parties for seats in party.own for seat in seats)
        own = np.array([len(party.own) for party in parties], dtype=np.int64)
        sharing = [any(seats & here <= to_own for seats in party.common) for party in parties]
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
            alike = self._seating.item_kinds == kind
            self._enough[key] = self._variables.auxiliary(1, _reaches(np.flatnonzero(alike), count, p))
            there = self._variables.load(alike.astype(np.int64), [p])
            self._variables.model.add(there.expression() <= count - 1 + int(alike.sum()) * self._enough[key])
        return self._enough[key]


def _reaches(items: IntArray, count: int, p: int) -> Value:
    return lambda site_of: int((site_of[items] == p).sum() >= count)
