r"""
The first level of the reformulation-linearization technique (RLT), bounded by multipliers.

Each pair of an item i on site p and an item j on site q gets a variable, one for both orders of the pair. The items'
constraints, one site each, and the capacities are multiplied by "i on p" (Adams and Johnson, DIMACS Series 16, 1994;
for capacities Hahn, Kim, Guignard, Smith and Zhu, Computational Optimization and Applications 40, 2008, and Pessoa,
Hahn, Guignard and Zhu, European Journal of Operational Research 206, 2010). With multipliers for all of these the
minimum falls apart into one for each item and one for each pair of items:

.. math::

    \sum_i \min_p \Bigl( c_{ip} + \sum_j \varphi_{ijp} - \sum_q \nu_{ipq} (b_q - [p = q] w_i) + w_i \lambda_p \Bigr)
    - \sum_p b_p \lambda_p
    + \sum_{i<j} \min_{p,q} \bigl( f_{ij} d_{pq} + f_{ji} d_{qp} + w_j \nu_{ipq} + w_i \nu_{jqp}
    - \varphi_{ijp} - \varphi_{jiq} \bigr) .

Any :math:`\varphi`, and any :math:`\nu, \lambda \ge 0`, give a bound. They are raised in floating point along gradients
of a smooth minimum, then rounded, and the bound is computed in integers. That form, with one multiplier for each item,
item and site, not for each two pairs, and the ascent are own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from placer.assignment import BoolArray, IntArray
from placer.assignment.bounds.gradient_ascent import ascend

CELLS = 4096
"""Items times sites up to which it is used. At the limit the pairs take 34 MB, and a step 0.04 s (Python 3.11)."""
STEPS = 3000
"""Steps of the ascent at most. Chosen on Cordeau's instances: more gain less than 1 %."""
RATES = (0.03, 0.03, 0.03)
"""Lengths of the first steps, in the mean cost of a pair. Chosen by trial, with what is below."""
SMOOTH, SMOOTH_LAST = 0.03, 0.002
"""Temperature of the smooth minimum at first and at last, in the mean cost of a pair."""
DIGITS, FAR = 59, 2**61
"""Binary digits of all numbers of the exact bound, and the cost of what is forbidden there."""
FORBIDDEN = 1e6
"""That cost in floating point, in the mean cost of a pair."""

