"""The bound of column generation holds for end states that are known, and whole columns meet it."""

from __future__ import annotations

from threading import Event
from time import perf_counter

import numpy as np
import pytest

from placer.fleet.moves.columns import Columns
from placer.fleet.moves.goal import FleetGoal, Shape
from placer.fleet.moves.realise import realised
from placer.fleet.moves.running import Running
from placer.fleet.moves.single_moves import fits_on, single_moves
from placer.fleet.moves.state import State
from tests.support.fleet_moves import drawn, running_fleet
from tests.support.fleets import GIB


@pytest.mark.parametrize("seed", range(4))
def test_columns_bound_what_single_moves_reach_and_end_at_least_as_well(seed: int) -> None:
    hosts, guests, at = drawn(seed)
    goal = FleetGoal(fragments=Shape(vcpus=2, kib=3 * GIB), moves=3)
    running = Running(running_fleet(hosts, guests[:-1], at[:-1]), goal, "libvirt")
    greedy, _ = single_moves(running, np.zeros(0, dtype=np.int64), perf_counter() + 60)
    columns = Columns(running, np.zeros(len(hosts), dtype=bool))
    start = columns.add_state(greedy)
    columns.generate(perf_counter() + 60, lambda _line: None, Event())
    most = -(columns.bound + columns.fixed_cost)
    assert most >= fits_on(running, greedy) - 1e-6
    counts = columns.whole(perf_counter() + 60, start, Event())
    assert counts is not None
    state = realised(running, counts)
    assert state is not None
    assert fits_on(running, greedy) <= fits_on(running, state) <= most + 1e-6
    assert len(state.moved()) <= 3


def test_a_state_that_changes_a_host_that_stays_as_it_is_has_no_columns() -> None:
    running = Running(running_fleet([[(4, 8)]] * 2, [[(1, 2)]], [(0, (0,))]), FleetGoal(moves=1), "libvirt")
    state = State(running)
    state.remove(0)
    places = running.places(0)
    state.put(0, next(places.place(i) for i in range(2) if places.hosts[i] == 1))
    columns = Columns(running, np.array([False, True]))
    assert columns.add_state(state) is None
    assert Columns(running, np.zeros(2, dtype=bool)).add_state(state) is not None
