"""Column generation: the best lower bound that prices prove, and the fillings that a plan is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from placer.fleet.bound.master import Master, Relaxed
from placer.fleet.bound.packing import packed
from placer.fleet.bound.pricing import Pricer
from placer.fleet.bound.proving import Best, Searched, lagrangian
from placer.fleet.bound.stages import host_costs
from placer.fleet.bound.tables import Floats, Ints

CLOSED = 1e-7
"""Relative difference of a linear program and its bound that is none. Prices rounded to 1e-4 stop 1.8 % away."""
MOST_COLUMNS = 2000
"""Most fillings that a round adds, those that gain most. Chosen: 10,000 different hosts take 17 s, not minutes."""
LEAST_GAIN = 1e-9
"""Least gain of a filling that is added, in units of the tier: less is noise of the linear program."""
MOST_PACKED = 20
"""Most types whose best filling is searched one by one in a round. Chosen: a second."""
MOST_ROUNDS = 1000
"""Most rounds of pricing. Chosen: fleets of a hundred types take some 30."""


@dataclass(frozen=True)
class Generated:
    """
    What column generation came to.

    Parameters
    ----------
    bound
        The best proved lower bound of the linear program, in floating point: certificates restate it in integers.
    value
        The value of the linear program over the fillings found, no less than the bound.
    prices, multipliers
        Of the classes and of the tiers held, which prove the bound.
    rounds
        Rounds of pricing.
    searched
        A better bound, if searches of single hosts gave one.
    """

    bound: float
    value: float
    prices: Floats
    multipliers: Floats
    rounds: int
    searched: Searched | None = None


def generate(
    master: Master,
    pricer: Pricer,
    *,
    until: float = float("inf"),
    enough: Callable[[float, float], bool] = lambda _value, _bound: False,
) -> Generated:
    """
    Add fillings to the master until its linear program is solved, or the time is up.

    Parameters
    ----------
    until
        When to end, as of ``perf_counter()``; one round is done in any case.
    enough
        Called with value and bound of each round: whether that is enough.
    """
    best = Best(-np.inf, np.zeros(0), np.zeros(0))

    def left_s(bound: float) -> float:
        return 0.0 if enough(np.inf, bound) else until - perf_counter()

    rounds = 0
    if not pricer.exact:
        pieces = Master(master.problem, master.stage)
        pieces.take_columns(master)
        rounds += _bounded(pieces, master, pricer, best, until=until, enough=lambda bound: enough(np.inf, bound))
    value = np.inf
    while rounds < MOST_ROUNDS:
        rounds += 1
        relaxed = master.relaxed()
        value = relaxed.value
        pricing = pricer.price(relaxed.prices)
        best.take(lagrangian(master, relaxed.prices, relaxed.multipliers, pricing.most), relaxed)
        added = _add(master, _gaining(master, relaxed, pricing.columns), pricing.columns)
        closed = value - best.bound <= CLOSED * max(1.0, abs(value))
        if closed or enough(value, best.bound) or perf_counter() > until:
            break
        if not added and (
            pricer.exact or not _pack(master, pricer, relaxed, pricing.most, best, left_s=lambda: left_s(best.bound))
        ):
            break
    return Generated(best.bound, value, best.prices, best.multipliers, rounds, best.searched)


def _bounded(
    pieces: Master,
    master: Master,
    pricer: Pricer,
    best: Best,
    *,
    until: float,
    enough: Callable[[float], bool],
) -> int:
    """Solve the linear program over fillings of pieces, for its bound; the master gets whole guests made of them."""
    for rounds in range(1, MOST_ROUNDS):
        relaxed = pieces.relaxed()
        pricing = pricer.price(relaxed.prices)
        best.take(lagrangian(pieces, relaxed.prices, relaxed.multipliers, pricing.most), relaxed)
        gaining = _gaining(pieces, relaxed, pricing.relaxed)
        _add(master, gaining, pricing.columns)
        added = _add(pieces, gaining, pricing.relaxed)
        closed = relaxed.value - best.bound <= CLOSED * max(1.0, abs(relaxed.value))
        if closed or not added or enough(best.bound) or perf_counter() > until:
            return rounds
    return MOST_ROUNDS


def _gaining(master: Master, relaxed: Relaxed, columns: Ints | Floats) -> list[int]:
    """Give the types whose fillings gain, those that gain most first where there are many."""
    costs = np.array(host_costs(master.problem, master.stage.tier), dtype=float)
    gain = columns @ relaxed.prices - costs - relaxed.hosts
    gains = np.flatnonzero((gain > LEAST_GAIN) & columns.any(axis=1))
    if len(gains) > MOST_COLUMNS:  # hosts that are all in use have a price too: what they gain beyond it counts
        gains = gains[np.argsort(-gain[gains], kind="stable")[:MOST_COLUMNS]]
    return gains.tolist()


def _pack(
    master: Master, pricer: Pricer, relaxed: Relaxed, most: Floats, best: Best, *, left_s: Callable[[], float]
) -> int:
    """Add the best fillings, or good ones, of the types that may gain most, one by one; give how many are new."""
    costs = np.array(host_costs(master.problem, master.stage.tier), dtype=float)
    may = most - costs - relaxed.hosts
    worth, added = most.copy(), 0
    for t in np.argsort(-may, kind="stable")[:MOST_PACKED].tolist():
        if may[t] <= LEAST_GAIN:
            break
        if left_s() <= 0:
            return added
        found = packed(master.problem, pricer.units, t, relaxed.prices, left_s=left_s())
        if found is not None:
            worth[t] = min(worth[t], found.most)
            if found.filling @ relaxed.prices - costs[t] - relaxed.hosts[t] > LEAST_GAIN:
                added += master.add(t, found.filling)
    bound = lagrangian(master, relaxed.prices, relaxed.multipliers, worth)
    if not added and bound > best.bound:
        types = tuple(np.flatnonzero(worth < most).tolist())
        best.searched = Searched(bound, relaxed.prices, relaxed.multipliers, types)
    return added


def _add(master: Master, types: Iterable[int], columns: Ints | Floats) -> int:
    """Add fillings of some types; give how many of them are new."""
    return sum(master.add(t, columns[t]) for t in types)