Multipliers = tuple[npt.NDArray[Any], ...]
"""``[n, n, m]``, ``[n, m, m]`` and ``[m]``: for the sites of items, for capacities in pairs, and for capacities."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PairProblem:
    """
    A quadratic assignment problem of items with weights.

    Parameters
    ----------
    linear
        ``[n, m]``.
    flows
        Pairs of a flow ``[n, n]``, 0 on the diagonal, and a distance ``[m, m]``.
    fits
        ``[n, m]``, where each item may go; somewhere.
    weight, capacity
        ``[resources, n]`` and ``[resources, m]``; at least one resource. Of each two items that may not share a site
        all are taken note of, beyond that the resource of which most is used.
    """

    linear: IntArray
    flows: Sequence[tuple[IntArray, IntArray]]
    fits: BoolArray
    weight: IntArray
    capacity: IntArray

    def pairs(self, i: int) -> IntArray:
        """Give what item i and each later item cost on each two sites, ``[n - 1 - i, m, m]``."""
        return np.asarray(sum(f[i, i + 1 :, None, None] * d + f[i + 1 :, i, None, None] * d.T for f, d in self.flows))

    def open(self, i: int) -> BoolArray:
        """Tell on which sites item i and each later item may be at once, ``[n - 1 - i, m, m]``."""
        pair_weight = self.weight[:, i, None, None] + self.weight[:, i + 1 :, None]
        both = np.logical_and.reduce(pair_weight <= self.capacity[:, None, :])
        apart = ~np.eye(self.fits.shape[1], dtype=bool)
        return np.asarray(self.fits[i, :, None] & self.fits[i + 1 :, None, :] & (both[:, None, :] | apart))

    @property
    def tightest(self) -> int:
        """The resource of which most is used."""
        return int((self.weight.sum(axis=1) / np.maximum(1, self.capacity.sum(axis=1))).argmax())


def reformulation_bound(
    problem: PairProblem,
    start: Multipliers | None,
    *,
    steps: int,
    clock: Callable[[], float],
    goal: float,
) -> int:
    """
    Bound a quadratic assignment from below.

    Parameters
    ----------
    start
        Multipliers to start from, in units of cost, and of cost for a unit of weight; None for zeros.
    steps
        Steps of the ascent at most.
    clock
        Gives the part of the time that is over; the ascent ends at 1, the exact bound comes after it.
    goal
        A cost that was met; the ascent ends at a bound as high.

    Returns
    -------
    int
        0 if two items fit nowhere together, or numbers are too large.
    """
    n, m = problem.fits.shape
    if not all(problem.open(i).any(axis=(1, 2)).all() for i in range(n)):
        return 0
    heaviest = max(1, int(problem.weight[problem.tightest].max()))
    unit = max(1.0, _mean_of_pairs(problem))
    units = (unit, unit / heaviest, unit / heaviest)
    rounded = _Relaxation(problem, unit=unit, heaviest=heaviest)
    shapes = ((n, n, m), (n, m, m), (m,))
    at = tuple(
        np.zeros(shape, dtype=np.float32) if start is None else (start[k] / units[k]).astype(np.float32)
        for k, shape in enumerate(shapes)
    )
    best = ascend(
        lambda multipliers, part: rounded.gradients(multipliers, SMOOTH * (SMOOTH_LAST / SMOOTH) ** part),
        at,
        rates=RATES,
        signed=(True, False, False),
        steps=steps,
        clock=clock,
        goal=goal / unit,
    )
    return exact_bound(problem, tuple(array.astype(float) * u for array, u in zip(best, units, strict=True)))


def exact_bound(problem: PairProblem, multipliers: Multipliers) -> int:
    """Give the bound of multipliers in units of cost, and of cost for a unit of weight, once they are rounded."""
    phi, nu, price = multipliers
    r = problem.tightest
    weight, capacity = problem.weight[r].astype(float), problem.capacity[r].astype(float)
    most = sum(float(np.abs(f).sum()) * float(np.abs(d).max()) for f, d in problem.flows)
    most += float(np.abs(problem.linear).max()) * len(weight) + 2 * float(np.abs(phi).max(axis=2).sum())
    most += float((nu @ (capacity + weight.max())).max(axis=1).sum()) + 2 * float(nu.max()) * len(nu) * weight.sum()
    most += float(price @ capacity) + float(price.max() * weight.sum())
    if most >= 2.0 ** (DIGITS - 1):
        return 0
    times = 1 << (DIGITS - 1 - int(most).bit_length())
    whole = tuple(np.rint(array * times).astype(np.int64) for array in multipliers)
    return -(-int(_Relaxation(problem, times=times).value(whole)) // times)


def _mean_of_pairs(problem: PairProblem) -> float:
    """Give the mean cost of two items on sites that are open to both, the linear costs included."""
    n = len(problem.fits)
    of_pairs = sum(float(problem.pairs(i).mean(where=problem.open(i), axis=(1, 2)).sum()) for i in range(n - 1))
    return (of_pairs + float(np.abs(problem.linear).mean()) * n) / max(1, n * (n - 1) / 2)


class _Relaxation:
    """The bound as a function of multipliers: in whole numbers, multiplied by ``times``, or in units for an ascent."""

    def __init__(self, problem: PairProblem, *, times: int = 0, unit: float = 1.0, heaviest: int = 1) -> None:
        n, m = problem.fits.shape
        r = problem.tightest

        def scaled(cost: IntArray, may: BoolArray) -> npt.NDArray[Any]:
            if times:
                return np.where(may, cost * times, FAR)
            return np.where(may, cost / unit, FORBIDDEN).astype(np.float32)

        self._linear = scaled(problem.linear, problem.fits)
        self._pairs = [scaled(problem.pairs(i), problem.open(i)) for i in range(n - 1)]
        self._weight, self._capacity = problem.weight[r], problem.capacity[r]
        if not times:
            self._weight = (self._weight / heaviest).astype(np.float32)
            self._capacity = (self._capacity / heaviest).astype(np.float32)
        self._room = np.broadcast_to(self._capacity, (n, m, m)).copy()
        self._room[:, np.arange(m), np.arange(m)] -= self._weight[:, None]

    def value(self, at: Multipliers) -> int:
        """Give the bound, in whole numbers."""
        total = int(self._alone(at).min(axis=1).sum()) - int((at[2] * self._capacity).sum())
        return total + sum(int(self._together(i, at).min(axis=(1, 2)).sum()) for i in range(len(self._pairs)))

    def gradients(self, at: Multipliers, temperature: float) -> tuple[float, Multipliers]:
        """Give the bound, and the gradients of the sum of smooth minima."""
        alone = self._alone(at)
        least = alone.min(axis=1, keepdims=True)
        on = np.exp((least - alone) / temperature)
        on /= on.sum(axis=1, keepdims=True)
        value = float(least.sum()) - float((at[2] * self._capacity).sum())
        n = len(alone)
        of_phi = np.repeat(on[:, None, :], n, axis=1)
        of_phi[np.arange(n), np.arange(n)] = 0
        of_nu = -on[:, :, None] * self._room
        for i in range(n - 1):
            both = self._together(i, at)
            least = both.min(axis=(1, 2))
            value += float(least.sum())
            np.subtract(least[:, None, None], both, out=both)
            both *= np.float32(1 / temperature)
            np.exp(both, out=both)
            both /= both.sum(axis=(1, 2))[:, None, None]
            of_phi[i, i + 1 :] -= both.sum(axis=2)
            of_phi[i + 1 :, i] -= both.sum(axis=1)
            of_nu[i] += np.tensordot(self._weight[i + 1 :], both, 1)
            of_nu[i + 1 :] += self._weight[i] * both.transpose(0, 2, 1)
        return value, (of_phi, of_nu, self._weight @ on - self._capacity)

    def _alone(self, at: Multipliers) -> npt.NDArray[Any]:
        """Give what each item costs on each site by itself, ``[n, m]``."""
        phi, nu, price = at
        paid = self._linear + phi.sum(axis=1) - (nu * self._room).sum(axis=2)
        return np.asarray(paid + self._weight[:, None] * price)

    def _together(self, i: int, at: Multipliers) -> npt.NDArray[Any]:
        """Give what item i and each later item cost as a pair, ``[n - 1 - i, m, m]``."""
        phi, nu, _ = at
        paid = self._pairs[i] - phi[i, i + 1 :, :, None]
        paid -= phi[i + 1 :, i, None, :]
        paid += self._weight[i + 1 :, None, None] * nu[i]
        paid += self._weight[i] * nu[i + 1 :].transpose(0, 2, 1)
        return np.asarray(paid)
