"""
The most flow that clusters of limited capacity can keep inside, bounded by a semidefinite program.

Let X be 1 for two items in one cluster, and else 0. X is positive semidefinite, not negative, 1 on its diagonal, and no
row weighs more than a capacity: the semidefinite relaxation of graph partitioning (Donath and Hoffman, IBM Journal of
Research and Development 17, 1973; Wolkowicz and Zhao, Discrete Applied Mathematics 96, 1999). Its dual is solved in
floats by alternating directions (Povh, Rendl and Wiegele, Computing 78, 2006; Wen, Goldfarb and Yin, Mathematical
Programming Computation 2, 2010). The multipliers are rounded to integers then, and their matrix is compared with a
square of integers; what is missing to it is added to the bound, which therefore holds however inexact they are. The
rounding, and prices of items and excess from the multipliers, are own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from placer.assignment import BoolArray, IntArray
from placer.assignment.bounds.linear_program import FloatArray

ROUNDS = 400
"""Rounds of alternating directions, at most. Chosen by trial: 0.2 s for 64 items, and the bound changes by 0.1 %."""
STEP = 1.6
"""Length of the step of the primal matrix, below (1 + sqrt(5)) / 2, as in the literature."""
BALANCED, EVERY, FACTOR = 3.0, 20, 1.5
"""The penalty is changed by a factor every so many rounds if one residual is so many times the other. Chosen."""
CLOSE = 1e-6
"""Residuals at which it ends. Chosen, not tuned."""
PARTS = 2**12
"""Parts of a capacity in which weights are counted, rounded so that bounds hold. Chosen, not tuned."""
BITS, ROOT_BITS, MOST_BITS = 40, 6, 48
"""
Bits of the largest multipliers as integers, of the fractions of roots, and of any number that is squared.

So no product of the roots exceeds 63 bits.
"""


@dataclass(frozen=True, kw_only=True, eq=False)
class ItemPrices:
    """
    Prices beyond which no set within the capacities gains anything.

    Parameters
    ----------
    price
        ``[n]``, in parts of a unit of gain: their sum bounds the gain inside all clusters.
    excess
        Of each unit beyond the soft capacities, in all, in units of gain: so much more may be gained.
    """

    price: IntArray
    excess: int


def priced_items(
    gain: IntArray, weight: IntArray, capacity: IntArray, soft: BoolArray, *, fine: int, going: Callable[[], bool]
) -> ItemPrices | None:
    """
    Price items so that no set within some capacities gains more than its items cost.

    Parameters
    ----------
    gain
        ``[n, n]``, symmetric, not negative, 0 on the diagonal.
    weight, capacity, soft
        ``[r, n]``, ``[r]`` and ``[r]``; a set may exceed the soft ones at a price.
    fine
        Parts of a unit of gain in which items are priced.
    going
        Whether there is time left.

    Returns
    -------
    ItemPrices or None
        None where nothing is scarce, the numbers are too large for exact arithmetic in 64 bits, or the multipliers do
        not converge.
    """
    scarce = weight.sum(axis=1) > capacity
    if not scarce.any() or int(gain.sum(axis=1).max(initial=0)) >= 2**BITS:
        return None
    unit = np.maximum(1, capacity // PARTS)[scarce]
    # rounded down, the weights of a set come to no more than its capacity rounded down; so do lower weights
    room = capacity[scarce] // unit
    part = np.minimum(weight[scarce] // unit[:, None], room[:, None])
    try:
        exact = _exact(gain, part, _Alternating(gain, part, room).solve(going))
    except np.linalg.LinAlgError:  # alternating directions may diverge
        return None
    if exact is None:
        return None
    items, units, scale = exact
    price = np.maximum(items + (room[:, None] * units).sum(axis=0), 0)
    if int(price.max()) >= 2**MOST_BITS:
        return None
    beyond = units.sum(axis=1)[soft[scarce]].max(initial=0)
    return ItemPrices(price=-(-price * fine // scale), excess=int(-(-beyond // scale)))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Dual:
    """Multipliers: of the diagonal, ``[n]``, of each row's weight, ``[r, n]``, and of entries that are not negative."""

    diagonal: FloatArray
    row: FloatArray
    entry: FloatArray


