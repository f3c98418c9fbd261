"""
Projection bound of quadratic assignments where each site holds one item, by eigenvalues.

Permutations are orthogonal matrices with row sums of 1; without that sum, an orthogonal matrix brings flows and
distances together no cheaper than the least scalar product of their eigenvalues (Hadley, Rendl and Wolkowicz,
Mathematics of Operations Research 17, 1992). No item has a flow to itself, so that the diagonals are free; gradients
raise the bound over them, which is own. Eigenvalues come in floating point; what they may be wrong by is bounded in
integers, so that the bound is exact.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import ceil, isqrt

import numpy as np
import numpy.typing as npt

from placer.assignment import IntArray
from placer.assignment.bounds.gradient_ascent import RealArray, ascend
from placer.assignment.bounds.linear_assignment import assignment_duals

STEPS, RATE = 150, 1.0
"""Steps of the ascent, and the length of the first in mean flows and distances. Chosen on QAPLIB: more gain little."""
DIGITS = 16
"""Binary digits to which flows and distances are scaled up at least, so that whole diagonals are fine enough."""
PLACES, LIMB = 40, 21
"""Binary places of eigenvectors; and digits of parts of numbers, whose products sum up in 64 bits."""

Integers = npt.NDArray[np.object_]


def projection_bound(
    linear: IntArray, flow: IntArray, distance: IntArray, *, clock: Callable[[], float], goal: float
) -> int | None:
    """
    Bound a quadratic assignment from below; None where neither flows nor distances are symmetric.

    Parameters
    ----------
    linear
        ``[n, m]`` with n <= m.
    flow
        ``[n, n]``, 0 on the diagonal.
    distance
        ``[m, m]``.
    clock
        Gives the part of the time that is over; the ascent ends at 1, the rest takes its time.
    goal
        A cost that was met; the ascent ends at a bound as high.
    """
    if (flow != flow.T).any() and (distance != distance.T).any():
        return None
    m = len(distance)
    a, b, c = np.zeros((m, m), dtype=np.int64), distance + distance.T, np.zeros((m, m), dtype=np.int64)
    a[: len(flow), : len(flow)], c[: len(flow)] = flow + flow.T, linear
    np.fill_diagonal(b, 0)
    if not a.any() or not b.any() or m < 2:
        return None
    scales = [2 ** max(0, DIGITS - int(matrix.max()).bit_length()) for matrix in (a, b)]
    a, b = a * scales[0], b * scales[1]
    times = 4 * scales[0] * scales[1]
    whole = c.astype(object) * times
    diagonals = _diagonals(a, b, whole, clock, goal * times)
    for matrix, diagonal in zip((a, b), diagonals, strict=True):
        np.fill_diagonal(matrix, np.rint(diagonal).astype(np.int64))
    bound: int = ceil(_exact(a, b, whole) / times)
    return bound


def _diagonals(
    a: IntArray, b: IntArray, c: Integers, clock: Callable[[], float], goal: float
) -> tuple[RealArray, RealArray]:
    """Raise the bound over the diagonals of both matrices, ``[m]`` each."""
    m = len(a)
    basis = np.linalg.qr(np.hstack([np.ones((m, 1)), np.eye(m)[:, 1:]]))[0][:, 1:]
    means, linear = (a.mean(), b.mean()), c.astype(float)
    unit = float(a.sum()) * means[1]
    prices = np.zeros(m, dtype=np.int64)

    def evaluate(at: tuple[RealArray, ...], _part: float) -> tuple[float, tuple[RealArray, ...]]:
        s, t = at[0] * means[0], at[1] * means[1]
        one, other = a + np.diag(s), b + np.diag(t)
        values, vectors = zip(*(np.linalg.eigh(basis.T @ matrix @ basis) for matrix in (one, other)), strict=True)
        rows, columns, total = one.sum(axis=1), other.sum(axis=1), one.sum() * other.sum() / m**2
        each = 2 / m * np.outer(rows, columns) + linear - np.outer(s, t)
        scale = 2.0**40 / max(1.0, float(np.abs(each).max()))
        _, prices[:], site = assignment_duals(np.rint(each * scale).astype(np.int64), prices)
        item = np.argsort(site)
        value = values[0] @ values[1][::-1] + each[np.arange(m), site].sum() - total
        of_s = (basis @ vectors[0]) ** 2 @ values[1][::-1] + 2 / m * columns[site] - t[site] - other.sum() / m**2
        of_t = (basis @ vectors[1]) ** 2 @ values[0][::-1] + 2 / m * rows[item] - s[item] - one.sum() / m**2
        return float(value), (of_s * means[0] / unit, of_t * means[1] / unit)

    best = ascend(
        evaluate,
        (np.zeros(m), np.zeros(m)),
        rates=(RATE, RATE),
        signed=(True, True),
        steps=STEPS,
        clock=clock,
        goal=goal,
    )
    return best[0] * means[0], best[1] * means[1]


def _exact(a: IntArray, b: IntArray, c: Integers) -> Fraction:
    r"""
    Bound :math:`\mathrm{tr}\, a X b X^T + c \cdot X` over permutations less what the diagonals of a and b bring in.

    With :math:`X = E/m + P X P`, where E is all ones and :math:`P = I - E/m`, the trace is that of the projected
    matrices, plus :math:`2/m \; r_a^T X r_b` of the row sums, less the product of all sums over :math:`m^2`.
    """
    m = len(a)
    values, errors = zip(*(_eigenvalues(_projected(matrix)) for matrix in (a, b)), strict=True)
    spectral = sum(x * y for x, y in zip(values[0], values[1][::-1], strict=True))
    spectral -= errors[0] * sum(map(abs, values[1])) + errors[1] * sum(map(abs, values[0])) + m * errors[0] * errors[1]
    rows, columns = (matrix.sum(axis=1).astype(object) for matrix in (a, b))
    each = np.outer(2 * rows, columns) // m + c - np.outer(np.diagonal(a).astype(object), np.diagonal(b))
    shift = max(0, int(np.abs(each).max()).bit_length() + m.bit_length() - 61)  # as sums have to fit into 64 bits
    prices = assignment_duals((each >> shift).astype(np.int64))
    linear = (int(prices[0].sum()) + int(prices[1].sum())) << shift
    return Fraction(spectral, m**4) + linear - Fraction(int(rows.sum()) * int(columns.sum()), m**2)


def _projected(matrix: IntArray) -> Integers:
    """Give P times a symmetric matrix times P, times m^2."""
    m, sums = len(matrix), matrix.sum(axis=1).astype(object)
    return np.asarray(m * m * matrix.astype(object) - m * (sums[:, None] + sums) + sums.sum())


def _eigenvalues(matrix: Integers) -> tuple[list[int], int]:
    """
    Give the eigenvalues of a symmetric matrix whose rows sum to 0, but for that of the vector of ones.

    Returns
    -------
    values : list of m - 1
        Whole numbers, the least first.
    error : int
        No eigenvalue is farther from its number: by Weyl's inequality no farther than the norm of the matrix less the
        product of the computed vectors and numbers, and by Ostrowski's theorem that product has these numbers as
        eigenvalues but for a factor between 1 plus and minus the norm by which the vectors fail to be orthonormal.
    """
    m = len(matrix)
    largest = isqrt(int((matrix * matrix).sum())) // m + 1  # times m it is above all others, and left out
    shifted = matrix + largest
    values, vectors = np.linalg.eigh(shifted.astype(float))
    whole = np.array([int(value) for value in np.rint(values)], dtype=object)
    columns = np.array([[int(x) for x in row] for row in np.rint(vectors * 2.0**PLACES)], dtype=object)
    residual = (shifted << 2 * PLACES) - _product(columns * whole, columns.T)
    skew = _product(columns.T, columns) - (np.eye(m, dtype=np.int64).astype(object) << 2 * PLACES)
    error, bent = (isqrt(int((x * x).sum())) + 1 for x in (residual, skew))
    error += bent * int(np.abs(whole).max())
    return whole[:-1].tolist(), (error >> 2 * PLACES) + 1


def _product(x: Integers, y: Integers) -> Integers:
    """Multiply matrices of whole numbers of any size, in parts whose products fit into 64 bits."""
    total = np.zeros((len(x), y.shape[1]), dtype=object)
    for i, part in enumerate(_limbs(x)):
        for j, other in enumerate(_limbs(y)):
            total += (part @ other).astype(object) << LIMB * (i + j)
    return total


def _limbs(x: Integers) -> list[IntArray]:
    """Cut whole numbers into parts of LIMB digits, the lowest first; the highest has the sign."""
    limbs = []
    while int(np.abs(x).max()) >> LIMB:
        limbs.append((x & ((1 << LIMB) - 1)).astype(np.int64))
        x = x >> LIMB
    return [*limbs, x.astype(np.int64)]
