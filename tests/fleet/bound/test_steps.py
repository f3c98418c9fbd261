"""Steps are told, and add their fillings."""

from __future__ import annotations

from time import perf_counter

import numpy as np

from placer.fleet.bound.master import Master
from placer.fleet.bound.pricing import Pricer
from placer.fleet.bound.stages import Stage
from placer.fleet.bound.steps import Steps
from placer.fleet.problem.problem import lower_fleet
from tests.support.fleets import fleet_of

PROBLEM = lower_fleet(fleet_of([[(2, 8)]] * 2, [[(1, 2)]] * 3))


def test_each_step_says_what_is_known() -> None:
    said: list[str] = []
    steps = Steps(perf_counter() + 10, said.append)
    master = Master(PROBLEM, Stage("hosts", (("unplaced_guests", 0),)))
    steps.generated(master, Pricer(PROBLEM))
    whole = steps.whole(master, 2.0, [(0, np.array([1]))])
    assert whole is not None
    assert (whole.left_out.tolist(), len(master.columns)) == ([0], 2)
    assert said == ["hosts: 1 fillings, at least 1.50", "hosts: filled in whole hosts"]
