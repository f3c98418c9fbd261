"""Moves in few stages against an oracle that walks over every state which safe moves reach, and by hand."""

from __future__ import annotations

from threading import Event
from time import perf_counter
from typing import Any

import pytest

from placer.fleet.model.rules import FleetRule
from placer.fleet.moves.goal import FleetGoal
from placer.fleet.moves.ordered import Ordered, in_stages, ordered_moves
from placer.fleet.moves.running import Running
from tests.support.fleet_moves import Oracle, drawn, running_fleet

ROOM = FleetGoal(make_room=("g2",))
CHAIN: tuple[Any, ...] = (
    [[(4, 8)], [(4, 6)], [(4, 4)]],
    [[(1, 6)], [(1, 4)], [(1, 7)]],
    [(0, (0,)), (1, (0,)), None],
)
"""Of hosts of 8, 6 and 4 GiB two hold 6 and 4: for one of 7 the first goes to the second, emptied before."""


def program(fleet: tuple[Any, ...], goal: FleetGoal, **more: Any) -> Running:
    return Running(running_fleet(*fleet, **more), goal, "libvirt")


def best(running: Running, least: int = 0) -> Ordered | None:
    """Give the last, and so the best, of what is found in more and more stages."""
    return next(reversed([*in_stages(running, perf_counter() + 60, Event(), least=least)]), None)


@pytest.mark.parametrize("seed", range(12))
def test_the_fewest_moves_that_make_room(seed: int) -> None:
    hosts, guests, at = drawn(seed)
    new = len(guests) - 1
    fewest = Oracle(hosts, guests, at).fewest_for_room(new)
    found = best(program((hosts, guests, at), FleetGoal(make_room=(f"g{new}",))))
    assert (None if found is None else len(found.staged.moves)) == fewest


@pytest.mark.parametrize("seed", range(12))
def test_the_fewest_moves_that_empty_a_host(seed: int) -> None:
    hosts, guests, at = drawn(seed)
    fewest = Oracle(hosts, guests[:-1], at[:-1]).fewest_to_empty(0)
    found = best(program((hosts, guests[:-1], at[:-1]), FleetGoal(empty=("h0",))))
    assert (None if found is None else len(found.staged.moves)) == fewest


def test_what_waits_for_room_comes_a_stage_later() -> None:
    running = program(CHAIN, ROOM)
    assert ordered_moves(running, 1, 10.0, Event()) is None
    found = ordered_moves(running, 2, 10.0, Event())
    assert found is not None
    steps = [[(move.guest, move.before[0], move.after[0]) for move in stage] for stage in found.staged.stages]
    assert steps == [[(1, 1, 2)], [(0, 0, 1)]]
    assert found.state.at[2] is not None
    assert found.state.at[2][0] == 0


def test_budgets_are_kept() -> None:
    assert best(program(CHAIN, FleetGoal(make_room=("g2",), moves=1))) is None
    assert best(program(CHAIN, FleetGoal(make_room=("g2",), kib=9 * 2**20))) is None
    assert best(program(CHAIN, FleetGoal(make_room=("g2",), kib=10 * 2**20))) is not None


def test_no_fewer_than_is_known_are_looked_for() -> None:
    running = program(CHAIN, ROOM)
    assert [*in_stages(running, perf_counter() + 60, Event(), least=2, fewer_than=2)] == []
    stopped = Event()
    stopped.set()
    assert [*in_stages(running, perf_counter() + 60, stopped)] == []


def test_guests_with_rules_stay_where_they_are() -> None:
    rules = [FleetRule(apart=["g0", "g1"])]
    hosts, guests, at = CHAIN
    fleet = running_fleet(hosts, guests, at)
    ruled = Running(type(fleet)(hosts=fleet.hosts, guests=fleet.guests, placed=fleet.placed, rules=rules), ROOM, "xl")
    assert best(ruled) is None
    emptying = FleetGoal(empty=("h0",))
    assert ordered_moves(Running(ruled.fleet, emptying, "xl"), 2, 10.0, Event()) is None
