"""The greedy: the best single move each time, by hand."""

from __future__ import annotations

from time import perf_counter
from typing import Any

import numpy as np

from placer.fleet.moves.goal import FleetGoal, Shape
from placer.fleet.moves.running import Running
from placer.fleet.moves.single_moves import fits, fits_on, single_moves
from placer.fleet.moves.state import State
from tests.support.fleet_moves import running_fleet
from tests.support.fleets import GIB

NONE = np.zeros(0, dtype=np.int64)


def running(hosts: Any, guests: Any, at: Any, goal: FleetGoal, **more: Any) -> Running:
    return Running(running_fleet(hosts, guests, at, **more), goal, "libvirt")


def test_a_guest_that_splits_two_rooms_goes_where_it_does_no_harm() -> None:
    hosts = [[(8, 8)], [(8, 8)]]
    guests, at = [[(2, 2)], [(2, 2)]], [(0, (0,)), (1, (0,))]
    each = running(hosts, guests, at, FleetGoal(fragments=Shape(vcpus=8, kib=0)))
    state, moves = single_moves(each, NONE, perf_counter() + 60)
    assert [(move.guest, move.after[0]) for move in moves] in ([(0, 1)], [(1, 0)])
    assert (fits_on(each, State(each)), fits_on(each, state)) == (0, 1)


def test_budgets_rules_and_closed_hosts_keep_it_from_moving() -> None:
    hosts = [[(8, 8)], [(8, 8)]]
    guests, at = [[(2, 2)], [(2, 2)]], [(0, (0,)), (1, (0,))]
    shape = Shape(vcpus=8, kib=0)
    for goal in (FleetGoal(fragments=shape, moves=0), FleetGoal(fragments=shape, kib=GIB)):
        assert single_moves(running(hosts, guests, at, goal), NONE, perf_counter() + 60)[1] == []
    free = FleetGoal(fragments=shape)
    apart = running(hosts, guests, at, free, rules=[{"apart": ["g0", "g1"]}])
    assert single_moves(apart, NONE, perf_counter() + 60)[1] == []
    closed = np.array([0, 1])
    assert single_moves(running(hosts, guests, at, free), closed, perf_counter() + 60)[1] == []


def test_distances_get_shorter_where_vnodes_come_together() -> None:
    each = running([[(4, 8), (4, 8)]], [[(1, 2), (1, 2)]], [(0, (0, 1))], FleetGoal())
    state, moves = single_moves(each, NONE, perf_counter() + 60)
    place = state.at[0]
    assert len(moves) == 1
    assert place is not None
    assert place[1].distance == 20_000


def test_as_many_fit_as_the_scarcer_of_vcpus_and_memory_allows() -> None:
    free = np.array([[8, 9], [4, 20], [-1, 5], [9, 9]])
    limited = np.array([True, True, True, False])
    assert fits(free, limited, 2, 3).tolist() == [3, 2, 0, 3]
    assert fits(free, limited, 2, 0).tolist() == [4, 2, 0, 0]
