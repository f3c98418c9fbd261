"""The best so far of a Problem while it is being solved."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from placer.assignment import IntArray, Problem, Status
from placer.assignment.build import gqap
from placer.assignment.incumbents import Incumbent, Incumbents


def two_items() -> Problem:
    """Items of weight 2 and 1 on sites of capacity 2: apart, at 3 + 1 or 2 + 4."""
    nothing = [[0, 0], [0, 0]]
    return gqap(cost=[[3, 2], [4, 1]], flow=nothing, distance=nothing, weight=[2, 1], capacity=[2, 2])


def sites(*site_of: int) -> IntArray:
    return np.array(site_of, dtype=np.int64)


def test_nothing_is_known_at_first() -> None:
    solution = Incumbent(two_items()).solution(1.5)
    assert (solution.status, solution.site_of, solution.bounds) == (Status.UNKNOWN, None, ())
    assert solution.wall_time_s == 1.5


def test_the_cheapest_offer_is_kept_beside_the_highest_bound_of_each_tier() -> None:
    known = Incumbent(two_items())
    known.offer(sites(1, 0))
    known.offer(sites(0, 1))
    known.offer(sites(1, 0))
    known.prove((2,))
    known.prove((1,))
    solution = known.solution(0.0)
    assert solution.site_of is not None
    assert (solution.status, solution.site_of.tolist(), solution.costs, solution.bounds) == (
        Status.FEASIBLE,
        [0, 1],
        (4,),
        (2,),
    )
    known.prove((4,))
    assert known.solution(0.0).status is Status.OPTIMAL


def test_a_hint_is_the_first_assignment_if_it_keeps_every_rule() -> None:
    good = Incumbent(replace(two_items(), hint=sites(1, 0))).solution(0.0)
    assert good.costs == (6,)
    for hint in (sites(0, 0), sites(0, -1)):  # overloaded, and incomplete
        assert Incumbent(replace(two_items(), hint=hint)).solution(0.0).site_of is None


def test_they_are_kept_for_the_very_problem() -> None:
    every, problem = Incumbents(), two_items()
    assert every.of(problem) is None
    mine = every.kept_for(problem)
    assert every.kept_for(problem) is mine
    assert every.of(problem) is mine
    assert every.of(two_items()) is None
