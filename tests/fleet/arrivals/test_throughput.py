"""Bid prices of small fleets, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from placer.fleet.arrivals.throughput import throughput_prices
from placer.fleet.problem.loads import Load, Split
from placer.fleet.problem.problem import FleetProblem, GuestClass, HostType


def problem(rooms: list[tuple[tuple[int, int], ...]], parts: list[tuple[int, int]], demand: list[int]) -> FleetProblem:
    loads = [Load(splits=(Split(parts=(part,), distinct=False),), weight=1) for part in parts]
    classes = tuple(GuestClass(f"s{k}", load, None, ()) for k, load in enumerate(loads))
    everywhere = tuple(range(len(classes)))
    types = tuple(
        HostType(room, tuple(kib for _, kib in room), True, everywhere, False, (f"h{t}",))
        for t, room in enumerate(rooms)
    )
    return FleetProblem(types=types, classes=classes, demand=tuple(demand))


def test_prices_follow_the_resource_that_ends_first() -> None:
    # vcpus end first: 8 of them hold guests of 1 and of 3 vcpus, one to one in the mean, so that 4 vcpus cost 2 guests
    found = throughput_prices(problem([((8, 100),)], [(1, 1), (3, 1)], [1, 1]), first=np.zeros(2), time_limit_s=5)
    assert found.tolist() == pytest.approx([0.5, 1.5])


def test_together_the_expected_mix_costs_one_guest_each() -> None:
    draw = np.random.default_rng(0)
    rooms = [tuple((int(c), int(m)) for c, m in draw.integers(5, 30, (2, 2))) for _ in range(6)]
    demand = [5, 3, 1]
    found = throughput_prices(problem(rooms, [(1, 2), (3, 3), (2, 8)], demand), first=np.ones(3), time_limit_s=5)
    assert found @ np.array(demand) / sum(demand) == pytest.approx(1)
    assert (found > 0).all()


def test_a_fleet_without_room_has_prices_all_the_same() -> None:
    found = throughput_prices(problem([((0, 0),)], [(1, 1)], [7]), first=np.zeros(1), time_limit_s=5)
    assert found.tolist() == pytest.approx([1])
