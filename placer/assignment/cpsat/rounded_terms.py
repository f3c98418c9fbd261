"""Encodings of terms that round: the utilization of the fullest site, and a sum that is divided."""

from __future__ import annotations

from math import gcd

import numpy as np

from placer.assignment import FlooredLinear, MaxUtilization
from placer.assignment.cpsat.affine import Affine
from placer.assignment.cpsat.variables import Variables


def encode_max_utilization(variables: Variables, fullest: MaxUtilization, cost: Affine) -> None:
    """Bound the level of the fullest site from below: parts x load <= room x level on every site."""
    level = variables.auxiliary(fullest.largest(), lambda site_of: int(fullest.evaluate(site_of[None, :])[0]))
    for p in np.flatnonzero(fullest.room > 0).tolist():
        load = variables.load(fullest.weight, [p])
        room = int(fullest.room[p])
        step = gcd(room, *(fullest.parts * coefficient for _, coefficient in load.terms))
        scaled = Affine([(var, fullest.parts * coefficient // step) for var, coefficient in load.terms])
        variables.model.add(scaled.expression() <= room // step * level)
    cost.add(1, level)


def encode_floored_linear(variables: Variables, floored: FlooredLinear, cost: Affine) -> None:
    """Bound the quotient of a sum from below: sum <= divisor x quotient + divisor - 1."""
    total = Affine()
    for unit in variables.units:
        prices = floored.cost[floored.items == unit.items[0]].sum(axis=0)
        for p, var in unit.count.items():
            total.add(int(prices[p]), var)
    scale, divisor = floored.scale, floored.divisor
    most = floored.largest() // scale
    value = variables.auxiliary(most, lambda site_of: int(floored.evaluate(site_of[None, :])[0]) // scale)
    variables.model.add(total.expression() <= divisor * value + divisor - 1)
    cost.add(scale, value)
