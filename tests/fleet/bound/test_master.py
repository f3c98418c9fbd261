"""The linear program over given fillings, worked by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from placer.fleet.bound.master import LEFT_OUT, Master
from placer.fleet.bound.stages import Stage
from placer.fleet.problem.problem import lower_fleet
from tests.support.fleets import fleet_of

PROBLEM = lower_fleet(fleet_of([[(2, 8)]] * 2, [[(1, 2)], [(1, 2)], [(1, 2)]]))
ALL = Stage("hosts", (("unplaced_guests", 0),))


def test_without_fillings_everything_is_left_out() -> None:
    relaxed = Master(PROBLEM, ALL).relaxed()
    assert (relaxed.value, relaxed.prices.tolist()) == (3 * LEFT_OUT, [LEFT_OUT])


def test_half_a_filling_is_enough_for_the_linear_program_but_not_for_whole_hosts() -> None:
    master = Master(PROBLEM, ALL)
    assert master.add(0, np.array([2]))
    assert not master.add(0, np.array([2]))
    assert not master.add(0, np.array([0]))
    relaxed = master.relaxed()
    assert (relaxed.value, relaxed.prices.tolist()) == (1.5, [0.5])
    whole = master.whole(5.0, 2.0)
    assert whole is not None
    assert (whole.uses.tolist(), whole.left_out.tolist()) == ([2], [0])


def test_another_demand_is_asked_of_the_same_fillings() -> None:
    master = Master(PROBLEM, Stage("unplaced_guests"))
    master.add(0, np.array([2]))
    master.ask(replace(PROBLEM, demand=(7,)))
    assert master.relaxed().value == 3
    whole = master.whole(5.0, 0.0)
    assert whole is not None
    assert (whole.left_out.tolist(), whole.best) == ([3], True)


def test_fillings_of_another_stage_are_taken_over() -> None:
    first, second = Master(PROBLEM, Stage("unplaced_guests")), Master(PROBLEM, ALL)
    first.add(0, np.array([2]))
    second.take_columns(first)
    assert second.relaxed().value == pytest.approx(1.5)


def test_what_is_held_above_has_a_price() -> None:
    problem = lower_fleet(fleet_of([[(1, 8)]], [[(1, 2)], [(1, 4)]]))
    master = Master(problem, Stage("unplaced", (("unplaced_guests", 1),)))
    master.add(0, np.array([1, 0]))
    master.add(0, np.array([0, 1]))
    relaxed = master.relaxed()
    assert relaxed.value == 2 * 2**20 + 1024  # the smaller guest is left out
    assert len(relaxed.multipliers) == 1


def test_among_thousands_of_fillings_those_that_are_whole_in_the_linear_program_stay() -> None:
    hosts = [[(1, gib)] for gib in range(1, 3102)]
    problem = lower_fleet(fleet_of(hosts, [[(1, 1)]], aim="none"))
    problem = replace(problem, demand=(3101 + 3100 + 1000,))
    master = Master(problem, ALL)
    for t, host in enumerate(problem.types):
        master.add(t, np.array([host.pnodes[0][1] // 2**20]))
    whole = master.whole(20.0, 3.0)
    assert whole is not None
    held = [int(master.columns[i][1][0]) for i in np.flatnonzero(whole.uses)]
    assert (len(held), sum(held) >= 7201, whole.left_out.tolist(), whole.best) == (3, True, [0], False)
