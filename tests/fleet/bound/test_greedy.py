"""Fillings without prices."""

from __future__ import annotations

from placer.fleet.bound.greedy import fill_greedily
from placer.fleet.model.fleet import Placed
from placer.fleet.problem.problem import lower_fleet
from tests.support.fleets import fleet_of


def test_large_hosts_are_filled_with_large_guests_first() -> None:
    problem = lower_fleet(fleet_of([[(4, 8)], [(8, 16)]], [[(1, 2)], [(1, 9)], [(1, 2)], [(1, 6)]]))
    greedy = fill_greedily(problem)
    large = next(t for t, each in enumerate(problem.types) if each.hosts == ("h1",))
    assert greedy.left == (0, 0, 0)
    assert [(t, column.tolist(), n) for t, column, n in greedy.fillings] == [
        (large, [0, 1, 1], 1),
        (1 - large, [2, 0, 0], 1),
    ]


def test_equal_fillings_are_counted() -> None:
    greedy = fill_greedily(lower_fleet(fleet_of([[(4, 8)]] * 5, [[(2, 4)]] * 7)))
    assert [(t, column.tolist(), n) for t, column, n in greedy.fillings] == [(0, [2], 3), (0, [1], 1)]


def test_hosts_in_use_come_first_and_what_does_not_fit_is_left() -> None:
    fleet = fleet_of(
        [[(9, 16)], [(4, 8)]], [[(1, 1)], [(1, 3)], [(1, 20)]], placed=[Placed(guest="g0", host="h1", pnodes=[0])]
    )
    problem = lower_fleet(fleet)
    greedy = fill_greedily(problem)
    assert sum(greedy.left) == 1
    assert [problem.types[t].hosts for t, _, _ in greedy.fillings] == [("h1",)]