class _Alternating:
    """
    Alternating directions, for gains of at most 1 and weights of length 1.

    Minimise the sum of the multipliers, rows times capacities, so that ``diag(y) + sum of sym(p w') - gain`` is a
    positive semidefinite matrix and one without negative entries.
    """

    def __init__(self, gain: IntArray, weight: IntArray, capacity: IntArray) -> None:
        self._n, self._r = len(gain), len(weight)
        self._largest = max(1.0, float(gain.max(initial=0)))
        self._length = np.maximum(np.linalg.norm(weight, axis=1), 1)
        self._gain, self._weight = gain / self._largest, weight / self._length[:, None]
        self._wanted = np.concatenate([np.ones(self._n), np.repeat(capacity / self._length, self._n)])
        self._inverse = np.linalg.inv(self._normal())

    def _normal(self) -> FloatArray:
        """Give the matrix of the normal equations, with a slack for each row's weight."""
        weight, each = self._weight, np.eye(self._n)
        rows = [[each, *(np.diag(w) for w in weight)]]
        for w in weight:
            rows.append([np.diag(w), *((np.outer(u, w) + each * (w @ u)) / 2 for u in weight)])
        slacks = np.diag(np.repeat([1e-12, 1.0], [self._n, self._n * self._r]))
        return np.asarray(np.block(rows) + slacks)

    def _constraints(self, matrix: FloatArray) -> FloatArray:
        return np.concatenate([matrix.diagonal(), (self._weight @ matrix).ravel()])

    def _matrix(self, multiplier: FloatArray) -> FloatArray:
        by_row = multiplier[self._n :].reshape(self._r, self._n).T @ self._weight
        return np.asarray(np.diag(multiplier[: self._n]) + (by_row + by_row.T) / 2)

    def solve(self, going: Callable[[], bool]) -> _Dual:
        """Alternate between the multipliers, the two matrices and the slacks, until the residuals are small."""
        n, penalty = self._n, 1.0
        primal, slack = np.eye(n), np.zeros(n * self._r)
        square, entry, row = np.zeros((n, n)), np.zeros((n, n)), slack
        multiplier = np.zeros(n + len(slack))
        for i in range(1, ROUNDS + 1):
            held = self._constraints(primal) + np.append(np.zeros(n), slack) - self._wanted
            of = self._constraints(self._gain + square + entry) + np.append(np.zeros(n), row)
            multiplier = self._inverse @ (of + held / penalty)
            matrix = self._matrix(multiplier) - self._gain
            square = _semidefinite(matrix - entry - primal / penalty)
            entry = np.maximum(matrix - square - primal / penalty, 0)
            row = np.maximum(multiplier[n:] - slack / penalty, 0)
            off, off_row = matrix - square - entry, multiplier[n:] - row
            primal, slack = primal - STEP * penalty * off, slack - STEP * penalty * off_row
            if not going():
                break
            if i % EVERY == 0:
                dual = (np.linalg.norm(off) + np.linalg.norm(off_row)) / (1 + np.linalg.norm(self._gain))
                first = np.linalg.norm(held) / (1 + np.linalg.norm(self._wanted))
                if max(dual, first) < CLOSE:
                    break
                penalty *= FACTOR if dual > BALANCED * first else 1 / FACTOR if first > BALANCED * dual else 1
        rows = multiplier[n:].reshape(self._r, n) / self._length[:, None]
        return _Dual(
            diagonal=multiplier[:n] * self._largest,
            row=rows * self._largest,
            entry=np.maximum(entry, 0) * self._largest,
        )


def _semidefinite(matrix: FloatArray) -> FloatArray:
    """Give the nearest positive semidefinite matrix."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    kept = vectors[:, values > 0]
    return np.asarray((kept * values[values > 0]) @ kept.T)


def _exact(gain: IntArray, weight: IntArray, dual: _Dual) -> tuple[IntArray, IntArray, int] | None:
    """
    Round multipliers to integers, and raise those of the diagonal until they are proved.

    Returns
    -------
    tuple or None
        Integers ``[n]`` and ``[r, n]``, and the scale s: for every set S, s times its gain is no more than the sum of
        the first over S, and of the second over S times the weight of S. None where the numbers are too large.
    """
    scale = 2 ** (BITS - int(gain.sum(axis=1).max(initial=0)).bit_length())
    rounded = [np.ceil(one * scale) for one in (dual.diagonal, np.maximum(dual.row, 0), dual.entry)]
    largest = max(np.abs(rounded[0]).max(), (rounded[1].T @ weight).max(), rounded[2].max())
    if not largest < 2**MOST_BITS:
        return None
    diagonal, row, entry = (one.astype(np.int64) for one in rounded)
    by_row = row.T @ weight
    matrix = 2 * np.diag(diagonal) + by_row + by_row.T - 2 * scale * gain - entry - entry.T
    values, vectors = np.linalg.eigh(matrix.astype(np.float64))
    short = max(0, int(np.ceil(-values[0])))
    matrix += short * np.eye(len(gain), dtype=np.int64)
    if not np.abs(matrix).max() < 2**MOST_BITS:
        return None
    root = np.rint(vectors * np.sqrt(np.maximum(values + short, 0)) * 2**ROOT_BITS).astype(np.int64)
    # a set gains no more than half of what its rows differ from the square, in absolute value, beyond its prices
    off = np.abs(matrix * 4**ROOT_BITS - root @ root.T).sum(axis=1)
    diagonal += -(-(short + -(-off // 4**ROOT_BITS)) // 2)
    return diagonal, row, 2 * scale
