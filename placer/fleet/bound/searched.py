"""
The filling of one host that is worth most at integer prices, by CP-SAT over the patterns of its pnodes.

Where guests have parts on several pnodes the recomputation in integers knows a relaxation only. CP-SAT counts in
integers too, and proves its answer, but nobody can follow that by hand: what rests on it is named.

Where the n guests of a split have their v equal parts on pnodes of their own, pnodes that hold a parts each suffice
exactly where the sum of min(a, n) is at least v n: the parts are then n matchings (Koenig 1916, see docs/methods.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

import placer.assignment.cpsat  # noqa: F401 - first, as it imports ortools without pandas

# isort: split
from ortools.sat.python import cp_model

from placer.fleet.bound.items import Units
from placer.fleet.bound.patterns import Offer, offers, patterns_of
from placer.fleet.bound.tables import Ints
from placer.fleet.problem.problem import FleetProblem


@dataclass(frozen=True)
class Found:
    """
    A filling of a host.

    Parameters
    ----------
    worth
        What its guests are worth.
    filling
        Array ``[classes]``.
    proved
        Whether no filling is worth more.
    """

    worth: int
    filling: Ints
    proved: bool


def searched(
    problem: FleetProblem,
    units: Units,
    t: int,
    prices: Sequence[int],
    time_limit_s: float,
    *,
    least: Mapping[int, int] | None = None,
) -> Found | None:
    """
    Fill a host of a type with the guests that are worth most together.

    Parameters
    ----------
    prices
        Of a guest of each class, 0 or more.
    least
        Position of a class -> so many guests of it at least.

    Returns
    -------
    Found or None
        Not proved where steps are rounded or the time ended; None where guests have unequal parts, patterns are too
        many, or nothing was found in time.
    """
    offered = offers(problem, units, problem.types[t])
    rooms = patterns_of(units, problem.types[t], tuple(each.part for each in offered)) if offered else None
    if not offered or not rooms:
        return None
    program = _Program(offered, rooms, problem.demand)
    program.ask(prices, least or {})
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(0.01, time_limit_s)
    solver.parameters.num_workers = 1  # so that one run answers as the next does
    solver.parameters.catch_sigint_signal = False
    status = solver.solve(program.model)
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return None
    filling = np.zeros(len(problem.classes), dtype=np.int64)
    for each, number in zip(offered, program.guests, strict=True):
        filling[each.of] += solver.value(number)
    worth = sum(price * count for price, count in zip(prices, filling.tolist(), strict=True))
    return Found(worth, filling, proved=status == cp_model.OPTIMAL and units.exact and not least)


class _Program:
    """Counts the pnodes that are filled by each pattern, and the guests of each offer."""

    def __init__(self, offered: tuple[Offer, ...], rooms: list[tuple[Ints, int]], demand: tuple[int, ...]) -> None:
        self.offered, self.demand, self.model = offered, demand, cp_model.CpModel()
        self.guests = [self.model.new_int_var(0, demand[each.of], "") for each in offered]
        held: list[list[tuple[int, cp_model.IntVar]]] = [[] for _ in offered]
        for patterns, count in rooms:
            times = [self.model.new_int_var(0, count, "") for _ in patterns]
            self.model.add(sum(times) <= count)
            for i, column in enumerate(patterns.T.tolist()):
                held[i] += [(many, number) for many, number in zip(column, times, strict=True) if many]
        for each, number, parts in zip(offered, self.guests, held, strict=True):
            self.model.add(each.parts * number <= sum(many * times for many, times in parts))
            if each.distinct:
                self._spread(each, number, parts)

    def ask(self, prices: Sequence[int], least: Mapping[int, int]) -> None:
        """Ask for guests of the most worth, so many of some classes at least, and no more than there are."""
        for k in dict.fromkeys(each.of for each in self.offered):
            same = sum(number for each, number in zip(self.offered, self.guests, strict=True) if each.of == k)
            self.model.add_linear_constraint(same, least.get(k, 0), self.demand[k])
        self.model.maximize(
            sum(prices[each.of] * number for each, number in zip(self.offered, self.guests, strict=True))
        )

    def _spread(self, offer: Offer, guests: cp_model.IntVar, parts: list[tuple[int, cp_model.IntVar]]) -> None:
        """Keep parts of one guest apart: of the first j guests a pattern holds at most j parts, for each j."""
        model, most = self.model, self.demand[offer.of]
        deepest = max((many for many, _ in parts), default=0)
        if deepest < 2:  # no pattern holds two parts of a guest
            return
        first = [model.new_bool_var("") for _ in range(deepest)]
        rest = model.new_int_var(0, most, "")
        model.add(guests == sum(first) + rest)
        model.add(rest <= most * first[-1])
        for one, more in pairwise(first):
            model.add(more <= one)
        for j in range(1, deepest):
            held = sum(min(many, j) * times for many, times in parts)
            model.add(offer.parts * sum(first[:j]) <= held)
