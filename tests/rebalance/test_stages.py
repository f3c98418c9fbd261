"""Stages: worked by hand."""

from __future__ import annotations

import pytest

from placer.errors import Defect
from placer.rebalance.running import Kind
from placer.rebalance.sequence import sequence
from placer.rebalance.stages import Staging, stage
from placer.rebalance.transfers import Action, Occupancy, Transfer


def move(name: str, gib: int, before: int, after: int, kinds: tuple[Kind, ...] = ("migrate", "save")) -> Transfer:
    return Transfer(name=name, kinds=kinds, kib=gib, before={before: gib}, after={after: gib})


def staged(moves: list[Transfer], free: dict[int, int], pnodes: tuple[int, ...] = ()) -> Staging:
    start = Occupancy(free=free)
    return stage(sequence(moves, start, pnodes).actions, start)


def told(staging: Staging) -> list[list[tuple[str, str]]]:
    return [[(action.name, action.phase) for action in each] for each in staging.stages]


def test_moves_that_fit_beside_all_that_is_there_are_one_stage() -> None:
    found = staged([move("a", 4, 0, 1), move("b", 4, 0, 2)], {0: 0, 1: 4, 2: 4})
    assert (told(found), found.bound) == ([[("a", "all"), ("b", "all")]], 1)


def test_a_line_of_moves_is_as_many_stages() -> None:
    found = staged([move("a", 4, 0, 1), move("b", 4, 1, 2), move("c", 4, 2, 3)], {0: 0, 1: 0, 2: 0, 3: 4})
    assert (told(found), found.bound) == ([[("c", "all")], [("b", "all")], [("a", "all")]], 3)


def test_a_swap_saves_one_beside_the_first_moves_and_restores_it_last() -> None:
    found = staged([move("a", 4, 0, 1), move("b", 3, 1, 0), move("c", 1, 2, 3)], {0: 0, 1: 1, 2: 0, 3: 1})
    first, *others = told(found)
    assert sorted(first) == [("b", "out"), ("c", "all")]
    assert (others, found.bound) == ([[("a", "all")], [("b", "in")]], 3)


def test_nothing_is_saved_before_it_must_be() -> None:
    # d goes before c, and b and c leave pnode 1 before a has room there
    moves = [move("a", 6, 0, 1), move("b", 4, 1, 0), move("c", 2, 1, 2), move("d", 2, 2, 3)]
    found = told(staged(moves, {0: 0, 1: 0, 2: 0, 3: 2}))
    assert [sorted(each) for each in found] == [
        [("d", "all")],
        [("b", "out"), ("c", "all")],
        [("a", "all")],
        [("b", "in")],
    ]


def test_a_guest_that_moves_twice_is_in_two_stages() -> None:
    found = staged([move("a", 4, 0, 1, ("migrate",)), move("b", 4, 1, 0, ("migrate",))], {0: 0, 1: 0, 2: 4}, (0, 1, 2))
    assert told(found) == [[("a", "all")], [("b", "all")], [("a", "all")]]


def test_no_moves_are_no_stages() -> None:
    assert stage([], Occupancy(free={})) == Staging(stages=(), bound=0)


def test_actions_that_do_not_fit_in_their_order_are_a_defect() -> None:
    halves = [Action(transfer=move("a", 4, 0, 1), kind="save", phase="out")]
    halves.append(Action(transfer=move("a", 4, 0, 1), kind="save", phase="in"))
    with pytest.raises(Defect, match="the moves of a do not fit in their order"):
        stage(halves, Occupancy(free={0: 0, 1: 3}))
