"""The price of overload doubles and halves with the assignments seen."""

from __future__ import annotations

import numpy as np

import placer
from placer.assignment.heuristics.neighbourhood import Neighbourhood
from placer.assignment.heuristics.penalty import LEARN_AFTER, RANGE, PenaltyManager
from placer.assignment.structure.term_index import TermIndex


def two_items(flow: int) -> Neighbourhood:
    """Both on site 0, which they overload: 10 each and the flow over a distance of 5; they weigh 5 in all."""
    problem = placer.gqap(
        cost=[[10, 0], [10, 0]],
        flow=[[0, flow], [0, 0]],
        distance=[[5, 0], [0, 0]],
        weight=[2, 3],
        capacity=[4, 4],
    )
    return Neighbourhood(TermIndex(problem), np.array([0, 0]))


def test_overload_costs_twice_as_much_while_there_is_some_and_half_while_there_is_none() -> None:
    moves = two_items(flow=1)
    penalty = PenaltyManager(moves.index, moves)
    assert moves.overload_price == (10 + 10 + 5) / 5
    for _ in range(LEARN_AFTER):
        penalty.learn(overloaded=True)
    assert moves.overload_price == 10
    for _ in range(LEARN_AFTER - 1):
        penalty.learn(overloaded=False)
    penalty.learn(overloaded=True)
    assert moves.overload_price == 10
    for _ in range(LEARN_AFTER):
        penalty.learn(overloaded=False)
    assert moves.overload_price == 5


def test_without_flows_between_groups_overload_stays_before_all_costs() -> None:
    moves = two_items(flow=0)
    penalty = PenaltyManager(moves.index, moves)
    for _ in range(LEARN_AFTER):
        penalty.learn(overloaded=True)
    assert moves.overload_price == 0


def test_the_price_stays_a_number_however_long_sites_are_overloaded() -> None:
    moves = two_items(flow=1)
    penalty = PenaltyManager(moves.index, moves)
    first = moves.overload_price
    for _ in range(LEARN_AFTER * 3000):
        penalty.learn(overloaded=True)
    assert moves.overload_price == first * RANGE
    assert np.isfinite(moves.ranked(moves.shift_deltas())[0]).all()
    penalty.begin_again()
    assert moves.overload_price == first
    penalty.learn(overloaded=False)
    penalty.begin_again()  # within the range nothing changes
    for _ in range(LEARN_AFTER - 1):
        penalty.learn(overloaded=False)
    assert moves.overload_price == first / 2
    for _ in range(LEARN_AFTER * 3000):
        penalty.learn(overloaded=False)
    assert moves.overload_price == first / RANGE
