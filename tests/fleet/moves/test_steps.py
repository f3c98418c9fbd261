"""Moves in stages: what comes fits beside what is still there."""

from __future__ import annotations

from typing import Any

from placer.fleet.moves.goal import FleetGoal
from placer.fleet.moves.running import Running
from placer.fleet.moves.spots import Spot
from placer.fleet.moves.steps import Staged, staged
from tests.support.fleet_moves import running_fleet


def stages(hosts: Any, guests: Any, at: Any, to: dict[int, int], **more: Any) -> tuple[Running, Staged]:
    detours = more.pop("detours", 12)
    running = Running(running_fleet(hosts, guests, at, **more), FleetGoal(), "libvirt")
    moved: dict[int, tuple[int, Spot]] = {}
    for g, h in to.items():
        places = running.places(running.class_of[g])
        moved[g] = next(places.place(i) for i in range(len(places.hosts)) if places.hosts[i] == h)
    return running, staged(running, moved, detours=detours)


def test_what_waits_for_room_comes_a_stage_later() -> None:
    hosts = [[(4, 4)], [(4, 4)], [(4, 4)]]
    running, done = stages(hosts, [[(1, 3)], [(1, 4)]], [(0, (0,)), (1, (0,))], {0: 2, 1: 0})
    assert [[running.guests[move.guest] for move in stage] for stage in done.stages] == [["g0"], ["g1"]]
    assert done.stuck == ()


def test_what_needs_no_room_of_others_moves_at_once() -> None:
    hosts = [[(4, 8)], [(4, 8)]]
    _, done = stages(hosts, [[(1, 2)], [(1, 3)]], [(0, (0,)), (1, (0,))], {0: 1, 1: 0})
    assert [len(stage) for stage in done.stages] == [2]


def test_a_swap_goes_by_way_of_a_third_host_or_is_stuck() -> None:
    hosts = [[(4, 4)], [(4, 4)], [(4, 4)]]
    guests, at = [[(1, 3)], [(1, 4)]], [(0, (0,)), (1, (0,))]
    _, done = stages(hosts, guests, at, {0: 1, 1: 0})
    assert [len(stage) for stage in done.stages] == [1, 1, 1]
    assert done.stages[0][0].after[0] == 2
    _, short = stages(hosts, guests, at, {0: 1, 1: 0}, detours=0)
    assert short.stuck == (0, 1)
    _, full = stages(hosts[:2], guests, at, {0: 1, 1: 0})
    assert (full.stages, full.stuck) == ((), (0, 1))


def test_of_equal_guests_the_one_moves_that_others_wait_for() -> None:
    """Guest 2 waits for the host of guest 1; guests 0 and 1 are alike, and one place is free at first."""
    hosts = [[(4, 2)], [(4, 3)], [(4, 2)], [(4, 3)]]
    guests, at = [[(1, 2)], [(1, 2)], [(1, 3)]], [(0, (0,)), (1, (0,)), (3, (0,))]
    running, done = stages(hosts, guests, at, {1: 2, 2: 1})
    assert [[running.guests[move.guest] for move in stage] for stage in done.stages] == [["g1"], ["g2"]]


def test_guests_that_are_to_be_apart_wait_for_each_other() -> None:
    hosts = [[(4, 8)], [(4, 8)], [(4, 8)]]
    guests, at = [[(1, 2)], [(1, 3)]], [(0, (0,)), (1, (0,))]
    running, done = stages(hosts, guests, at, {0: 2, 1: 0}, rules=[{"apart": ["g0", "g1"]}])
    assert [[running.guests[move.guest] for move in stage] for stage in done.stages] == [["g0"], ["g1"]]
