"""Members matched to the slots of one site, by hand: four cores of two hardware threads each."""

from __future__ import annotations

import pytest

from placer.assignment.slot_matching import SlotMatcher

FOUR_CORES = ((0, 4), (1, 5), (2, 6), (3, 7))
ANY = frozenset(range(8))


def matched(*demands: tuple[str, int], shared: bool = False, occupied: frozenset[int] = frozenset()) -> list[set[int]]:
    """
    Give the slots of each demand, of some members that may take any free slot; nothing where they do not fit.

    With ``shared``, more members only share slots, whichever is left.
    """
    matcher = SlotMatcher(FOUR_CORES, occupied)
    for d, (sharing, count) in enumerate(demands):
        matcher.admit([((d, i), ANY - occupied) for i in range(count)], sharing, [])
    if shared:
        matcher.admit([], "any", [ANY])
    slot_of = matcher.run()
    if slot_of is None:
        return []
    assert len(set(slot_of.values())) == len(slot_of) == sum(count for _, count in demands)
    return [{slot_of[d, i] for i in range(count)} for d, (_, count) in enumerate(demands)]


def cores(slots: set[int]) -> list[int]:
    return sorted(slot % 4 for slot in slots)


@pytest.mark.parametrize(("count", "fits"), [(4, True), (5, False)])
def test_each_member_that_wants_a_core_alone_takes_one(count: int, fits: bool) -> None:
    found = matched(("alone", count))
    assert bool(found) is fits
    assert not fits or cores(found[0]) == [0, 1, 2, 3]


def test_a_core_with_an_occupied_slot_is_nobodys_alone() -> None:
    assert matched(("alone", 3), occupied=frozenset({0}))
    assert not matched(("alone", 4), occupied=frozenset({0}))


def test_members_in_pairs_leave_at_most_one_by_itself_on_a_core_that_others_may_share() -> None:
    first, second = matched(("paired", 5), ("paired", 3))  # 2 + 2 + 1 and 2 + 1, the two single ones on one core
    assert sorted(map(cores(first).count, set(cores(first)))) == [1, 2, 2]
    assert sorted(map(cores(second).count, set(cores(second)))) == [1, 2]
    occupied = frozenset({0, 1, 2})  # three cores have one slot left each, the fourth has two
    assert matched(("paired", 3), occupied=occupied)
    assert not matched(("paired", 4), occupied=occupied)


def test_members_without_a_wish_fill_whole_cores_beside_the_others() -> None:
    (slots,) = matched(("any", 4))
    assert cores(slots) == [0, 0, 1, 1]
    lone, rest = matched(("alone", 1), ("any", 6))
    assert not set(cores(lone)) & set(cores(rest))
    assert not matched(("alone", 1), ("any", 7))


def test_one_slot_outside_the_cores_taken_alone_is_kept_for_members_that_share() -> None:
    assert matched(("any", 7), shared=True)
    assert not matched(("any", 8), shared=True)
    assert not matched(("alone", 4), shared=True)


def test_an_occupied_slot_can_be_shared() -> None:
    matcher = SlotMatcher(((0,), (1,)), frozenset({0}))
    matcher.admit([((0, 0), frozenset({1}))], "any", [frozenset({0, 1})])
    assert matcher.run() == {(0, 0): 1}


def test_a_member_gives_way_along_a_chain_of_others() -> None:
    matcher = SlotMatcher(((0,), (1,), (2,)), frozenset())
    # each takes its first free slot, until the last, for which both others have to move on
    wanted = [frozenset({0, 1}), frozenset({1, 2}), frozenset({0})]
    matcher.admit([((0, i), slots) for i, slots in enumerate(wanted)], "any", [])
    assert matcher.run() == {(0, 0): 1, (0, 1): 2, (0, 2): 0}
