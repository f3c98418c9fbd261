"""What prices prove: the Lagrangian bound in floating point, and the best of those that a search came across."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from placer.fleet.bound.master import Master, Relaxed
from placer.fleet.bound.stages import guest_costs, host_costs
from placer.fleet.bound.tables import Floats


@dataclass(frozen=True)
class Searched:
    """
    A bound that also rests on searches of single hosts.

    Parameters
    ----------
    bound
        The bound, in floating point.
    prices, multipliers
        As of :class:`Generated`.
    types
        The types whose best filling was searched.
    """

    bound: float
    prices: Floats
    multipliers: Floats
    types: tuple[int, ...]


@dataclass
class Best:
    """The best bound so far, with its proof."""

    bound: float
    prices: Floats
    multipliers: Floats
    searched: Searched | None = None

    def take(self, bound: float, relaxed: Relaxed) -> None:
        if bound > self.bound:
            self.bound, self.prices, self.multipliers = float(bound), relaxed.prices, relaxed.multipliers


def lagrangian(master: Master, prices: Floats, multipliers: Floats, most: Floats) -> float:
    r"""
    Give the bound that prices prove.

    With prices :math:`\pi`, multipliers :math:`\alpha` of the tiers held at :math:`B_j`, costs a of a guest left out
    and c of a host, weights w of a guest in the tiers held, demand d, n hosts of a type and :math:`V_t(\pi)` the most
    that a filling is worth: :math:`\sum_k d_k \min(\pi_k, a_k + \sum_j \alpha_j w_{jk}) - \sum_j \alpha_j B_j - \sum_t
    n_t \max(0, V_t(\pi) - c_t)`.
    """
    problem, stage = master.problem, master.stage
    demand, counts = np.array(problem.demand, dtype=float), np.array(problem.counts, dtype=float)
    capped = prices
    bound = 0.0
    if not stage.everything:
        ceiling = np.array(guest_costs(problem, stage.tier), dtype=float)
        for multiplier, (tier, most_held) in zip(multipliers, stage.limits, strict=True):
            ceiling = ceiling + multiplier * np.array(guest_costs(problem, tier), dtype=float)
            bound -= float(multiplier) * most_held
        capped = np.minimum(prices, ceiling)
    excess = np.maximum(0.0, most - np.array(host_costs(problem, stage.tier), dtype=float))
    return bound + float(demand @ capped - counts @ excess)
