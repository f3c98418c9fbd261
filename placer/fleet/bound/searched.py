"""
The filling of one host that is worth most at integer prices, by CP-SAT over the patterns of its pnodes.

Where guests have parts on several pnodes the recomputation in integers knows a relaxation only. CP-SAT counts in
integers too, and proves its answer, but nobody can follow that by hand: what rests on it is named. The program is that
of :mod:`placer.fleet.bound.patterns`, with the parts of every guest kept apart from the start.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from ortools.sat.python import cp_model

import placer.assignment.cpsat  # noqa: F401 - imports ortools without pandas
from placer.fleet.bound.items import units_of
from placer.fleet.bound.patterns import Offer, offers, patterns_of
from placer.fleet.bound.tables import Ints
from placer.fleet.problem.problem import FleetProblem

TIME_LIMIT_S = 20.0
"""Seconds for one type of hosts. Chosen: 9 classes on 8 pnodes take 0.1 to 2 s."""
WORKERS = 2
"""Workers of CP-SAT. Chosen, not tuned."""


def searched(
    problem: FleetProblem, t: int, prices: Sequence[int], time_limit_s: float = TIME_LIMIT_S
) -> tuple[int, Ints] | None:
    """
    Fill a host of a type with the guests that are worth most together.

    Parameters
    ----------
    prices
        Of a guest of each class, 0 or more.

    Returns
    -------
    (int, array ``[classes]``) or None
        The worth, proved to be the most, and the guests of each class; None where steps are rounded, guests have
        unequal parts, patterns are too many, or the time ended.
    """
    host, units = problem.types[t], units_of(problem)
    offered = offers(problem, units, host) if units.exact else None
    rooms = patterns_of(units, host, tuple(each.part for each in offered)) if offered else None
    if not offered or not rooms:
        return None
    model = cp_model.CpModel()
    guests = [model.new_int_var(0, problem.demand[each.of], "") for each in offered]
    held: list[list[tuple[int, cp_model.IntVar]]] = [[] for _ in offered]
    for patterns, count in rooms.values():
        times = [model.new_int_var(0, count, "") for _ in patterns]
        model.add(sum(times) <= count)
        for i, column in enumerate(patterns.T.tolist()):
            held[i] += [(many, number) for many, number in zip(column, times, strict=True) if many]
    for each, number, parts in zip(offered, guests, held, strict=True):
        model.add(each.parts * number <= sum(many * times for many, times in parts))
        if each.distinct:
            _spread(model, each, number, problem.demand[each.of], parts)
    for k in dict.fromkeys(each.of for each in offered):
        same = [number for each, number in zip(offered, guests, strict=True) if each.of == k]
        model.add(sum(same) <= problem.demand[k])
    model.maximize(sum(prices[each.of] * number for each, number in zip(offered, guests, strict=True)))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(0.01, time_limit_s)
    solver.parameters.num_workers = WORKERS
    solver.parameters.catch_sigint_signal = False
    if solver.solve(model) != cp_model.OPTIMAL:
        return None
    filling = np.zeros(len(problem.classes), dtype=np.int64)
    for each, number in zip(offered, guests, strict=True):
        filling[each.of] += solver.value(number)
    return sum(price * count for price, count in zip(prices, filling.tolist(), strict=True)), filling


def _spread(
    model: cp_model.CpModel,
    offer: Offer,
    guests: cp_model.IntVar,
    most: int,
    parts: list[tuple[int, cp_model.IntVar]],
) -> None:
    """Keep parts of one guest apart: of the first j guests a pattern holds at most j parts, for each j."""
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
