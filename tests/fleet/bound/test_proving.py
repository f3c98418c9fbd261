"""The Lagrangian bound: worked by hand, and kept only where it is better."""

from __future__ import annotations

import numpy as np
import pytest

from placer.fleet.bound.master import Master, Relaxed
from placer.fleet.bound.proving import Best, lagrangian
from placer.fleet.bound.stages import Stage
from placer.fleet.problem.problem import lower_fleet
from tests.support.fleets import fleet_of

PROBLEM = lower_fleet(fleet_of([[(4, 8)]] * 3, [[(2, 2)]] * 5))
NONE = np.zeros(0)


def test_guests_are_worth_their_prices_less_what_hosts_hold_beyond_their_cost() -> None:
    """Five guests at 0.5 are worth 2.5; at 0.75 they are worth 3.75, and each of three hosts holds 0.5 too much."""
    master = Master(PROBLEM, Stage("hosts", (("unplaced_guests", 0),)))
    assert lagrangian(master, np.array([0.5]), NONE, np.array([1.0])) == pytest.approx(2.5)
    assert lagrangian(master, np.array([0.75]), NONE, np.array([1.5])) == pytest.approx(3.75 - 3 * 0.5)


def test_a_guest_that_may_be_left_out_is_worth_no_more_than_that_costs() -> None:
    master = Master(PROBLEM, Stage("unplaced_guests"))
    assert lagrangian(master, np.array([7.0]), NONE, np.array([0.0])) == pytest.approx(5.0)


def test_the_best_bound_is_kept_with_its_prices() -> None:
    best = Best(-np.inf, NONE, NONE)
    for value, price in ((1.0, 3.0), (0.5, 4.0)):
        best.take(value, Relaxed(9.0, NONE, np.array([price]), NONE))
    assert (best.bound, best.prices.tolist()) == (1.0, [3.0])
