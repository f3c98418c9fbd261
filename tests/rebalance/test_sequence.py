"""Orders of moves: cycles are broken by the least that must be saved, or by a move more."""

from __future__ import annotations

from random import Random

import pytest

from placer.rebalance.running import Kind
from placer.rebalance.sequence import Sequence, sequence
from placer.rebalance.transfers import Occupancy, Transfer
from tests.support.rebalance_oracle import least_downtime

BOTH: tuple[Kind, ...] = ("migrate", "save")


def move(name: str, gib: int, before: int, after: int, kinds: tuple[Kind, ...] = BOTH) -> Transfer:
    return Transfer(name=name, kinds=kinds, kib=gib, before={before: gib}, after={after: gib})


def told(found: Sequence) -> list[tuple[str, str, str]]:
    return [(action.name, action.kind, action.phase) for action in found.actions]


def test_what_leaves_goes_first() -> None:
    found = sequence([move("a", 4, 0, 1), move("b", 4, 1, 2)], Occupancy(free={0: 0, 1: 0, 2: 4}))
    assert told(found) == [("b", "migrate", "all"), ("a", "migrate", "all")] and found.proved


def test_of_a_full_swap_the_smaller_guest_is_saved() -> None:
    found = sequence([move("a", 4, 0, 1), move("b", 3, 1, 0)], Occupancy(free={0: 0, 1: 1}))
    assert told(found) == [("b", "save", "out"), ("a", "migrate", "all"), ("b", "save", "in")] and found.proved


def test_a_guest_that_is_only_migrated_turns_on_a_pnode_with_room() -> None:
    moves = [move("a", 4, 0, 1, ("migrate",)), move("b", 4, 1, 0, ("migrate",))]
    found = sequence(moves, Occupancy(free={0: 0, 1: 0, 2: 4}), (0, 1, 2))
    assert [(a.name, sorted(a.transfer.comes)) for a in found.actions] == [("a", [2]), ("b", [0]), ("a", [1])]
    assert found.proved


def test_without_room_and_without_saving_there_is_no_order() -> None:
    moves = [move("a", 4, 0, 1, ("migrate",)), move("b", 4, 1, 0, ("migrate",))]
    found = sequence(moves, Occupancy(free={0: 0, 1: 0, 2: 3}), (0, 1, 2))
    assert found.stuck == ("a", "b") and found.proved


@pytest.mark.parametrize("kinds", [BOTH, ("restart",)])
def test_an_end_state_that_does_not_fit_has_no_order(kinds: tuple[Kind, ...]) -> None:
    # a needs 4 of pnode 1, which has 3; c needs 2 of pnode 0, where b leaves 1
    assert sequence([move("a", 4, 0, 1, kinds)], Occupancy(free={0: 0, 1: 3})) == Sequence(
        actions=(), proved=True, stuck=("a",)
    )
    swap = [move("b", 1, 0, 1, kinds), move("c", 2, 1, 0, kinds)]
    found = sequence(swap, Occupancy(free={0: 0, 1: 0}))
    assert found.stuck == ("b", "c") and found.proved and not found.actions


def test_an_end_state_of_guests_kept_apart_on_one_pnode_has_no_order() -> None:
    start = Occupancy(
        free={0: 8, 1: 8}, on={"a": frozenset({0}), "b": frozenset({1})}, apart=frozenset({frozenset({"a", "b"})})
    )
    assert sequence([move("a", 4, 0, 1)], start).stuck == ("a",)


def test_a_guest_keeps_its_memory_on_a_pnode_that_is_too_full_for_arrivals() -> None:
    kept = Transfer(name="a", kinds=("save",), kib=4, before={0: 2, 1: 2}, after={0: 2, 2: 2})
    found = sequence([kept], Occupancy(free={0: -1, 1: 0, 2: 2}))
    assert told(found) == [("a", "save", "out"), ("a", "save", "in")]


def test_a_guest_with_vnodes_is_shut_down_and_started() -> None:
    found = sequence([move("a", 4, 0, 1, ("restart",))], Occupancy(free={0: 0, 1: 4}))
    assert told(found) == [("a", "restart", "out"), ("a", "restart", "in")]


@pytest.mark.parametrize("seed", range(30))
def test_no_order_saves_less(seed: int) -> None:
    random = Random(seed)
    moves = []
    for name in "abcdef"[: random.randint(2, 6)]:
        before, after = random.sample(range(3), 2)
        moves.append(move(name, random.randint(1, 5), before, after))
    ends = {p: sum(m.kib * ((p in m.after) - (p in m.before)) for m in moves) for p in range(3)}
    free = {p: max(0, grown) + random.randint(0, 3) for p, grown in ends.items()}  # what there is in the end fits
    found = sequence(moves, Occupancy(free=free))
    assert found.proved and not found.stuck
    saved = sum(action.transfer.kib for action in found.actions if action.phase == "out")
    assert saved == least_downtime([(dict(m.before), dict(m.after), m.kib, True) for m in moves], free)


def test_a_group_too_large_to_search_is_ordered_all_the_same() -> None:
    ring = [move(f"g{i:02}", 4, i, (i + 1) % 12) for i in range(12)] + [
        move(f"h{i:02}", 3, i, (i + 5) % 12) for i in range(12)
    ]
    found = sequence(ring, Occupancy(free=dict.fromkeys(range(12), 0)))
    assert not found.stuck and {action.name for action in found.actions} == {each.name for each in ring}
    now = Occupancy(free=dict.fromkeys(range(12), 0))
    for action in found.actions:
        assert now.fits([action])
        now = now.after([action])
