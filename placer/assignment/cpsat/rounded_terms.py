"""Encodings of terms that round: the fullest site, and a quotient of a sum."""

from __future__ import annotations

from math import gcd

import numpy as np

from placer.assignment import FlooredLinear, MaxUtilization
from placer.assignment.cpsat.variables import Affine, Variables


def encode_max_utilization(variables: Variables, peak: MaxUtilization, cost: Affine) -> None:
    """Price the fullest site from below: parts x load <= room x level on every site."""
    level = variables.auxiliary(peak.largest(), lambda site_of: int(peak.evaluate(site_of[None, :])[0]))
    for p in np.flatnonzero(peak.room > 0).tolist():
        load = variables.load(peak.weight, [p])
        room = int(peak.room[p])
        step = gcd(room, *(peak.parts * coefficient for _, coefficient in load.terms))
        scaled = Affine([(var, peak.parts * coefficient // step) for var, coefficient in load.terms])
        variables.model.add(scaled.expression() <= room // step * level)
    cost.add(1, level)


def encode_floored_linear(variables: Variables, floored: FlooredLinear, cost: Affine) -> None:
    """Price a sum over a divisor from below: sum <= divisor x quotient + divisor - 1."""
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
