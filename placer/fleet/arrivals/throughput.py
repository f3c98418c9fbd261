r"""
How much more of a mix of guests a fleet can hold, as a linear program over fillings of hosts: its dual prices.

Largest :math:`\theta` so that :math:`\theta d_k` guests of each shape k fit, in parts of hosts. The dual price of a
shape is what the room for one guest of it is worth, in guests of the mix (bid prices: E. L. Williamson 1992; K. Talluri
and G. van Ryzin 1998, see docs/methods.md).
"""

from __future__ import annotations

from time import thread_time

import numpy as np

from placer.errors import Defect
from placer.fleet.bound.highs import new_highs
from placer.fleet.bound.pricing import Pricer
from placer.fleet.bound.tables import Floats
from placer.fleet.problem.problem import FleetProblem

GAP = 1e-4
"""Relative gap at which prices are good enough: the policy does not see less."""
MOST_ROUNDS = 200
"""Most rounds of pricing. Chosen: fleets of hundreds of types take some 30."""
LEAST_GAIN = 1e-9
INFINITE = float("inf")


def throughput_prices(problem: FleetProblem, *, first: Floats, time_limit_s: float) -> Floats:
    """
    Give the price of each class: together the demand costs 1.

    Parameters
    ----------
    problem
        The room that is left, and what is expected, in any proportion.
    first
        Prices to begin with, such as those of before.
    time_limit_s
        Seconds of the cpu, so that a machine that does other work gives the same prices. It ends column generation:
        prices of a program that is not solved are prices too.
    """
    until = thread_time() + time_limit_s
    demand = np.array(problem.demand, dtype=float)
    demand /= demand.sum()
    counts = np.array(problem.counts, dtype=float)
    types = len(counts)
    pricer, program = Pricer(problem), _Program(counts, demand)
    for t, filling in enumerate(pricer.price(first, whole=False).relaxed):
        program.add(t, filling)
    prices = np.zeros(len(demand))
    best = INFINITE
    for _ in range(MOST_ROUNDS):
        value, hosts, prices = program.solved()
        pricing = pricer.price(prices, whole=False)
        best = min(best, float(counts @ pricing.most))
        gain = pricing.relaxed @ prices - hosts
        added = [program.add(t, pricing.relaxed[t]) for t in range(types) if gain[t] > LEAST_GAIN]
        if not any(added) or best - value <= GAP * best or thread_time() > until:
            break
    return prices


class _Program:
    """The linear program over the fillings found so far."""

    def __init__(self, counts: Floats, demand: Floats) -> None:
        self.highs = new_highs()
        self.types, self.classes = len(counts), len(demand)
        self._known: set[tuple[int, bytes]] = set()
        for count in counts.tolist():
            self.highs.addRow(-INFINITE, count, 0, [], [])
        for _ in demand:
            self.highs.addRow(0.0, INFINITE, 0, [], [])
        asked = np.flatnonzero(demand)
        self.highs.addCol(-1.0, 0.0, INFINITE, len(asked), (self.types + asked).astype(np.int32), -demand[asked])

    def add(self, t: int, filling: Floats) -> bool:
        """Add a filling of a type; whether it is new."""
        key = (t, filling.tobytes())
        if key in self._known:
            return False
        self._known.add(key)
        held = np.flatnonzero(filling)
        rows = np.concatenate(([t], self.types + held)).astype(np.int32)
        self.highs.addCol(0.0, 0.0, INFINITE, len(rows), rows, np.concatenate(([1.0], filling[held])))
        return True

    def solved(self) -> tuple[float, Floats, Floats]:
        """Give the value, and the prices of hosts and of classes."""
        self.highs.run()
        if self.highs.modelStatusToString(self.highs.getModelStatus()) != "Optimal":
            raise Defect(f"prices: the program ended as {self.highs.modelStatusToString(self.highs.getModelStatus())}")
        duals = np.array(self.highs.getSolution().row_dual)
        hosts, prices = np.maximum(-duals[: self.types], 0.0), np.maximum(duals[self.types :], 0.0)
        return -float(self.highs.getObjectiveValue()), hosts, prices
