"""
Ascent along gradients that jump, for multipliers of bounds: any multipliers give a bound, computed exactly elsewhere.

The steps are those of Adam, each coordinate in the scale of its own gradients (Kingma and Ba, ICLR 2015).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

RealArray = npt.NDArray[np.floating[Any]]

KEPT, KEPT_SQUARES = 0.95, 0.99
"""
Parts of the means of gradients and of their squares that a step keeps.

Chosen by trial: with 0.9 and 0.999, as in the paper, bounds end lower.
"""
LAST = 0.02
"""Length of the last steps in that of the first. Chosen by trial."""


def ascend(
    evaluate: Callable[[tuple[RealArray, ...], float], tuple[float, tuple[RealArray, ...]]],
    start: tuple[RealArray, ...],
    *,
    rates: tuple[float, ...],
    signed: tuple[bool, ...],
    steps: int,
    clock: Callable[[], float],
    goal: float,
) -> tuple[RealArray, ...]:
    """
    Raise a concave function, and give the best multipliers that were met.

    Parameters
    ----------
    evaluate
        Given multipliers and the part of the way, 0 to 1: the value, and the gradient for each array.
    start
        Multipliers to start from; the arrays are changed.
    rates
        Lengths of the first steps, for each array.
    signed
        Whether each array may become negative.
    steps
        Steps at most.
    clock
        Gives the part of the time that is over; the ascent ends at 1.
    goal
        A value at which the ascent ends.
    """
    means = [np.zeros_like(array) for array in start]
    squares = [np.zeros_like(array) for array in start]
    best, kept = -np.inf, start
    for step in range(steps):
        part = max(step / steps, clock())
        if part >= 1:
            break
        value, gradients = evaluate(start, part)
        if value > best or step == 0:
            best, kept = value, tuple(array.copy() for array in start)
        if best >= goal:
            break
        bias, bias_of_squares = 1 - KEPT ** (step + 1), 1 - KEPT_SQUARES ** (step + 1)
        for i, gradient in enumerate(gradients):
            means[i] += (1 - KEPT) * (gradient - means[i])
            squares[i] += (1 - KEPT_SQUARES) * (gradient * gradient - squares[i])
            start[i][...] += rates[i] * LAST**part * (means[i] / bias) / (np.sqrt(squares[i] / bias_of_squares) + 1e-7)
            if not signed[i]:
                np.maximum(start[i], 0, out=start[i])
    return kept
