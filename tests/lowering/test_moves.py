"""Limits on moves as items and sites of a Problem: worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from placer.assignment import Linear, Problem, Resource
from placer.lowering.moves import ABSENT, MOVING, STAYING, Budget, Gate, Mover, as_now, moves_term, with_moves
from placer.solving.problems import solve_problem


def problem(cost: list[list[int]], room: list[int]) -> Problem:
    n, m = len(cost), len(room)
    return Problem(
        allowed=np.ones((n, m), dtype=bool),
        resources=(Resource(weight=np.ones(n, dtype=np.int64), capacity=np.array(room), name="memory"),),
        groups=tuple(np.array([v]) for v in range(n)),
        incompatible=np.zeros((m, m), dtype=bool),
        tiers=((Linear(name="cost", cost=np.array(cost)),),),
    )


def movers(n: int) -> list[Mover]:
    items = [np.array([v]) for v in range(n)]
    return [Mover(now=each, later=each) for each in items]


@pytest.mark.parametrize(("most", "cost"), [(0, 13), (1, 8), (2, 4), (3, 4)])
def test_no_more_move_than_the_budget_lets(most: int, cost: int) -> None:
    # each saves 5, 4 or -1 by going to site 1
    given = problem([[6, 1], [5, 1], [2, 3]], [3, 3])
    budget = Budget(name="moves", weight=np.ones(3, dtype=np.int64), limit=most)
    limited = with_moves(given, np.zeros(3, dtype=np.int64), movers(3), [budget])
    assert solve_problem(limited).costs == (cost,)
    assert limited.feasible(limited.hint[None, :]).all()  # type: ignore[index]


def test_a_group_that_stays_is_counted_nowhere() -> None:
    given = problem([[6, 1], [5, 1]], [2, 2])
    limited = with_moves(given, np.zeros(2, dtype=np.int64), movers(2), [])
    term = moves_term("moves", np.array([3, 4]), 2, 2)
    assert term.evaluate(np.array([[0, 0, 2 + STAYING, 2 + STAYING], [0, 1, 2 + STAYING, 2 + MOVING]])).tolist() == [
        0,
        4,
    ]
    assert not limited.feasible(np.array([[0, 1, 2 + STAYING, 2 + STAYING]])).any()  # it is away from home


def test_items_that_exist_only_later_stand_for_those_of_now() -> None:
    # items 0 and 1 are a guest on sites 0 and 1, item 2 the same guest on one site
    given = problem([[5, 9], [9, 5], [3, 4]], [2, 2])
    home = np.array([0, 1, -1])
    guest = Mover(now=np.array([0, 1]), later=np.array([2]))
    limited = with_moves(given, home, [guest], [])
    found = solve_problem(limited)
    assert found.costs == (3,)
    assert found.site_of is not None and found.site_of.tolist() == [2 + ABSENT, 2 + ABSENT, 0, 2 + MOVING]
    assert as_now(home, [guest], 2).tolist() == [0, 1, 2 + ABSENT, 2 + STAYING]
    mixed = np.array([[0, 2 + ABSENT, 0, 2 + MOVING], [0, 1, 0, 2 + STAYING], [0, 2 + ABSENT, 2 + ABSENT, 2 + STAYING]])
    assert not limited.feasible(mixed).any()


@pytest.mark.parametrize(("most", "cost"), [(2, 14), (3, 12)])
def test_what_stays_may_be_more_than_what_arrives_finds_room_beside(most: int, cost: int) -> None:
    """Site 0 holds two items; item 2 finds room there only for itself: 1 + 1 + 12 unmoved, 2 + 2 + 8 with all."""
    gate = Gate(site=0, excess=(1,))
    budget = Budget(name="moves", weight=np.ones(3, dtype=np.int64), limit=most)
    given = problem([[1, 2], [1, 2], [8, 12]], [2, 3])
    limited = with_moves(given, np.array([0, 0, 1]), movers(3), [budget], [gate])
    assert solve_problem(limited).costs == (cost,)
    assert limited.feasible(limited.hint[None, :]).all()  # type: ignore[index]
    without = with_moves(given, np.array([0, 0, 1]), movers(3), [budget])
    assert solve_problem(without).costs == (11,)  # 2 + 1 + 8 in two moves


def test_a_group_that_moves_keeps_nothing_on_the_site_of_a_gate() -> None:
    """Items 0 and 1 are a guest on sites 0 and 1: 1 + 9 unmoved, 1 + 2 with item 1 on site 2, 5 + 2 with both moved."""
    given = problem([[1, 5, 5], [9, 9, 2]], [1, 1, 1])
    items = home = np.array([0, 1])
    guest = Mover(now=items, later=items)
    assert solve_problem(with_moves(given, home, [guest], [])).costs == (3,)
    limited = with_moves(given, home, [guest], [], [Gate(site=0, excess=(1,))])
    assert solve_problem(limited).costs == (7,)
    assert limited.feasible(limited.hint[None, :]).all()  # type: ignore[index]
